"""`truthline rules`."""

from pathlib import Path
from typing import Literal

import click

from truthline.cli.options import config_option, plugins_option


@click.command(short_help="List the rules.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json"]),
    default="text",
    help="For people or for programs.",
)
@config_option
@plugins_option
def command(format_: Literal["text", "json"], config_file: Path | None, no_plugins: bool) -> None:
    """List the rules: those that ship with truthline and those of the config's plugins."""
    from truthline.cli.rulebook import Rulebook
    from truthline.cli.terminal import style, write
    from truthline.report.rules import render_json, render_text

    book = Rulebook.open(Path.cwd(), config_file, no_plugins=no_plugins)
    write(render_json(book.rules) if format_ == "json" else render_text(book.rules, style("never")))
