"""What of a graph is drawn: all of a small one, of a large one what a reader asks about."""

from collections import deque
from collections.abc import Iterable, Sequence

import msgspec

from truthline.report.graph import Graph
from truthline.report.html.layout import Links

LIMIT = 120
"""Boxes in one picture; more than these nobody can follow."""


class Route(msgspec.Struct, frozen=True):
    """A way through the picture into a state, as the symbols of its steps; `key` is the finding's fingerprint."""

    title: str
    symbols: tuple[str, ...]
    state: str
    key: str = ""


def entries(graph: Graph) -> list[str]:
    """Where the calls begin; in a graph without entries, what nothing else leads to."""
    marked = [node.name for node in graph.nodes if node.mark == "entry"]
    reached = {edge.target for edge in graph.edges if edge.target != edge.source}
    return marked or [node.name for node in graph.nodes if node.name not in reached]


def chosen(graph: Graph, routes: Sequence[Route], links: Links) -> list[str]:
    """The names that are drawn, in the order of the graph."""
    everything = [node.name for node in graph.nodes]
    if len(everything) <= LIMIT:
        return everything
    reached = _reached(entries(graph), links)
    kept: dict[str, None] = {}
    for name in _asked_about(graph, routes, links):
        path = [one for one in _path(name, reached) if one not in kept]
        if len(kept) + len(path) <= LIMIT:
            kept.update(dict.fromkeys(path))
    return [name for name in everything if name in kept]


def _asked_about(graph: Graph, routes: Sequence[Route], links: Links) -> Iterable[str]:
    """What matters most first: ways, states, calls that lead nobody knows where; else, what has the most links."""
    known = {node.name for node in graph.nodes}
    if graph.graph != "flow":
        yield from sorted(known, key=lambda name: (-len(links.around(name)), name))
        return
    yield from (node.name for node in graph.nodes if node.mark == "entry")
    yield from (symbol for route in routes for symbol in route.symbols if symbol in known)
    yield from (node.name for node in graph.nodes if node.mark.startswith("state "))
    yield from (call.source for call in graph.unresolved if call.source in known)


def _reached(first: Sequence[str], links: Links) -> dict[str, str | None]:
    """By name, from where it is first reached."""
    found: dict[str, str | None] = dict.fromkeys(first)
    queue = deque(first)
    while queue:
        name = queue.popleft()
        for target in links.after.get(name, ()):
            if target not in found:
                found[target] = name
                queue.append(target)
    return found


def _path(name: str, reached: dict[str, str | None]) -> list[str]:
    path = [name]
    while (before := reached.get(path[-1])) is not None:
        path.append(before)
    return path
