"""A graph as a picture on a page of its own."""

from collections.abc import Sequence

from truthline.report.graph import Graph
from truthline.report.html.document import document
from truthline.report.html.markup import tag
from truthline.report.html.picture import picture
from truthline.report.html.selection import Route
from truthline.report.summary import counted

NOUNS = {"imports": ("module", "import"), "calls": ("function", "call"), "flow": ("function", "call")}


def render_page(graph: Graph, routes: Sequence[Route] = ()) -> str:
    """One page that needs no network and no other file."""
    node, edge = NOUNS[graph.graph]
    title = f"{graph.graph} {graph.name}" if graph.name else graph.graph
    size = [counted(len(graph.nodes), node), counted(len(graph.edges), edge)]
    size += [f"{counted(len(graph.unresolved), 'call')} not resolved"] if graph.unresolved else []
    return document(
        f"truthline: {title}",
        tag(
            "header",
            tag("div", tag("h1", title), tag("button", "Theme", type="button", id="theme"), class_="bar"),
            tag("p", ", ".join(size)),
            class_="top",
        ),
        tag("main", picture(graph, routes), class_="alone"),
    )
