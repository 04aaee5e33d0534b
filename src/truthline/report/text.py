"""The report for people: findings by file, each with its code, the way that leads there, and what to do."""

from collections.abc import Sequence

from truthline.model.finding import Finding
from truthline.model.run import Outcome
from truthline.report.flows import print_flow
from truthline.report.frame import frame
from truthline.report.page import Page
from truthline.report.style import SourceLines, Style
from truthline.report.summary import next_step, sentences, statistics, ways
from truthline.report.witness import print_way, title

COLORS = {"error": "bold red", "warning": "bold yellow"}
WAYS = 5
"""Flows and states whose ways the summary counts, unless everything was asked for."""


def render(outcome: Outcome, lines: SourceLines, style: Style) -> str:
    """The outcome as a page of `style.width` columns."""
    page = Page(style)
    for file, findings in _by_file(outcome.findings).items():
        page.whole((file, "bold underline"))
        page.blank()
        for finding in findings:
            _print_finding(page, finding, lines)
    if not style.quiet:
        _print_flows(page, outcome, style)
    if style.statistics and outcome.findings:
        _print_statistics(page, outcome.findings)
    if not style.quiet:
        _print_summary(page, outcome, style)
    return page.text()


def _by_file(findings: Sequence[Finding]) -> dict[str, list[Finding]]:
    """Files in the order of their first finding."""
    grouped: dict[str, list[Finding]] = {}
    for finding in findings:
        grouped.setdefault(finding.location.file, []).append(finding)
    return grouped


def _print_finding(page: Page, finding: Finding, lines: SourceLines) -> None:
    span = finding.location.span
    name = f"{finding.code}[{finding.id}]"
    place = f"{span.line}:{span.column}"
    page.wrap((place, "bold"), " ", (finding.severity, COLORS[finding.severity]), " ", (name, "bold"), indent=2, hang=2)
    page.wrap(finding.message, indent=4)
    page.blank()
    _print_frame(page, finding, lines)
    if finding.witness:
        page.wrap(title(finding.witness), indent=4)
        print_way(page, finding.witness, indent=4)
        page.blank()
    if finding.help:
        page.wrap(("help: ", "bold green"), finding.help, indent=4, hang=2)
        page.blank()


def _print_frame(page: Page, finding: Finding, lines: SourceLines) -> None:
    span = finding.location.span
    gutter = len(str(span.end_line))
    shown = frame(lines(finding.location.file), span, page.width - gutter - 7)
    for line in shown:
        number = "" if line.number is None else str(line.number)
        style = COLORS[finding.severity] if line.number is None else ""
        page.whole((f"{number:>{gutter}} | ", "dim"), (line.text, style), indent=4)
    if shown:
        page.blank()


def _print_flows(page: Page, outcome: Outcome, style: Style) -> None:
    for verdict in outcome.flows:
        print_flow(page, verdict, style.verbose)
        page.blank()


def _print_statistics(page: Page, findings: Sequence[Finding]) -> None:
    for row in statistics(findings):
        page.wrap(row, hang=9)
    page.blank()


def _print_summary(page: Page, outcome: Outcome, style: Style) -> None:
    color = "bold red" if outcome.summary.errors else "bold yellow" if outcome.summary.warnings else "bold green"
    first, *rest = sentences(outcome)
    page.wrap((first, color))
    for sentence in rest:
        page.wrap(sentence)
    told = ways(outcome)
    for way in told if style.verbose else told[:WAYS]:
        page.wrap(way, hang=2)
    command = next_step(outcome.findings)
    if command:
        page.whole("Next: ", (command, "bold"))
