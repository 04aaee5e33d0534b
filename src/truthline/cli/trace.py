"""`truthline trace`."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from truthline.cli.options import color_option, config_option, jobs_option
from truthline.cli.terminal import ColorChoice

if TYPE_CHECKING:
    from truthline.config.schema import Config

LIMIT = 100


@click.command(
    short_help="Run your tests, and hold what they called against the analysis.",
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@click.argument("cmd", nargs=-1, required=True, type=click.UNPROCESSED, metavar="-- CMD...")
@config_option
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    default=LIMIT,
    metavar="N",
    help=f"List N missing edges at most (default: {LIMIT}).",
)
@click.option(
    "--output-format",
    type=click.Choice(["text", "json"]),
    default="text",
    help="For people or for programs; then what CMD prints goes to standard error.",
)
@click.option(
    "--keep",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the calls that the analysis misses to FILE, for `recorded` in the config.",
)
@jobs_option
@color_option
def command(
    cmd: tuple[str, ...],
    config_file: Path | None,
    limit: int,
    output_format: Literal["text", "json"],
    keep: Path | None,
    jobs: int | None,
    color: ColorChoice,
) -> int:
    """Run CMD, usually the tests, record which analysed function calls which, and compare with the static graph.

    Reports how many of the recorded calls the analysis finds, each that it misses with its place, and whether the run
    went where a proof says that it cannot go. This command alone runs your code; CMD is run as you typed it.

    With --keep, the calls that the analysis misses become facts: where the config names FILE under `recorded`, the next
    check follows them and says so.

    Exits with 0 where no proof is contradicted, with 1 where one is, and with 2 where CMD cannot be run.
    """
    from truthline.cli.given import below_base
    from truthline.cli.loading import load_program
    from truthline.cli.terminal import style, write
    from truthline.config import load_or_default
    from truthline.program.recorded import record_files
    from truthline.trace.render import render_json, render_text
    from truthline.trace.trace import trace

    config = load_or_default(Path.cwd(), config_file)
    file = below_base(keep, Path(config.base), "--keep") if keep is not None else None
    if keep is not None:
        _require_place(keep)
    program = load_program(_to_begin_with(config, file), jobs)
    found = trace(program, cmd, sys.stderr if output_format == "json" else None, file)
    if output_format == "json":
        write(render_json(found, limit))
    else:
        write(render_text(found, limit, style(color), record_files(config)))
    return 1 if found.contradictions else 0


def _require_place(file: Path) -> None:
    """A record is written into a directory that is there, and over nothing but an earlier record."""
    from truthline.program.recorded import is_earlier_record

    if not os.path.isdir(file.parent):  # noqa: PTH112  # a name may be too long
        raise click.BadParameter(f"there is no directory {file.parent}", param_hint="--keep")
    if os.path.exists(file) and not (os.path.isfile(file) and is_earlier_record(_content(file))):  # noqa: PTH110, PTH113
        message = f"{file} is there and no record of calls; name another file, or remove it"
        raise click.BadParameter(message, param_hint="--keep")


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as problem:
        raise click.BadParameter(f"{file} cannot be read: {problem.strerror}", param_hint="--keep") from None


def _to_begin_with(config: "Config", file: str | None) -> "Config":
    """The config of a run that is to write a record file: what the file held counts, unless there is none yet."""
    import msgspec

    from truthline.program.recorded import record_files

    if file is None or os.path.exists(Path(config.base, file)):  # noqa: PTH110  # a name may be too long
        return config
    return msgspec.structs.replace(config, recorded=tuple(name for name in record_files(config) if name != file))
