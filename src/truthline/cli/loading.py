"""From a config to the program that a question is asked of."""

from pathlib import Path

import click
import msgspec

from truthline.cli.caching import usual_store
from truthline.cli.complaints import no_files
from truthline.cli.progress import progress_bar
from truthline.config.schema import Config
from truthline.facts.store.store import Store
from truthline.program.load import load_modules
from truthline.program.program import Program
from truthline.program.roots import import_roots
from truthline.syntax.pool import processors


def load_program(config: Config, jobs: int | None) -> Program:
    """Read all that the config names; raises where that is nothing.

    Where a config is written down, the store beside it is used until the command ends.
    """
    store = usual_store(Path(config.base)) if config.file is not None else Store()
    click.get_current_context().call_on_close(store.close)
    with progress_bar("reading", quiet=False) as progress:
        modules = load_modules(config, jobs or processors(), progress, store=store)
    if not (modules.by_file or modules.unread):
        raise no_files(config)
    return Program(config, modules)


def with_found_roots(config: Config, jobs: int | None) -> Config:
    """A config that nobody wrote, with the import roots that the code itself shows; any other as it is."""
    if config.file is not None:
        return config
    roots = import_roots(load_program(config, jobs).modules)
    return msgspec.structs.replace(config, roots=roots)
