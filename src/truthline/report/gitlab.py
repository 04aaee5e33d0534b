"""GitLab's code quality report, which is shown in a merge request."""

from truthline.model.finding import Finding
from truthline.model.run import Outcome
from truthline.report.escape import printable
from truthline.report.json_report import Entry, document
from truthline.report.style import SourceLines, Style

SEVERITIES = {"error": "major", "warning": "minor"}


class Lines(Entry, frozen=True, kw_only=True):
    """From the first to the last line."""

    begin: int
    end: int


class Place(Entry, frozen=True, kw_only=True):
    """A path relative to the config file, which is best kept at the root of the repository."""

    path: str
    lines: Lines


class Issue(Entry, frozen=True, kw_only=True, rename=None):
    """One finding. GitLab recognises it in the next run by its fingerprint."""

    description: str
    check_name: str
    fingerprint: str
    severity: str
    location: Place


def render(outcome: Outcome, lines: SourceLines, style: Style) -> str:
    """One JSON array."""
    return document([_issue(finding) for finding in outcome.findings])


def _issue(finding: Finding) -> Issue:
    span = finding.location.span
    return Issue(
        description=printable(f"{finding.message}{_way(finding)}"),
        check_name=printable(f"{finding.code}[{finding.id}]"),
        fingerprint=finding.fingerprint,
        severity=SEVERITIES[finding.severity],
        location=Place(path=finding.location.file, lines=Lines(begin=span.line, end=span.end_line)),
    )


def _way(finding: Finding) -> str:
    steps = [f"{step.location.file}:{step.location.span.line}" for step in finding.witness]
    return f" (the way: {' > '.join(steps)})" if steps else ""
