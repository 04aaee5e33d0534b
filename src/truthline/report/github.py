"""Workflow commands, which GitHub Actions turns into annotations of the lines of a pull request.

GitHub shows ten errors and ten warnings of a step and drops the rest, so those that matter most come first.
"""

from collections.abc import Sequence

from truthline.model.finding import Finding
from truthline.model.run import Outcome
from truthline.report.escape import inert, printable
from truthline.report.style import SourceLines, Style
from truthline.report.summary import by_urgency, sentences, statistics
from truthline.report.witness import where

SHOWN = 10
"""Annotations of one severity that GitHub shows for a step."""
MESSAGE = 4_000
"""Characters of a message that are kept; GitHub cuts one off at 64 KB, and a pull request at far less."""
TITLE = 200


def render(outcome: Outcome, lines: SourceLines, style: Style) -> str:
    """A command for each finding, and the summary as a line of its own."""
    rows = [_command(finding) for finding in by_urgency(outcome.findings)]
    plain = list(statistics(outcome.findings)) if style.statistics else []
    if not style.quiet:
        plain += _dropped(outcome.findings)
        plain.append(" ".join(sentences(outcome)))
    return "".join(row + "\n" for row in (*rows, *(inert(printable(row)) for row in plain)))


def _command(finding: Finding) -> str:
    span = finding.location.span
    properties = {
        "file": finding.location.file,
        "line": str(span.line),
        "endLine": str(span.end_line),
        **_columns(finding),
        "title": _cut(f"{finding.code}[{finding.id}]", TITLE),
    }
    written = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{finding.severity} {written}::{_message(finding)}"


def _columns(finding: Finding) -> dict[str, str]:
    """GitHub takes columns of a single line only."""
    span = finding.location.span
    return {"col": str(span.column), "endColumn": str(span.end_column)} if span.line == span.end_line else {}


def _message(finding: Finding) -> str:
    """The place once more (the log shows nothing but the message), the way, and the help."""
    span = finding.location.span
    first = f"{finding.location.file}:{span.line}:{span.column}: {finding.message}"
    way = [
        f"{number}. {step.location.file}:{step.location.span.line} {step.kind} {where(step)}"
        for number, step in enumerate(finding.witness, start=1)
    ]
    help_ = [f"help: {finding.help}"] if finding.help else []
    rows = [_cut(printable(row), MESSAGE) for row in (first, *way, *help_)]
    return _data("\n".join(rows[: _fitting(rows)]))


def _fitting(rows: Sequence[str]) -> int:
    """How many of the rows fit into a message; the first one always does."""
    room, count = MESSAGE, 0
    for row in rows:
        room -= len(row) + 1
        if room < 0 and count:
            break
        count += 1
    return count


def _dropped(findings: Sequence[Finding]) -> list[str]:
    counts = [sum(finding.severity == severity for finding in findings) for severity in ("error", "warning")]
    if max(counts) <= SHOWN:
        return []
    return [f"GitHub shows no more than {SHOWN} errors and {SHOWN} warnings of a step; all are listed here."]


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 3]}..."


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(printable(text)).replace(":", "%3A").replace(",", "%2C")
