"""What a user did wrong, as sentences on standard error."""

from truthline.config.problems import ConfigError
from truthline.config.schema import Config
from truthline.errors import TruthlineError
from truthline.report.escape import inert, printable


class UnusableError(TruthlineError):
    """A command line that cannot be carried out with the code or the config at hand."""


def complaints(error: TruthlineError) -> list[str]:
    """One line for each mistake; those in a config begin with file, line and key."""
    if isinstance(error, ConfigError):
        return [inert(printable(str(problem))) for problem in error.problems]
    return [printable(f"truthline: {error}")]


def is_internal(error: TruthlineError) -> bool:
    """Whether it is no mistake of the user's: a rule that failed."""
    if isinstance(error, (ConfigError, UnusableError)):
        return False  # before anything was asked
    from truthline.checking.asking import RuleError

    return isinstance(error, RuleError)


def no_files(config: Config) -> UnusableError:
    """A guardrail that looks at nothing must not pass."""
    from truthline.program.load import emptiness

    return UnusableError(emptiness(config))
