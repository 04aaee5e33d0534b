"""Graphs of modules and functions: what every format is made of, as text and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from truthline.model.flowgraph import FlowCall, FlowGraph, FlowNode, OpenCall
from truthline.program.modules import ImportEdge, Modules
from truthline.report.escape import inert, printable
from truthline.report.json_report import Entry, Tool, document


class Node(Entry, frozen=True, kw_only=True):
    """A module or function. `mark` says what is special about it: "entry", "state NAME", or nothing."""

    name: str
    file: str | None = None
    line: int | None = None
    mark: str = ""


class Edge(Entry, frozen=True, kw_only=True):
    """An import or call at one place. `implied`: of a parent package, which an import does not name."""

    source: str
    target: str
    kind: str
    implied: bool = False
    file: str | None = None
    line: int | None = None


class Open(Entry, frozen=True, kw_only=True):
    """A call that leads nobody knows where."""

    source: str
    file: str
    line: int
    text: str
    reason: str


class Graph(Entry, frozen=True, kw_only=True):
    """Nodes and edges in a fixed order; `name` is that of the flow."""

    version: int = 1
    tool: Tool = Tool()
    graph: str
    name: str | None = None
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    unresolved: tuple[Open, ...] = ()


def of_imports(modules: Modules) -> Graph:
    """Every analysed module, and every import of one by another."""
    nodes = sorted(modules.by_name.values(), key=lambda module: module.name)
    edges = sorted((_import(modules, edge) for edge in modules.edges()), key=_order)
    return Graph(
        graph="imports",
        nodes=tuple(Node(name=module.name, file=module.file) for module in nodes),
        edges=tuple(dict.fromkeys(edges)),
    )


def of_calls(calls: Mapping[str, Iterable[str]]) -> Graph:
    """Callers and their callees."""
    return Graph(
        graph="calls",
        nodes=tuple(Node(name=name) for name in calls),
        edges=tuple(Edge(source=one, target=other, kind="call") for one, others in calls.items() for other in others),
    )


def of_flow(flow: FlowGraph) -> Graph:
    """The functions of a flow's slice."""
    return Graph(
        graph="flow",
        name=flow.flow,
        nodes=tuple(_function(node) for node in flow.nodes),
        edges=tuple(_call(call) for call in flow.calls),
        unresolved=tuple(_open(call) for call in flow.open),
    )


def _import(modules: Modules, edge: ImportEdge) -> Edge:
    return Edge(
        source=edge.importer,
        target=edge.imported,
        kind=edge.imp.kind,
        implied=edge.implied,
        file=modules.by_name[edge.importer].file,
        line=edge.imp.statement.line,
    )


def _function(node: FlowNode) -> Node:
    mark = "entry" if node.is_entry else f"state {node.state}" if node.state is not None else ""
    return Node(name=node.symbol, file=node.location.file, line=node.location.span.line, mark=mark)


def _call(call: FlowCall) -> Edge:
    location = call.location
    return Edge(source=call.caller, target=call.callee, kind="call", file=location.file, line=location.span.line)


def _open(call: OpenCall) -> Open:
    location = call.location
    return Open(source=call.caller, file=location.file, line=location.span.line, text=call.text, reason=call.reason)


def _order(edge: Edge) -> tuple[str, int, str, str, bool]:
    return edge.source, edge.line or 0, edge.target, edge.kind, edge.implied


# -- text and JSON ------------------------------------------------------------------------------


def render_json(graph: Graph) -> str:
    """The whole document; of a call graph, the callees by caller and nothing else."""
    if graph.graph != "calls":
        return document(graph)
    callees: dict[str, list[str]] = {node.name: [] for node in graph.nodes}
    for edge in graph.edges:
        callees[edge.source].append(edge.target)
    return json.dumps(callees, indent=2, ensure_ascii=True) + "\n"


def render_text(graph: Graph) -> str:
    """A line for each node, and below it one for each edge that leads away from it."""
    leading: dict[str, list[str]] = {node.name: [] for node in graph.nodes}
    for edge in graph.edges:
        kind = "" if edge.kind in ("call", "top") else f"  {edge.kind}"
        implied = "  implied" if edge.implied else ""
        leading[edge.source].append(f"  -> {edge.target}{kind}{implied}{_at(edge.file, edge.line)}")
    for call in graph.unresolved:
        leading[call.source].append(f"  ?? {call.text}{_at(call.file, call.line)}  {call.reason}")
    lines = [line for node in graph.nodes for line in (_heading(node), *leading[node.name])]
    return "".join(inert(printable(line)) + "\n" for line in lines)


def _heading(node: Node) -> str:
    mark = f"  [{node.mark}]" if node.mark else ""
    return f"{node.name}{mark}{_at(node.file, node.line) if node.line is not None else ''}"


def _at(file: str | None, line: int | None) -> str:
    return "" if file is None else f"  {file}:{line}"
