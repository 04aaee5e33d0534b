"""What the user typed, as the rooms below want it."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from truthline.config.schema import Config


def selectors(given: Iterable[str], option: str) -> tuple[str, ...]:
    """`--select TL1,TL2` means the same as `--select TL1 --select TL2`. One that names nothing is a mistake."""
    found = []
    for selector in given:
        words = [word.strip() for word in selector.split(",") if word.strip()]
        if not words:
            raise click.BadParameter("it names no rule", param_hint=option)
        found += words
    return tuple(found)


def below_base(path: Path, base: Path, option: str = "PATH") -> str:
    """A path of the command line as findings name it, relative to the config file; one above it means everything."""
    absolute = Path(os.path.abspath(path))  # noqa: PTH100  # without `..`, but with links as they were typed
    if base.is_relative_to(absolute):
        return "."
    relative = os.path.relpath(absolute, base).replace(os.sep, "/")
    if relative.startswith("../"):
        raise click.BadParameter(f"{path} does not lie below the config's directory, {base}", param_hint=option)
    return relative


def tell_of_unread_paths(config: "Config", paths: Iterable[Path]) -> bool:
    """Say on standard error which directories and Python files of the command line hold nothing that is analysed.

    Other files pass in silence: a hook names whatever a commit touches. Returns whether anything was said.
    """
    from truthline.checking.view import is_below
    from truthline.report.escape import inert, printable
    from truthline.syntax.discovery import discover

    base = Path(config.base)
    asked = {path: below_base(path, base) for path in paths if path.is_dir() or path.suffix == ".py"}
    files = [file.path for file in discover(config)] if asked else []
    unread = [path for path, below in asked.items() if not any(is_below(file, below) for file in files)]
    for path in unread:
        said = f"truthline: warning: nothing of {path} is analysed: `roots`, `include` and `exclude` leave it out"
        click.echo(inert(printable(said)), err=True)
    return bool(unread)
