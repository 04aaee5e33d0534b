"""The verdicts on the flows, each with its picture."""

from collections.abc import Mapping, Sequence

from truthline.model.run import Outcome
from truthline.model.verdict import FlowVerdict, UnresolvedCall
from truthline.report.flows import proof
from truthline.report.graph import of_flow
from truthline.report.html.markup import Markup, joined, tag
from truthline.report.html.picture import picture
from truthline.report.html.selection import Route
from truthline.report.summary import counted


def flows_section(outcome: Outcome, routes: Mapping[str, Sequence[Route]]) -> Markup:
    """All flows, those that somebody has to look at unfolded."""
    if not outcome.flows:
        return Markup("")
    graphs = {graph.flow: graph for graph in outcome.graphs}
    cards = [
        _flow(
            flow, picture(of_flow(graphs[flow.flow]), routes.get(flow.flow, ())) if flow.flow in graphs else Markup("")
        )
        for flow in outcome.flows
    ]
    return tag("section", tag("h2", "Flows"), joined(cards), id="flows")


def _flow(flow: FlowVerdict, drawn: Markup) -> Markup:
    return tag(
        "details",
        tag(
            "summary",
            tag("span", flow.verdict, class_=f"pill {flow.verdict}"),
            tag("b", flow.flow),
            tag("span", proof(flow), class_="proof"),
        ),
        joined(tag("p", tag("b", "doubt: "), doubt, class_="doubt") for doubt in flow.doubts),
        _unresolved(flow.unresolved),
        drawn,
        id=f"flow-{flow.flow}",
        class_="flow",
        open=flow.verdict != "clean",
    )


def _unresolved(calls: Sequence[UnresolvedCall]) -> Markup:
    if not calls:
        return Markup("")
    items = [
        tag(
            "li", tag("code", call.text), " ", tag("code", f"{call.file}:{call.line}", class_="place"), " ", call.reason
        )
        for call in calls
    ]
    return tag("details", tag("summary", f"{counted(len(calls), 'call')} not resolved"), tag("ul", joined(items)))
