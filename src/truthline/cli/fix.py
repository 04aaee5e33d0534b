"""`truthline fix`."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from truthline.cli.given import below_base, selectors, tell_of_unread_paths
from truthline.cli.options import color_option, config_option, jobs_option, plugins_option
from truthline.cli.suggestions import rules
from truthline.cli.terminal import ColorChoice

if TYPE_CHECKING:
    from truthline.checking.fix import Fixes


@click.command(short_help="Mend what can be mended safely.")
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path(exists=True, path_type=Path))
@config_option
@click.option("--select", multiple=True, metavar="CODE", shell_complete=rules, help="Mend what these rules find only.")
@click.option("--ignore", multiple=True, metavar="CODE", shell_complete=rules, help="Leave what these rules find.")
@click.option("--diff", "diff_only", is_flag=True, help="Print what would be changed, and change nothing.")
@plugins_option
@jobs_option
@color_option
def command(
    paths: tuple[Path, ...],
    config_file: Path | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    diff_only: bool,
    no_plugins: bool,
    jobs: int | None,
    color: ColorChoice,
) -> int:
    """Apply the safe fixes that rules offer: stale re-exports and `__all__`, contracts in docstrings, what is unused.

    Everything else in a file stays as it is, byte for byte. Findings that are suppressed or allowed are left alone, and
    so are those that need a person.

    Exits with 0; with --diff, with 1 where there is something to fix.
    """
    from truthline.checking.fix import find_fixes
    from truthline.checking.options import CheckOptions
    from truthline.checking.prepare import mistakes
    from truthline.cli.progress import progress_bar
    from truthline.cli.terminal import style, write
    from truthline.config import load
    from truthline.report.fixes import render_diff, render_summary

    config = load(Path.cwd(), config_file, further=partial(mistakes, no_plugins=no_plugins))
    base = Path(config.base)
    with progress_bar("reading", quiet=False) as progress:
        options = CheckOptions(
            select=selectors(select, "--select"),
            ignore=selectors(ignore, "--ignore"),
            paths=tuple(below_base(path, base) for path in paths),
            no_plugins=no_plugins,
            jobs=jobs,
            progress=progress,
        )
        fixes = find_fixes(config, options)
    tell_of_unread_paths(config, paths)
    if diff_only:
        write(render_diff(fixes, style(color)))
    else:
        _apply(fixes, base)
    click.echo(render_summary(fixes, written=not diff_only), err=diff_only)
    return int(diff_only and bool(fixes.changes))


def _apply(fixes: "Fixes", base: Path) -> None:
    """Write each file in one step, so that no half of one is ever seen. Raises `UnusableError`."""
    from truthline.cli.outputs import replace_file

    for change in fixes.changes:
        replace_file(base / change.path, change.before, change.after)
