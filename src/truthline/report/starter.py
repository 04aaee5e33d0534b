"""A first config, written from what was found, with comments for the person who goes on from there."""

import json
from collections.abc import Iterator, Sequence

from truthline.program.inventory import Inventory, ProposedFlow, ProposedState
from truthline.report.summary import counted

SHOWN_TABLES = 8
_EXAMPLE_STATE = "session-cache"
_EXAMPLES = (ProposedFlow("activation", ("app.activation:activate",)),)
"""What stands in comments where nothing was found."""


def render(inventory: Inventory, roots: Sequence[str]) -> str:
    """The text of a `truthline.toml` that can be checked at once."""
    return "\n".join(_lines(inventory, roots))


def _lines(inventory: Inventory, roots: Sequence[str]) -> Iterator[str]:
    yield "# What may be remembered, what proves, and what decides. Written by `truthline init`, to be edited by you."
    yield "# `truthline discover` shows what this rests on, `truthline explain CODE` explains a finding."
    yield ""
    yield f"roots = {_listed(roots)}  # where imports start, as PYTHONPATH would have it"
    yield '# exclude = ["**/migrations/**"]  # gitignore syntax; .gitignore is honoured anyway'
    yield ""
    yield from _states(inventory.states)
    yield from _flows(inventory.flows, inventory.states)
    yield from _evidence(inventory)


def _states(states: Sequence[ProposedState]) -> Iterator[str]:
    yield "# States: memory that must not decide. Those below live as long as the process; other modules use them."
    yield "# Remove what may decide; `harmless` names types and constants of the modules that anybody may use."
    for state in states:
        yield ""
        uses = f"{counted(state.readers, 'reader')}, imported by {counted(state.users, 'module')}"
        yield f"[state.{state.name}]  # {uses}"
        yield 'role = "cache"  # a flow may write it, never read it; "forbidden": not even write it'
        yield f"modules = {_listed([state.module])}"
        yield "objects = ["
        yield from (f"  {quoted(each)}," for each in state.objects)
        yield "]"
    if not states:
        yield "#"
        yield f"# [state.{_EXAMPLE_STATE}]"
        yield '# modules = ["app.cache"]'
    yield ""


def _flows(flows: Sequence[ProposedFlow], states: Sequence[ProposedState]) -> Iterator[str]:
    yield "# Flows: functions that decide. Those below were chosen for their names alone; keep what really decides."
    for flow in flows or _EXAMPLES:
        is_ready = bool(flows and states)
        yield "" if is_ready else "#"
        yield from (each if is_ready else f"# {each}" for each in _flow(flow, states))
    yield ""


def _flow(flow: ProposedFlow, states: Sequence[ProposedState]) -> Iterator[str]:
    yield f"[flow.{flow.name}]"
    yield "entry = ["
    yield from (f"  {quoted(each)}," for each in flow.entries)
    yield "]"
    yield f"must-not-reach = {_listed([state.name for state in states] or [_EXAMPLE_STATE])}"
    yield 'unknown = "warn"  # calls that cannot be resolved and could reach a state: "ignore", "warn" or "error"'


def _evidence(inventory: Inventory) -> Iterator[str]:
    yield "# Evidence: tables that prove. A flow reads what its `must-read` names, or it is a finding."
    if inventory.tables:
        more = " ..." if len(inventory.tables) > SHOWN_TABLES else ""
        yield f"# Mapped classes here name the tables {', '.join(inventory.tables[:SHOWN_TABLES])}{more}"
    table = inventory.tables[0] if inventory.tables else "tenants"
    yield "#"
    yield "# [evidence.proven]"
    yield f"# tables = [{quoted(table)}]"
    yield '# columns = ["status"]  # columns that the reading query must constrain'
    yield "#"
    yield '# and in the flow: must-read = ["proven"]'
    yield ""


def _listed(values: Sequence[str]) -> str:
    return f"[{', '.join(map(quoted, values))}]"


def quoted(text: str) -> str:
    """A TOML basic string; JSON escapes what it must not hold in the same way, but for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
