"""`truthline cache clean|info`."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from truthline.cli.options import cache_dir_option, config_option

if TYPE_CHECKING:
    from truthline.facts.store.directory import StoreDirectory

Command = TypeVar("Command", bound=Callable[..., Any])


def _where(command: Command) -> Command:
    """`--config` and `--cache-dir`."""
    return config_option(cache_dir_option(command))


@click.group(short_help="Show or remove what truthline remembers of the files.")
def command() -> None:
    """Show or remove the cache: facts about files, by their content, and the last answers.

    It only saves time. Removing it, or any part of it, changes no answer.
    """


@command.command(short_help="Show where the cache is and how much it holds.")
@_where
def info(config_file: Path | None, cache_dir: Path | None) -> int:
    """Show where the cache is, how much it holds, and how much of that this version of truthline can use."""
    from truthline.cli.terminal import write
    from truthline.report.escape import printable

    directory = _directory(config_file, cache_dir)
    usage = directory.usage()
    write(
        printable(f"{directory.root}") + "\n"
        f"{usage.files:,} files, {usage.size:,} bytes\n"
        f"{usage.usable_files:,} files, {usage.usable_size:,} bytes of this version\n"
    )
    return 0


@command.command(short_help="Remove the cache.")
@_where
def clean(config_file: Path | None, cache_dir: Path | None) -> int:
    """Remove the cache, of whatever version. A directory that truthline did not mark as its cache is left alone."""
    from truthline.cli.terminal import write
    from truthline.report.escape import printable

    directory = _directory(config_file, cache_dir)
    usage = directory.usage()
    directory.clean()
    write(printable(f"removed {directory.root}") + f": {usage.files:,} files, {usage.size:,} bytes\n")
    return 0


def _directory(config_file: Path | None, cache_dir: Path | None) -> "StoreDirectory":
    """The one that was named, or that beside the config. Raises UnusableError where it must not be used."""
    from truthline.cli.complaints import UnusableError
    from truthline.config.load import locate
    from truthline.facts.store.directory import NAME, StoreDirectory

    place = locate(Path.cwd(), config_file) if cache_dir is None else None
    root = cache_dir or (place.parent if place is not None else Path.cwd()) / NAME
    directory = StoreDirectory(root.absolute())
    refusal = directory.refusal()
    if refusal:
        raise UnusableError(refusal)
    return directory
