"""What the user typed, as the rooms below want it."""

import os
from collections.abc import Iterable
from pathlib import Path

import click


def selectors(given: Iterable[str]) -> tuple[str, ...]:
    """`--select TL1,TL2` means the same as `--select TL1 --select TL2`."""
    return tuple(word.strip() for selector in given for word in selector.split(",") if word.strip())


def below_base(path: Path, base: Path) -> str:
    """A path of the command line as findings name it, relative to the config file."""
    absolute = path.absolute()
    if base.is_relative_to(absolute):
        return "."
    relative = os.path.relpath(absolute, base).replace(os.sep, "/")
    if relative.startswith("../"):
        raise click.BadParameter(f"{path} does not lie below the config's directory, {base}", param_hint="PATH")
    return relative
