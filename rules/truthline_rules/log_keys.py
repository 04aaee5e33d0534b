"""Keys of `extra` that make `logging` raise (TL604)."""

from collections.abc import Iterable

from truthline.api import Example, FileRule, FileView, Meta, Violation
from truthline_rules.extras import keys_of_extras

RESERVED = frozenset(
    "name msg args levelname levelno pathname filename module exc_info exc_text stack_info lineno funcName created "
    "msecs relativeCreated thread threadName processName process taskName message asctime".split()
)
"""What a LogRecord has of its own (`taskName` from Python 3.12 on), and the two that a formatter adds."""


class ReservedLogKey(FileRule):
    """A key in `extra` that makes the log call raise.

    What it does:
        Looks at the `extra` of log calls, and of `LoggerAdapter`s, and reports keys that a `LogRecord` has of its own,
        such as `name`, `module` or `message`. A dict is followed within its file: through variables, attributes and
        constants, functions that return it or are handed it, and keywords that a function collects.
    Why it is bad:
        `logging` raises `KeyError: "Attempt to overwrite 'name' in LogRecord"`: the line that should have told about
        the work ends it. It shows only where the level is enabled.
    How to fix:
        Give the key another name: `connector_name` for `name`.
    How to allow:
        A suppression with a reason.
    """

    meta = Meta(
        code="TL604",
        name="reserved-log-key",
        valid=(
            Example(
                title="a name of its own",
                files={
                    "app/a.py": (
                        "import logging\n\nlogger = logging.getLogger(__name__)\n\n\ndef register(connector):\n"
                        '    logger.info("registered", extra={"connector_name": connector})\n'
                    )
                },
            ),
            Example(
                title="a structlog logger takes any key",
                files={
                    "app/a.py": (
                        "import structlog\n\nlogger = structlog.get_logger()\n\n\ndef register(connector):\n"
                        '    logger.info("registered", extra={"name": connector})\n'
                    )
                },
            ),
        ),
        invalid=(
            Example(
                title="a LogRecord has a name",
                files={
                    "app/a.py": (
                        "import logging\n\nlogger = logging.getLogger(__name__)\n\n\ndef register(connector):\n"
                        '    logger.info("registered", extra={"name": connector})\n'
                    )
                },
            ),
        ),
    )

    def check_file(self, file: FileView) -> Iterable[Violation]:
        """Look at every call that has an `extra`."""
        for key, node, function in file.once(keys_of_extras):
            if key in RESERVED:
                yield Violation(
                    location=file.at(node),
                    message=f"`extra` has the key `{key}`, which a LogRecord has of its own: the call raises",
                    help=f"give the key another name, such as `record_{key}`",
                    symbol=f"{function}.{key}",
                )
