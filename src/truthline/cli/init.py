"""`truthline init`."""

from pathlib import Path

import click

from truthline.cli.options import jobs_option


@click.command(short_help="Write a first truthline.toml.")
@jobs_option
def command(jobs: int | None) -> None:
    """Write a first truthline.toml into the working directory, from what `discover` finds there.

    It can be checked at once, and says in comments what to edit. A config that is there is never overwritten.
    """
    from truthline.cli.complaints import UnusableError
    from truthline.cli.loading import load_program, with_found_roots
    from truthline.config.load import find
    from truthline.config.schema import DEFAULT_FILE, Config
    from truthline.program.inventory import take_inventory
    from truthline.report.starter import render
    from truthline.report.summary import counted

    base = Path.cwd()
    there = find(base, None)
    if there is not None and there[0] == base:
        raise UnusableError(f"there is a config already, {there[1].file}; `init` never overwrites one")
    config = with_found_roots(Config(base=str(base)), jobs)
    inventory = take_inventory(load_program(config, jobs))
    try:
        with (base / DEFAULT_FILE).open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(render(inventory, config.roots))
    except OSError as error:
        raise UnusableError(f"{DEFAULT_FILE} cannot be written: {error.strerror or error}") from error
    states, flows = len(inventory.states), len(inventory.flows)
    click.echo(f"Wrote {DEFAULT_FILE}: {counted(states, 'state')}, {counted(flows if states else 0, 'flow')}.")
    if not states:
        click.echo("No memory was found that other modules use: name yours in a [state.NAME].")
    if states and not flows:
        click.echo(
            "No function is named as if it decided: name yours in a [flow.NAME], for without one no state is guarded."
        )
    if not states and flows:
        click.echo("Functions that are named as if they decided stand there in comments.")
    click.echo("Next: truthline check; and if there is much that cannot be mended today, truthline baseline")
