"""A flow's slice as a graph: its functions, who calls whom and where, and what could not be resolved."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from truthline.model.location import Location
from truthline.program.engine.units import Unit
from truthline.program.flows import FlowAnalyser


class FlowNode(msgspec.Struct, frozen=True, order=True):
    """A function of the slice, or the body of a class that it defines. `state` is the state to which it belongs."""

    symbol: str
    location: Location
    is_entry: bool = False
    state: str | None = None


class FlowCall(msgspec.Struct, frozen=True):
    """One place at which a function calls another, implicit calls and those of callbacks included."""

    caller: str
    callee: str
    location: Location
    text: str


class OpenCall(msgspec.Struct, frozen=True):
    """A call of which not every target is known, and why."""

    caller: str
    location: Location
    text: str
    reason: str


class FlowGraph(msgspec.Struct, frozen=True):
    """The slice of a flow, in order of symbols and places."""

    flow: str
    nodes: tuple[FlowNode, ...]
    calls: tuple[FlowCall, ...]
    open: tuple[OpenCall, ...]


def flow_graph(flow: FlowAnalyser) -> FlowGraph:
    """The graph of a flow."""
    nodes: dict[str, FlowNode] = {}
    for unit in sorted((context.unit for context in flow.slice.arrivals), key=lambda unit: unit.symbol):
        nodes.setdefault(unit.symbol, _node(flow, unit))
    return FlowGraph(
        flow.name,
        tuple(nodes.values()),
        tuple(sorted(set(_calls(flow)), key=lambda call: (call.caller, _place(call.location), call.callee))),
        tuple(sorted(set(_open(flow)), key=lambda call: (call.caller, _place(call.location), call.reason))),
    )


def _node(flow: FlowAnalyser, unit: Unit) -> FlowNode:
    states = [state.name for state in flow.states if state.holds(unit) and not state.is_harmless(unit)]
    location = flow.places.definition(unit)
    return FlowNode(unit.symbol, location, unit in flow.entries, states[0] if states else None)


def _calls(flow: FlowAnalyser) -> Iterable[FlowCall]:
    for context in flow.slice.arrivals:
        for register, target in flow.slice.edges(context):
            location = flow.places.location(context.unit, register)
            text = flow.places.text(context.unit, register)
            yield FlowCall(context.unit.symbol, target.unit.symbol, location, text)


def _open(flow: FlowAnalyser) -> Iterable[OpenCall]:
    for context, register in flow.unresolved():
        reason = "; ".join(sorted(flow.slice.effects(context, register).unknown))
        location = flow.places.location(context.unit, register)
        yield OpenCall(context.unit.symbol, location, flow.places.text(context.unit, register), reason)


def _place(location: Location) -> tuple[str, int, int]:
    return location.file, location.span.line, location.span.column
