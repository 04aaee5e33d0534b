"""What the user typed, as the rooms below want it."""

import os
from collections.abc import Iterable
from pathlib import Path

import click


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
