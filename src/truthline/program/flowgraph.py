"""Making the graph of a flow's slice."""

from __future__ import annotations

from collections.abc import Iterable

from truthline.model.flowgraph import FlowCall, FlowGraph, FlowNode, OpenCall
from truthline.model.location import Location
from truthline.program.engine.units import Unit
from truthline.program.flows import FlowAnalyser


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
