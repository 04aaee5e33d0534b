"""`truthline check`."""

import sys
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from truthline.cli.given import below_base, selectors
from truthline.cli.options import color_option, config_option, jobs_option, plugins_option, today_option
from truthline.cli.terminal import ColorChoice
from truthline.report.formats import DRAWN, FORMATS
from truthline.timings import Timings

if TYPE_CHECKING:
    from truthline.checking.options import CheckOptions
    from truthline.config.schema import Config
    from truthline.model.run import Outcome
    from truthline.report.style import SourceLines, Style


@click.command(short_help="Analyse the code and report what is wrong.")
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path(exists=True, path_type=Path))
@config_option
@click.option("--select", multiple=True, metavar="CODE", help="Run these rules only: codes, prefixes, names or ids.")
@click.option("--ignore", multiple=True, metavar="CODE", help="Leave these rules out.")
@click.option("--flow", "flows", multiple=True, metavar="NAME", help="Report on this flow only.")
@click.option(
    "--output-format",
    type=click.Choice(list(FORMATS)),
    default="text",
    help="For people, for editors and logs, for programs and services, or for the browser.",
)
@click.option(
    "--output-file",
    "output_files",
    multiple=True,
    metavar="[FORMAT=]FILE",
    help="Write a report to FILE: in place of standard output, or, with a FORMAT, on top of it.",
)
@click.option(
    "--changed-since",
    metavar="REF",
    help="Report what can be affected by files that have changed since this commit, branch or tag of git.",
)
@click.option(
    "--stdin-filename",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="Read the text of this file from standard input, whether or not there is such a file.",
)
@click.option("--timings", is_flag=True, help="Print on standard error how long each stage and each rule took.")
@click.option("--statistics", is_flag=True, help="Add the number of findings for each code.")
@click.option("--quiet", "-q", is_flag=True, help="Print findings and nothing else.")
@click.option("--verbose", "-v", is_flag=True, help="Cut no list short in the text report.")
@color_option
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even where there are findings.")
@plugins_option
@jobs_option
@today_option
@click.option("--show-files", is_flag=True, help="List the files that would be analysed, and stop.")
@click.option("--show-settings", is_flag=True, help="Print the config as it was understood, as JSON, and stop.")
def command(config_file: Path | None, show_files: bool, show_settings: bool, timings: bool, **given: Any) -> int:
    """Analyse the configured code and report what is wrong.

    All of it is analysed. With PATHs, a finding is reported when one of them can affect it: when it stands there, when
    the way that it shows passes through there, or when a function that its flow can execute stands there.

    Exits with 0 where no error was found (warnings alone do not count), with 1 where one was, with 2 where the command
    line or the config is wrong, and with 3 where truthline itself fails.
    """
    from truthline.checking.prepare import mistakes
    from truthline.config import load

    clock = Timings()
    with clock.stage("config"):
        config = load(Path.cwd(), config_file, further=partial(mistakes, no_plugins=given["no_plugins"]))
    if show_files:
        return _show_files(config)
    if show_settings:
        return _show_settings(config)
    status = _check(config, clock, **given)
    if timings:
        _print_timings(clock)
    return status


def _check(
    config: "Config",
    clock: Timings,
    *,
    paths: tuple[Path, ...],
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    flows: tuple[str, ...],
    output_format: str,
    output_files: tuple[str, ...],
    changed_since: str | None,
    stdin_filename: Path | None,
    statistics: bool,
    quiet: bool,
    verbose: bool,
    color: ColorChoice,
    exit_zero: bool,
    no_plugins: bool,
    jobs: int | None,
    today: datetime | None,
) -> int:
    from truthline.checking.options import CheckOptions
    from truthline.checking.run import exit_status
    from truthline.cli.outputs import targets
    from truthline.cli.sources import source_lines
    from truthline.cli.terminal import style

    reports = targets(output_format, output_files)
    options = CheckOptions(
        select=selectors(select),
        ignore=selectors(ignore),
        flows=flows,
        paths=tuple(below_base(path, Path(config.base)) for path in paths),
        changed_since=changed_since,
        today=today.date() if today else None,
        overlay=_standard_input(stdin_filename, Path(config.base)) if stdin_filename else {},
        graphs=any(report.format in DRAWN for report in reports),
        no_plugins=no_plugins,
        jobs=jobs,
        timings=clock,
    )
    outcome = _run(config, options, quiet=quiet)
    lines = source_lines(Path(config.base), options.overlay)
    chosen = style(color, quiet=quiet, verbose=verbose, statistics=statistics)
    with clock.stage("report"):
        for report in reports:
            _write(report.format, report.file, outcome, lines, chosen, colored_files=color == "always")
    return exit_status(outcome, exit_zero=exit_zero)


def _standard_input(path: Path, base: Path) -> dict[str, bytes]:
    """What stands in for a file."""
    name = below_base(path, base)
    if not name.endswith(".py"):
        raise click.BadParameter(f"{path} is no name of a Python file", param_hint="--stdin-filename")
    return {name: sys.stdin.buffer.read()}


def _run(config: "Config", options: "CheckOptions", *, quiet: bool) -> "Outcome":
    import msgspec

    from truthline.checking.run import check
    from truthline.cli.complaints import no_files
    from truthline.cli.progress import progress_bar

    with progress_bar("reading", quiet=quiet) as progress:
        outcome = check(config, msgspec.structs.replace(options, progress=progress))
    if not (outcome.summary.files or outcome.summary.unread):
        raise no_files(config)
    return outcome


def _write(
    format_: str, file: Path | None, outcome: "Outcome", lines: "SourceLines", style: "Style", *, colored_files: bool
) -> None:
    import msgspec

    from truthline.cli.outputs import write_file
    from truthline.cli.terminal import PIPE_WIDTH, write
    from truthline.report.formats import render

    if file is None:
        write(render(format_, outcome, lines, style))
    else:
        in_file = msgspec.structs.replace(style, width=PIPE_WIDTH, color=colored_files)
        write_file(file, render(format_, outcome, lines, in_file))


def _print_timings(clock: Timings) -> None:
    """Not part of the report: two runs never take the same time."""
    rows = clock.rows()
    for stage, seconds in (*rows, ("all", sum(seconds for _, seconds in rows))):
        click.echo(f"{seconds:9.3f} s  {stage}", err=True)


def _show_files(config: "Config") -> int:
    from truthline.cli.terminal import write
    from truthline.report.escape import printable
    from truthline.syntax.discovery import discover

    for file in discover(config):
        write(printable(f"{file.path}  ({file.reason})" if file.reason else file.path) + "\n")
    return 0


def _show_settings(config: "Config") -> int:
    import json

    import msgspec

    from truthline.cli.terminal import write

    settings = msgspec.to_builtins(config)
    del settings["positions"]
    write(json.dumps(settings, indent=2) + "\n")
    return 0
