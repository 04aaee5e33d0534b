"""What the user types. A command's module is imported when the command is run, and not before."""

import gc
import os
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from importlib import import_module

import click

from truthline import __version__
from truthline.errors import TruthlineError
from truthline.stack import with_room

COMMANDS = {
    "check": "truthline.cli.check",
    "why": "truthline.cli.why",
    "graph": "truthline.cli.graph",
    "baseline": "truthline.cli.baseline",
    "trace": "truthline.cli.trace",
    "fix": "truthline.cli.fix",
    "init": "truthline.cli.init",
    "discover": "truthline.cli.discover",
    "explain": "truthline.cli.explain",
    "rules": "truthline.cli.rules",
    "lsp": "truthline.cli.lsp",
    "cache": "truthline.cli.cache",
    "completion": "truthline.cli.completion",
}
USAGE_ERROR = 2
INTERNAL_ERROR = 3
INTERRUPTED = 130
TRACEBACK = "TRUTHLINE_TRACEBACK"
"""The environment variable that asks for the traceback of an internal error."""


class Commands(click.Group):
    """The commands, each imported when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order in which a newcomer needs them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The `command` of the module of this name."""
        module = COMMANDS.get(cmd_name)
        if module is None:
            return None
        command: click.Command = import_module(module).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with a suggestion for a mistyped command."""
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            near = get_close_matches(name, COMMANDS, n=1)
            ctx.fail(f"no such command: {name!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
        return super().resolve_command(ctx, args)


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="truthline", message="%(prog)s %(version)s")
def program() -> None:
    """Keep decisions on the right side of the source of truth.

    truthline reads Python code, without running it, and proves that no flow decides on state that lives only in
    memory. Where it finds a way into such state, it shows every step of it.
    """


def main(args: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit status. No exception and no traceback gets out."""
    try:
        with _uncollected():
            return with_room(lambda: program.main(args, prog_name="truthline", standalone_mode=False)) or 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except TruthlineError as error:
        return _refused(error)
    except Exception as error:  # noqa: BLE001 - the last resort: an internal error is reported, not thrown at the user
        return _crashed(error)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Facts hold no cycles and live to the end of a command, so the cyclic collector would only walk them in vain."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _refused(error: TruthlineError) -> int:
    from truthline.cli.complaints import complaints, is_internal

    _print_traceback(error)
    for line in complaints(error):
        click.echo(line, err=True)
    return INTERNAL_ERROR if is_internal(error) else USAGE_ERROR


def _crashed(error: Exception) -> int:
    from truthline.report.escape import printable

    _print_traceback(error)
    click.echo(printable(f"truthline: internal error: {type(error).__name__}: {error}"), err=True)
    click.echo(f"This is a bug in truthline. Set {TRACEBACK}=1 to see where it happened.", err=True)
    return INTERNAL_ERROR


def _print_traceback(error: Exception) -> None:
    if os.environ.get(TRACEBACK):
        traceback.print_exception(error)
