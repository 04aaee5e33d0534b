"""A flow as a picture: boxes for functions, from the entries on the left to the states on the right."""

import zlib
from collections.abc import Iterable, Sequence
from itertools import pairwise

import msgspec

from truthline.report.graph import Edge, Graph, Node, Open
from truthline.report.html.layout import COLUMN, Links, Point, columns, placed
from truthline.report.html.markup import Markup, joined, tag
from truthline.report.html.selection import Route, chosen, entries
from truthline.report.summary import counted

WIDTH, HEIGHT = 224, 40
"""Of a box, in units of the picture."""
MARGIN = 28
LEGEND = {"entry": "entry", "way": "on a way", "state": "state", "open": "unresolved calls"}
LETTERS, SMALL_LETTERS = 28, 32
"""Letters of a name, and of what stands below it, that fit into a box."""


class _Box(msgspec.Struct, frozen=True):
    """What is drawn at a point: a function, or (without a node) a state."""

    number: int
    symbol: str
    point: Point
    node: Node | None
    open: tuple[Open, ...] = ()
    routes: tuple[int, ...] = ()


class _Arrow(msgspec.Struct, frozen=True):
    source: str
    target: str
    routes: tuple[int, ...]
    is_call: bool


def picture(graph: Graph, routes: Sequence[Route]) -> Markup:
    """The picture, with what stands behind each box below it."""
    arrows = _arrows(graph, routes)
    links = Links((arrow.source, arrow.target) for arrow in arrows)
    boxes = _boxes(graph, routes, links)
    if not boxes:
        return tag("p", "There is nothing to draw.", class_="empty")
    drawn = [arrow for arrow in arrows if arrow.source in boxes and arrow.target in boxes]
    return tag(
        "figure",
        _tools(routes),
        _svg(graph.name or graph.graph, boxes, drawn),
        _caption(graph, boxes),
        tag("div", joined(_details(graph, box, boxes) for box in boxes.values()), class_="details", aria_live="polite"),
        class_="picture",
    )


def _state_name(state: str) -> str:
    """The symbol of a state's own box; no function's symbol has a blank."""
    return f"state {state}"


# -- what is drawn


def _steps(route: Route, known: set[str]) -> list[str]:
    """The boxes of a route in order, ending in the state; steps within one function are one box."""
    symbols = [symbol for symbol in route.symbols if symbol in known]
    path = [symbol for index, symbol in enumerate(symbols) if index == 0 or symbols[index - 1] != symbol]
    return [*path, _state_name(route.state)] if path else []


def _arrows(graph: Graph, routes: Sequence[Route]) -> list[_Arrow]:
    known = {node.name for node in graph.nodes}
    calls = dict.fromkeys((edge.source, edge.target) for edge in graph.edges)
    on: dict[tuple[str, str], list[int]] = {}
    for number, route in enumerate(routes):
        steps = _steps(route, known)
        for pair in pairwise(steps):
            on.setdefault(pair, []).append(number)
    return [_Arrow(*pair, tuple(on.get(pair, ())), pair in calls) for pair in {**calls, **dict.fromkeys(on)}]


def _boxes(graph: Graph, routes: Sequence[Route], links: Links) -> dict[str, _Box]:
    """By symbol, the states last."""
    symbols = chosen(graph, routes, links)
    nodes = {node.name: node for node in graph.nodes}
    states = sorted({_state_name(route.state) for route in routes if any(one in nodes for one in route.symbols)})
    column_of = columns(symbols, entries(graph), links)
    beyond = {state: 1 + max(column_of.get(name, 0) for name in links.before.get(state, ())) for state in states}
    points = placed({**column_of, **beyond}, links)
    open_: dict[str, list[Open]] = {}
    for call in graph.unresolved:
        open_.setdefault(call.source, []).append(call)
    on: dict[str, list[int]] = {}
    for number, route in enumerate(routes):
        for symbol in dict.fromkeys(_steps(route, set(nodes))):
            on.setdefault(symbol, []).append(number)
    return {
        symbol: _Box(number, symbol, point, nodes.get(symbol), tuple(open_.get(symbol, ())), tuple(on.get(symbol, ())))
        for number, (symbol, point) in enumerate(points.items())
    }


# -- the drawing


def _tools(routes: Sequence[Route]) -> Markup:
    ways = [
        tag("button", route.title, type="button", class_="route", data_route=number, data_key=route.key or None)
        for number, route in enumerate(routes)
    ]
    zoom = [
        tag("button", sign, type="button", data_zoom=name, aria_label=name, title=name)
        for sign, name in (("+", "zoom in"), (Markup("&minus;"), "zoom out"), ("all", "show all"))
    ]
    return tag(
        "div", tag("div", joined(ways), class_="routes"), tag("div", joined(zoom), class_="zoom"), class_="tools"
    )


def _svg(title: str, boxes: dict[str, _Box], arrows: Sequence[_Arrow]) -> Markup:
    width = max(box.point.x for box in boxes.values()) + WIDTH + 2 * MARGIN
    height = max(box.point.y for box in boxes.values()) + HEIGHT + 2 * MARGIN
    heads = [_head(title, name) for name in ("call", "way")]
    return tag(
        "svg",
        tag("defs", joined(heads)),
        tag("g", joined(_arrow(title, arrow, boxes) for arrow in arrows), class_="arrows"),
        tag("g", joined(_box(box) for box in boxes.values()), class_="boxes"),
        viewBox=f"{-MARGIN} {-MARGIN} {width:g} {height:g}",
        tabindex=0,
        role="group",
        aria_label=f"{title}: who leads to whom",
    )


def _head(title: str, name: str) -> Markup:
    return tag(
        "marker",
        tag("path", d="M0 0L8 4L0 8z"),
        id=_head_id(title, name),
        class_=f"head {name}",
        viewBox="0 0 8 8",
        refX=7,
        refY=4,
        markerWidth=7,
        markerHeight=7,
        orient="auto",
    )


def _head_id(title: str, name: str) -> str:
    """One for each picture: a browser draws no arrow head that stands in a picture which is folded away."""
    return f"head-{name}-{zlib.crc32(title.encode('utf-8', 'backslashreplace')):08x}"


def _arrow(title: str, arrow: _Arrow, boxes: dict[str, _Box]) -> Markup:
    source, target = boxes[arrow.source], boxes[arrow.target]
    marks = [name for name, holds in (("way", arrow.routes), ("implied", not arrow.is_call)) if holds]
    return tag(
        "path",
        d=_curve(source.point, target.point),
        class_=" ".join(["arrow", *marks]),
        marker_end=f"url(#{_head_id(title, 'way' if arrow.routes else 'call')})",
        data_from=source.number,
        data_to=target.number,
        data_routes=_numbers(arrow.routes),
    )


def _curve(source: Point, target: Point) -> str:
    """From the right side of one box to the left side of another; to its own right side where that lies behind."""
    x, y = source.x + WIDTH, source.y + HEIGHT / 2
    to_y = target.y + HEIGHT / 2
    if target.column > source.column:
        bend = min(COLUMN - WIDTH, (target.x - x) / 2) + 20
        return f"M{x:g} {y:g}C{x + bend:g} {y:g} {target.x - bend:g} {to_y:g} {target.x:g} {to_y:g}"
    to_x = target.x + WIDTH
    rise = 14 if source == target else 0
    return f"M{x:g} {y - rise:g}C{x + 60:g} {y - rise:g} {to_x + 60:g} {to_y + rise:g} {to_x:g} {to_y + rise:g}"


def _box(box: _Box) -> Markup:
    name, below = _labels(box)
    badge = _badge(len(box.open)) if box.open else ""
    return tag(
        "g",
        tag("title", box.symbol),
        tag("rect", width=WIDTH, height=HEIGHT, rx=6 if box.node else HEIGHT // 2),
        tag("text", _cut(name, LETTERS), x=12, y=17, class_="name"),
        tag("text", _cut(below, SMALL_LETTERS), x=12, y=32, class_="below"),
        badge,
        class_=" ".join(["box", *_marks(box)]),
        transform=f"translate({box.point.x:g} {box.point.y:g})",
        tabindex=0,
        role="button",
        aria_label=", ".join([box.symbol, *_marks(box), *([_unresolved(box)] if box.open else [])]),
        data_box=box.number,
        data_column=box.point.column,
        data_routes=_numbers(box.routes),
    )


def _badge(number: int) -> Markup:
    circle = tag("circle", cx=WIDTH, cy=0, r=11)
    return tag("g", circle, tag("text", f"?{number}" if number < 100 else "?", x=WIDTH, y=4), class_="badge")


def _marks(box: _Box) -> list[str]:
    if box.node is None:
        return ["state", "goal"]
    mark = box.node.mark.partition(" ")[0]
    marks = [("entry", mark == "entry"), ("state", mark == "state"), ("open", bool(box.open))]
    return [name for name, holds in (*marks, ("way", bool(box.routes))) if holds]


def _labels(box: _Box) -> tuple[str, str]:
    """The function, and its module; the state's own name."""
    if box.node is None:
        return box.symbol.partition(" ")[2], "state"
    module, colon, qualname = box.symbol.partition(":")
    if colon:
        return qualname, module
    package, _, name = module.rpartition(".")
    return name, package


def _cut(text: str, letters: int) -> str:
    """The end of a long name says more than its beginning."""
    return text if len(text) <= letters else f"...{text[3 - letters :]}"


def _numbers(routes: Iterable[int]) -> str | None:
    return " ".join(map(str, routes)) or None


# -- what stands behind it


def _caption(graph: Graph, boxes: dict[str, _Box]) -> Markup:
    drawn = sum(box.node is not None for box in boxes.values())
    rest = len(graph.nodes) - drawn
    size = counted(len(graph.nodes), "box", "boxes")
    left_out = f"{rest:,} of {size} are left out: these are on the ways that matter most." if rest else ""
    marks = {mark for box in boxes.values() for mark in _marks(box)}
    legend = [tag("span", name, class_=f"key {mark}") for mark, name in LEGEND.items() if mark in marks]
    return tag("figcaption", joined(legend), tag("span", left_out, class_="left-out"))


def _details(graph: Graph, box: _Box, boxes: dict[str, _Box]) -> Markup:
    """The text behind one box."""
    if box.node is None:
        return tag("section", tag("h4", box.symbol), data_details=box.number)
    out = [_edge(edge, edge.target, boxes) for edge in graph.edges if edge.source == box.symbol]
    in_ = [_edge(edge, edge.source, boxes) for edge in graph.edges if edge.target == box.symbol]
    ahead, back = ("Imports", "Imported by") if graph.graph == "imports" else ("Calls", "Called by")
    return tag(
        "section",
        tag("h4", box.symbol),
        tag("p", _place(box.node.file, box.node.line), f" {box.node.mark}"),
        _list("Not resolved", [_open_call(call) for call in box.open]),
        _list(ahead, out),
        _list(back, in_),
        data_details=box.number,
    )


def _list(title: str, items: Sequence[Markup]) -> Markup:
    if not items:
        return Markup("")
    return tag("div", tag("h5", title), tag("ul", joined(tag("li", item) for item in items)))


def _edge(edge: Edge, other: str, boxes: dict[str, _Box]) -> Markup:
    name = tag("button", other, type="button", data_go=boxes[other].number) if other in boxes else tag("span", other)
    kind = " implied" if edge.implied else "" if edge.kind in ("call", "top") else f" {edge.kind}"
    return joined((name, kind, " ", _place(edge.file, edge.line)))


def _open_call(call: Open) -> Markup:
    return joined((tag("code", call.text, class_="text"), " ", _place(call.file, call.line), " ", call.reason))


def _place(file: str | None, line: int | None) -> Markup:
    if file is None:
        return Markup("")
    return tag("code", file if line is None else f"{file}:{line}", class_="place")


def _unresolved(box: _Box) -> str:
    return f"{counted(len(box.open), 'call')} not resolved"
