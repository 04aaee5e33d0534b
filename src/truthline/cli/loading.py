"""From a config to the program that a question is asked of."""

from truthline.cli.complaints import no_files
from truthline.cli.progress import progress_bar
from truthline.config.schema import Config
from truthline.program.load import load_modules
from truthline.program.program import Program
from truthline.syntax.pool import processors


def load_program(config: Config, jobs: int | None) -> Program:
    """Read all that the config names; raises where that is nothing."""
    with progress_bar("reading", quiet=False) as progress:
        modules = load_modules(config, jobs or processors(), progress)
    if not (modules.by_file or modules.unread):
        raise no_files(config)
    return Program(config, modules)
