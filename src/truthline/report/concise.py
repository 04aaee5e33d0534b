"""One line for each finding, for editors, grep and logs."""

from truthline.model.finding import Finding
from truthline.model.run import Outcome
from truthline.report.escape import inert, printable
from truthline.report.style import SourceLines, Style
from truthline.report.summary import sentences, statistics


def render(outcome: Outcome, lines: SourceLines, style: Style) -> str:
    """`file:line:column: CODE[id] message` for each finding, and the summary as the last line."""
    rows = [_row(finding) for finding in outcome.findings]
    if style.statistics:
        rows += statistics(outcome.findings)
    if not style.quiet:
        rows.append(" ".join(sentences(outcome)))
    return "".join(inert(printable(row)) + "\n" for row in rows)


def _row(finding: Finding) -> str:
    place = f"{finding.location.file}:{finding.location.span.line}:{finding.location.span.column}"
    warning = "warning: " if finding.severity == "warning" else ""
    return f"{place}: {finding.code}[{finding.id}] {warning}{finding.message}"
