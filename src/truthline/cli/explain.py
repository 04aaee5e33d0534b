"""`truthline explain`."""

from pathlib import Path

import click

from truthline.cli.options import color_option, config_option, plugins_option
from truthline.cli.suggestions import rules
from truthline.cli.terminal import ColorChoice


@click.command(short_help="Explain a rule, with examples.")
@click.argument("rule", metavar="CODE|ID", shell_complete=rules)
@config_option
@plugins_option
@color_option
def command(rule: str, config_file: Path | None, no_plugins: bool, color: ColorChoice) -> None:
    """Explain a rule: what it finds, why that is bad, how to fix it, how to allow it, and examples.

    The rule is named by its code, by its name, or by the id that the config gives it.
    """
    from truthline.cli.rulebook import Rulebook
    from truthline.cli.terminal import style, write
    from truthline.report.explain import render

    found, names = Rulebook.open(Path.cwd(), config_file, no_plugins=no_plugins).find(rule)
    write(render(found, names, style(color)))
