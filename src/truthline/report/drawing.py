"""Graphs for programs that draw: Graphviz and Mermaid.

Names are numbered in the source of a drawing and stand in it as labels only, so that none can be syntax: a path or an
identifier may hold quotes, brackets, markup or line breaks.
"""

from __future__ import annotations

from truthline.report.escape import printable
from truthline.report.graph import Edge, Graph, Node

_DASHES = {"lazy": "dashed", "type-checking": "dotted", "conditional": "dashed", "dynamic": "dashed"}
_PLAIN = " .:_/-"
"""What Mermaid shows as it stands, besides letters and digits."""


def render_dot(graph: Graph) -> str:
    """For Graphviz."""
    numbers = _numbers(graph)
    lines = ["digraph truthline {", "  rankdir=LR;", "  node [shape=box];"]
    lines += [f"  {numbers[node.name]} [label={_quoted(node.name)}{_dot_mark(node)}];" for node in graph.nodes]
    lines += [f"  {numbers[one.source]} -> {numbers[one.target]}{_dot_style(one)};" for one in _distinct(graph)]
    for number, call in enumerate(graph.unresolved):
        label = _quoted(f"? {call.text}")
        lines.append(f"  u{number} [label={label}, shape=plaintext, fontcolor=red];")
        lines.append(
            f"  {numbers[call.source]} -> u{number} [style=dotted, color=red, tooltip={_quoted(call.reason)}];"
        )
    return "\n".join([*lines, "}"]) + "\n"


def render_mermaid(graph: Graph) -> str:
    """For Mermaid, as Markdown on GitHub and GitLab shows it."""
    numbers = _numbers(graph)
    lines = ["flowchart LR"]
    lines += [f'  {numbers[node.name]}["{_entities(node.name)}"]{_mermaid_mark(node)}' for node in graph.nodes]
    lines += [f"  {numbers[one.source]} {_arrow(one)} {numbers[one.target]}" for one in _distinct(graph)]
    for number, call in enumerate(graph.unresolved):
        lines.append(f'  u{number}("? {_entities(call.text)}"):::unresolved')
        lines.append(f"  {numbers[call.source]} -.-> u{number}")
    marks = {node.mark.partition(" ")[0] for node in graph.nodes} | ({"unresolved"} if graph.unresolved else set())
    lines += [f"  classDef {name} {style}" for name, style in _CLASSES.items() if name in marks]
    return "\n".join(lines) + "\n"


_CLASSES = {"entry": "stroke-width:3px", "state": "stroke:#c00,fill:#fdd", "unresolved": "stroke:#c00,color:#c00"}


def _numbers(graph: Graph) -> dict[str, str]:
    return {node.name: f"n{number}" for number, node in enumerate(graph.nodes)}


def _distinct(graph: Graph) -> list[Edge]:
    """One edge of each kind between two nodes, wherever it stands in the text."""
    edges = (Edge(source=one.source, target=one.target, kind=one.kind, implied=one.implied) for one in graph.edges)
    return list(dict.fromkeys(edges))


def _label(edge: Edge) -> str:
    kind = "" if edge.kind in ("call", "top") else edge.kind
    return f"{kind} implied".strip() if edge.implied else kind


def _dot_mark(node: Node) -> str:
    mark, _, state = node.mark.partition(" ")
    if mark == "entry":
        return ", penwidth=3"
    return f", color=red, tooltip={_quoted(state)}" if mark == "state" else ""


def _dot_style(edge: Edge) -> str:
    given = [f"label={_quoted(label)}"] if (label := _label(edge)) else []
    given += [f"style={_DASHES[edge.kind]}"] if edge.kind in _DASHES else []
    given += ["color=gray"] if edge.implied else []
    return f" [{', '.join(given)}]" if given else ""


def _quoted(text: str) -> str:
    escaped = printable(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _mermaid_mark(node: Node) -> str:
    return f":::{node.mark.partition(' ')[0]}" if node.mark else ""


def _arrow(edge: Edge) -> str:
    line = "-.->" if edge.implied or edge.kind in _DASHES else "-->"
    return f'{line}|"{label}"|' if (label := _label(edge)) else line


def _entities(text: str) -> str:
    """Text in which everything but letters, digits and a few marks is a character code."""
    shown = printable(text)
    return "".join(one if one.isalnum() or one in _PLAIN else f"#{ord(one)};" for one in shown)
