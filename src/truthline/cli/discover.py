"""`truthline discover`."""

from pathlib import Path
from typing import Literal

import click

from truthline.cli.options import config_option, jobs_option


@click.command(short_help="List what is kept in memory, and who reads it.")
@click.option(
    "--format", "format_", type=click.Choice(["text", "json"]), default="text", help="For people or for programs."
)
@config_option
@jobs_option
def command(format_: Literal["text", "json"], config_file: Path | None, jobs: int | None) -> None:
    """List the names and attributes that keep something in memory from one call to the next, with who reads and
    writes them, and what of it is worth declaring as a state or a flow.

    It works without a config; the working directory is then what is looked at.
    """
    from truthline.cli.loading import load_program, with_found_roots
    from truthline.cli.terminal import style, write
    from truthline.config import load_or_default
    from truthline.program.inventory import take_inventory
    from truthline.report.discover import render_json, render_text

    program = load_program(with_found_roots(load_or_default(Path.cwd(), config_file), jobs), jobs)
    inventory = take_inventory(program)
    write(render_json(inventory) if format_ == "json" else render_text(inventory, style("never")))
