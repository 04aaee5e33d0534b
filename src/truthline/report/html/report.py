"""The report for the browser."""

from truthline.model.finding import Finding
from truthline.model.run import Outcome
from truthline.report.html.document import document
from truthline.report.html.findings import findings_section, rule_of, rules_section, silenced_section
from truthline.report.html.flows import flows_section
from truthline.report.html.markup import Markup, joined, tag
from truthline.report.html.selection import Route
from truthline.report.style import SourceLines, Style
from truthline.report.summary import next_step, sentences, ways


def render(outcome: Outcome, lines: SourceLines, style: Style) -> str:
    """One page that needs no network and no other file."""
    return document(
        "truthline report",
        _header(outcome),
        tag(
            "main",
            findings_section(outcome, lines),
            flows_section(outcome, _routes(outcome)),
            silenced_section(outcome.silenced),
            rules_section(outcome.rules, outcome.findings),
        ),
        _keys(),
    )


def _header(outcome: Outcome) -> Markup:
    first, *rest = sentences(outcome)
    summary = outcome.summary
    verdict = "errors" if summary.errors else "warnings" if summary.warnings else "clean"
    command = next_step(outcome.findings)
    return tag(
        "header",
        tag("div", tag("h1", "truthline"), tag("button", "Theme", type="button", id="theme"), class_="bar"),
        tag("p", first, class_=f"headline {verdict}"),
        joined(tag("p", sentence) for sentence in (*rest, *ways(outcome))),
        tag("p", "Next: ", tag("code", command)) if command else "",
        class_="top",
    )


def _routes(outcome: Outcome) -> dict[str, list[Route]]:
    """The ways of the findings, by flow."""
    routes: dict[str, list[Route]] = {}
    for finding in outcome.findings:
        if finding.flow and finding.state and finding.witness:
            routes.setdefault(finding.flow, []).append(_route(finding, finding.state))
    return routes


def _route(finding: Finding, state: str) -> Route:
    place = f"{finding.location.file.rpartition('/')[2]}:{finding.location.span.line}"
    symbols = tuple(step.symbol for step in finding.witness)
    return Route(f"{rule_of(finding)} {place}", symbols, state, finding.fingerprint)


def _keys() -> Markup:
    """What the keyboard does."""
    keys = (
        ("/", "search"),
        ("j k", "next and previous finding"),
        ("o", "unfold or fold its way"),
        ("Esc", "clear"),
        ("arrows", "in a picture: from a function to those that it calls, and back"),
        ("+ - 0", "in a picture: zoom in, zoom out, show all"),
        ("?", "this list"),
    )
    rows = [tag("div", tag("dt", tag("kbd", key)), tag("dd", does)) for key, does in keys]
    close = tag("form", tag("button", "Close"), method="dialog")
    return tag("dialog", tag("h2", "Keys"), tag("dl", joined(rows)), close, id="keys")
