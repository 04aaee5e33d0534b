"""`truthline check`."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from truthline.cli.answer import Request, answer
from truthline.cli.options import (
    cache_options,
    color_option,
    config_option,
    executor_option,
    jobs_option,
    packs_option,
    plugins_option,
    today_option,
)
from truthline.cli.suggestions import flows, rules
from truthline.report.formats import FORMATS
from truthline.timings import Timings

if TYPE_CHECKING:
    from truthline.config.schema import Config


@click.command(short_help="Analyse the code and report what is wrong.")
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path(exists=True, path_type=Path))
@config_option
@packs_option
@click.option(
    "--select",
    multiple=True,
    metavar="CODE",
    shell_complete=rules,
    help="Run these rules only: codes, prefixes, names or ids.",
)
@click.option("--ignore", multiple=True, metavar="CODE", shell_complete=rules, help="Leave these rules out.")
@click.option("--flow", "flows", multiple=True, metavar="NAME", shell_complete=flows, help="Report on this flow only.")
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
@click.option("--watch", is_flag=True, help="Check again whenever a file is saved, until interrupted.")
@click.option("--timings", is_flag=True, help="Print on standard error how long each stage and each rule took.")
@click.option("--statistics", is_flag=True, help="Add the number of findings for each code.")
@click.option("--quiet", "-q", is_flag=True, help="Print findings and nothing else.")
@click.option("--verbose", "-v", is_flag=True, help="Cut no list short in the text report.")
@color_option
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even where there are findings.")
@plugins_option
@cache_options
@executor_option
@jobs_option
@today_option
@click.option("--show-files", is_flag=True, help="List the files that would be analysed, and stop.")
@click.option("--show-settings", is_flag=True, help="Print the config as it was understood, as JSON, and stop.")
def command(
    config_file: Path | None, show_files: bool, show_settings: bool, timings: bool, watch: bool, **given: Any
) -> int:
    """Analyse the configured code and report what is wrong.

    All of it is analysed. With PATHs, a finding is reported when one of them can affect it: when it stands there, when
    the way that it shows passes through there, or when a function that its flow can execute stands there.

    Exits with 0 where no error was found (warnings alone do not count), with 1 where one was, with 2 where the command
    line or the config is wrong, and with 3 where truthline itself fails.
    """
    if show_files or show_settings:
        config = _load(config_file, given["packs"], no_plugins=given["no_plugins"])
        return _show_files(config) if show_files else _show_settings(config)
    request = Request(config_file=config_file, **given)
    ask = partial(_answer, request, timings=timings)
    if watch:
        from truthline.cli.watching import keep_asking

        return keep_asking(ask, request)
    return ask()


def _answer(request: Request, *, timings: bool) -> int:
    clock = Timings()
    status = answer(request, clock)
    if timings:
        _print_timings(clock)
    return status


def _load(config_file: Path | None, packs: tuple[str, ...], *, no_plugins: bool) -> "Config":
    from truthline.checking.prepare import mistakes
    from truthline.config import load

    return load(Path.cwd(), config_file, packs=packs, further=partial(mistakes, no_plugins=no_plugins))


def _print_timings(clock: Timings) -> None:
    """Not part of the report: two runs never take the same time."""
    rows = clock.rows()
    for stage, seconds in (*rows, ("all", sum(seconds for _, seconds in rows))):
        click.echo(f"{seconds:9.3f} s  {stage}", err=True)


def _show_files(config: "Config") -> int:
    from truthline.cli.terminal import write
    from truthline.report.escape import inert, printable
    from truthline.syntax.discovery import discover

    for file in discover(config):
        write(inert(printable(f"{file.path}  ({file.reason})" if file.reason else file.path)) + "\n")
    return 0


def _show_settings(config: "Config") -> int:
    import json

    import msgspec

    from truthline.cli.terminal import write

    settings = msgspec.to_builtins(config)
    del settings["positions"]
    write(json.dumps(settings, indent=2) + "\n")
    return 0
