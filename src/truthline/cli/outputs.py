"""Where reports go: standard output, and the files of `--output-file`."""

import shutil
from collections import Counter
from difflib import get_close_matches
from pathlib import Path

import click
import msgspec

from truthline.cli.complaints import UnusableError
from truthline.report.formats import FORMATS


class Target(msgspec.Struct, frozen=True):
    """A report to write; without a file, to standard output."""

    format: str
    file: Path | None = None


def targets(output_format: str, output_files: tuple[str, ...]) -> list[Target]:
    """The reports of a run. A plain FILE takes the place of standard output; FORMAT=FILE comes on top of it.

    A path that holds a `=` can be written as `./a=b`. Two reports in one file would leave one.
    """
    elsewhere = any(_is_plain(given) for given in output_files)
    screen = [] if elsewhere else [Target(output_format)]
    in_files = [Target(output_format, _file(given)) if _is_plain(given) else _named(given) for given in output_files]
    for file, count in Counter(target.file for target in in_files).items():
        if count > 1:
            raise click.BadParameter(f"two reports cannot both be {file}", param_hint="--output-file")
    return screen + in_files


def _is_plain(given: str) -> bool:
    name, equals, _ = given.partition("=")
    return not equals or "/" in name


def _named(given: str) -> Target:
    name, _, file = given.partition("=")
    if name not in FORMATS:
        near = get_close_matches(name, FORMATS, n=1)
        suggestion = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(FORMATS)}"
        raise click.BadParameter(f"no such format: {name!r}; {suggestion}", param_hint="--output-file")
    return Target(name, _file(file))


def _file(given: str) -> Path:
    if not given:
        raise click.BadParameter("it names no file", param_hint="--output-file")
    return Path(given)


def write_file(file: Path, text: str) -> None:
    """Write a report or the like, in UTF-8 and with `\\n` on every system. Raises `UnusableError`."""
    try:
        file.write_bytes(text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise UnusableError(f"{file} cannot be written: {error.strerror or error}") from error


def replace_file(file: Path, before: bytes, after: bytes) -> None:
    """Write a file in one step, with the permissions that it had. Raises `UnusableError`, also where it has changed."""
    beside = file.with_name(f"{file.name}.truthline-new")
    try:
        target = file.resolve()
        if target.read_bytes() != before:
            raise UnusableError(f"{file} has changed since it was read; run the command again")
        beside = target.with_name(f"{target.name}.truthline-new")
        beside.write_bytes(after)
        shutil.copymode(target, beside)
        beside.replace(target)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise UnusableError(f"{file} cannot be written: {error.strerror or error}") from error
