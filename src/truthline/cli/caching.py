"""The store that a command uses: beside the config, where `--cache-dir` says, or none that outlives it."""

from pathlib import Path

import click

from truthline.cli.complaints import UnusableError
from truthline.facts.store.directory import NAME, StoreDirectory
from truthline.facts.store.store import Store
from truthline.report.escape import printable


def store_directory(base: Path, cache_dir: Path | None, *, no_cache: bool) -> StoreDirectory | None:
    """The directory to keep facts in; None where none is wanted, or the usual one must not be used, which is said.

    Raises UnusableError where the user named one that must not be used, or cannot be made.
    """
    if no_cache:
        return None
    directory = StoreDirectory(base / NAME if cache_dir is None else cache_dir.absolute())
    refusal = directory.refusal()
    if cache_dir is None:
        if refusal:
            click.echo(printable(f"truthline: {refusal}"), err=True)
        return None if refusal else directory
    if refusal:
        raise UnusableError(refusal)
    if not cache_dir.is_dir() and not directory.prepare():
        raise UnusableError(f"the cache directory {cache_dir} cannot be made")
    return directory


def usual_store(base: Path) -> Store:
    """The store beside the config."""
    return Store(store_directory(base, None, no_cache=False))
