"""`truthline why`."""

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from truthline.cli.options import color_option, config_option, jobs_option
from truthline.cli.suggestions import flows, states
from truthline.cli.terminal import ColorChoice

if TYPE_CHECKING:
    from truthline.config.schema import Config
    from truthline.program.program import Program
    from truthline.report.why import Answer

LIMIT = 100


@click.command(short_help="Show every way from a flow to a state, or what its decision rests on.")
@click.argument("flow", shell_complete=flows)
@click.argument("state", required=False, shell_complete=states)
@config_option
@click.option(
    "--limit", type=click.IntRange(min=1), default=LIMIT, metavar="N", help=f"Show N ways at most (default: {LIMIT})."
)
@click.option(
    "--output-format", type=click.Choice(["text", "json"]), default="text", help="For people or for programs."
)
@jobs_option
@color_option
def command(
    flow: str,
    state: str | None,
    config_file: Path | None,
    limit: int,
    output_format: Literal["text", "json"],
    jobs: int | None,
    color: ColorChoice,
) -> int:
    """Show every distinct way from FLOW to STATE, or the proof that there is none.

    The proof is the number of functions visited and of calls resolved, and a list of the calls that could not be
    resolved, each with its place and the reason.

    Without a STATE, show what each input of the flow's decision comes from, path by path, and where.

    Exits with 0 where there is no way, or every input is proven; with 1 where that is not so or undecided.
    """
    from truthline.cli.loading import load_program
    from truthline.cli.terminal import style, write
    from truthline.config import load
    from truthline.report.why import render_json, render_text

    config = load(Path.cwd(), config_file)
    _require(config, flow, state)
    if state is None:
        return _print_inputs(load_program(config, jobs), flow, output_format, color)
    answer = _answer(load_program(_narrowed(config, flow, state), jobs), flow, state, limit)
    write(render_json(answer) if output_format == "json" else render_text(answer, style(color)))
    return 0 if answer.conclusion == "no-way" else 1


def _print_inputs(program: "Program", flow: str, output_format: Literal["text", "json"], color: ColorChoice) -> int:
    """What the flow's decision rests on."""
    from truthline.cli.terminal import style, write
    from truthline.report.inputs import Inputs, render_json, render_text

    decision = program.config.flow[flow].decision
    called = decision.call if decision is not None else ""
    answer = Inputs(flow=flow, decision=called, inputs=program.inputs(flow), stale=program.recorded.stale)
    write(render_json(answer) if output_format == "json" else render_text(answer, style(color)))
    return 0 if answer.proven else 1


def _require(config: "Config", flow: str, state: str | None) -> None:
    """The names must be declared, so that a mistyped one is no proof."""
    from truthline.cli.complaints import UnusableError
    from truthline.config import did_you_mean

    if flow not in config.flow:
        raise UnusableError(f"there is no flow `{flow}`{did_you_mean(flow, config.flow)}")
    if state is None and config.flow[flow].decision is None:
        raise UnusableError(f"flow `{flow}` declares no decision; name a state, or give it a [flow.{flow}.decision]")
    if state is not None and state not in config.state:
        raise UnusableError(f"there is no state `{state}`{did_you_mean(state, config.state)}")


def _narrowed(config: "Config", flow: str, state: str) -> "Config":
    """The config with this one question: the flow's verdict is then the answer, whatever else is declared of it."""
    import msgspec

    asked = msgspec.structs.replace(config.flow[flow], must_not_reach=(state,), must_read=(), mode="reach")
    return msgspec.structs.replace(config, flow={flow: asked})


def _answer(program: "Program", flow: str, state: str, limit: int) -> "Answer":
    from truthline.report.why import Answer

    analysis = program.flow(flow)
    ways = program.ways(flow, state, limit + 1)
    return Answer(
        flow=flow,
        state=state,
        verdict=analysis.verdict,
        ways=ways[:limit],
        possible=analysis.possible,
        more=len(ways) > limit,
        stale=program.recorded.stale,
    )
