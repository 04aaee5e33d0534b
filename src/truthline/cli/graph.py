"""`truthline graph imports|calls|flow`."""

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import click

from truthline.cli.options import config_option, jobs_option
from truthline.cli.suggestions import flows

if TYPE_CHECKING:
    from truthline.program.program import Program
    from truthline.program.ways import Way
    from truthline.report.graph import Graph
    from truthline.report.html.selection import Route

Format = Literal["text", "json", "dot", "mermaid", "html"]
Command = TypeVar("Command", bound=Callable[..., Any])


def _common_options(command: Command) -> Command:
    """`--format`, `--config` and `--jobs`."""
    formats = click.Choice(["text", "json", "dot", "mermaid", "html"])
    described = "For people, for programs, for Graphviz or Mermaid to draw, or as a page to look at."
    return click.option("--format", "format_", type=formats, default="text", help=described)(
        config_option(jobs_option(command))
    )


@click.group(short_help="Print who imports whom, who calls whom, or what a flow executes.")
def command() -> None:
    """Print a graph of the analysed code: as text, as JSON, for Graphviz or Mermaid to draw, or as a page."""


@command.command(short_help="Modules, and who imports whom.")
@_common_options
def imports(format_: Format, config_file: Path | None, jobs: int | None) -> int:
    """Print the modules, and each import of one by another with its kind and place.

    The kinds are top (at module level), lazy (in a function), conditional, type-checking and dynamic. An import is
    implied where it is of a parent package. Works without a config: the working directory is then the import root.
    """
    from truthline.report.graph import of_imports

    program = _load(config_file, jobs)
    return _print(of_imports(program.modules), format_)


@command.command(short_help="Functions, and who calls whom.")
@click.option(
    "--entry",
    "entries",
    type=click.Path(exists=True, path_type=Path),
    multiple=True,
    metavar="FILE...",
    help="Files or directories whose functions and module bodies are entries (default: all files).",
)
@click.argument("more", nargs=-1, type=click.Path(exists=True, path_type=Path), metavar="[FILE]...")
@_common_options
def calls(
    entries: tuple[Path, ...],
    more: tuple[Path, ...],
    format_: Format,
    config_file: Path | None,
    jobs: int | None,
) -> int:
    """Print who calls whom, by the value engine.

    As JSON, it is an object that names each caller's callees, with PyCG's names: `pkg.mod.Class.method`,
    `<builtin>.print`, `pkg.mod.f.<lambda1>`, and a module's body by the module's name. Works without a config: the
    working directory is then the import root.
    """
    from truthline.report.graph import of_calls

    program = _load(config_file, jobs)
    files = _files(program, (*entries, *more))
    return _print(of_calls(program.calls(files)), format_)


@command.command(short_help="What a flow can execute.")
@click.argument("name", shell_complete=flows)
@_common_options
def flow(name: str, format_: Format, config_file: Path | None, jobs: int | None) -> int:
    """Print all that the flow NAME can execute: its functions, and each call with its place.

    The entries, the functions of states that the flow must not reach, and the calls that could not be resolved are
    marked.
    """
    from truthline.cli.complaints import UnusableError
    from truthline.cli.loading import load_program
    from truthline.config import did_you_mean, load
    from truthline.report.graph import of_flow

    config = load(Path.cwd(), config_file)
    if name not in config.flow:
        raise UnusableError(f"there is no flow `{name}`{did_you_mean(name, config.flow)}")
    program = load_program(config, jobs)
    _complain(program)
    return _print(of_flow(program.slice(name)), format_, _routes(program.flow(name).ways) if format_ == "html" else ())


def _routes(ways: "Iterable[Way]") -> "list[Route]":
    from truthline.report.html.selection import Route

    return [Route(f"{way.depth} {way.target}", tuple(step.symbol for step in way.steps), way.state) for way in ways]


def _load(config_file: Path | None, jobs: int | None) -> "Program":
    from truthline.cli.loading import load_program
    from truthline.config import load_or_default

    program = load_program(load_or_default(Path.cwd(), config_file), jobs)
    _complain(program)
    return program


def _complain(program: "Program") -> None:
    """A graph has no place for what could not be read, nor for recorded calls that were not used."""
    from truthline.report.escape import printable
    from truthline.report.summary import left_out

    said = [f"{unread.file} is left out: {unread.reason}" for unread in program.modules.unread]
    for sentence in (*said, *map(left_out, program.recorded.stale)):
        click.echo(printable(f"truthline: {sentence}"), err=True)


def _files(program: "Program", entries: Iterable[Path]) -> list[str]:
    """The analysed files that the entries name; all of them where there is none."""
    from truthline.cli.complaints import UnusableError

    analysed = sorted(module.file for module in program.modules.by_file.values() if module.outline is not None)
    found: dict[str, None] = {}
    for entry in entries:
        path = os.path.relpath(entry.absolute(), program.config.base).replace(os.sep, "/")
        below = [file for file in analysed if path in (file, ".") or file.startswith(f"{path}/")]
        if not below:
            raise UnusableError(f"{entry} is none of the analysed files, and none of them lies below it")
        found.update(dict.fromkeys(below))
    return list(found) or analysed


def _print(graph: "Graph", format_: Format, routes: "Sequence[Route]" = ()) -> int:
    from truthline.cli.terminal import write
    from truthline.report.drawing import render_dot, render_mermaid
    from truthline.report.graph import render_json, render_text
    from truthline.report.html.graph_page import render_page

    if format_ == "html":
        write(render_page(graph, routes))
    else:
        render = {"text": render_text, "json": render_json, "dot": render_dot, "mermaid": render_mermaid}[format_]
        write(render(graph))
    return 0
