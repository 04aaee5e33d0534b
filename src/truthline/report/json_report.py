"""The machine's report: the structs below are the format, field by field.

Every character outside printable ASCII is written as a JSON escape, so the bytes are the same under every
locale and cannot drive a terminal; a reader gets the original text back.
"""

import json
from collections.abc import Iterable, Sequence

import msgspec

from truthline import __version__
from truthline.model.finding import Finding, Severity, Step, StepKind
from truthline.model.run import Outcome, StaleRecord, Summary
from truthline.model.verdict import FlowVerdict, UnresolvedCall, Verdict
from truthline.report.style import SourceLines, Style
from truthline.report.summary import by_code

VERSION = 1
"""Of the format; it changes when a field changes its meaning or goes away."""


class Entry(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    """Base of all objects of the report."""


class Tool(Entry, frozen=True, kw_only=True):
    """Who wrote the report."""

    name: str = "truthline"
    version: str = __version__


class StepEntry(Entry, frozen=True, kw_only=True):
    """One step of a witness. `recorded` stands only where it is true: `truthline trace` saw this call."""

    file: str
    line: int
    symbol: str
    step: StepKind
    text: str
    recorded: bool | msgspec.UnsetType = msgspec.UNSET


class UnresolvedEntry(Entry, frozen=True, kw_only=True):
    """A call whose targets are not all known."""

    file: str
    line: int
    text: str
    reason: str


class FlowEntry(Entry, frozen=True, kw_only=True):
    """The verdict on one flow. `recorded` stands only where calls are known from `truthline trace` alone."""

    flow: str
    verdict: Verdict
    functions: int
    calls: int
    resolved: int
    unresolved: tuple[UnresolvedEntry, ...]
    doubts: tuple[str, ...]
    recorded: int | msgspec.UnsetType = msgspec.UNSET


class FindingEntry(Entry, frozen=True, kw_only=True):
    """One finding."""

    code: str
    id: str
    name: str
    severity: Severity
    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    message: str
    help: str
    flow: str | None
    state: str | None
    witness: tuple[StepEntry, ...]
    fingerprint: str
    fixable: bool


class StaleEntry(Entry, frozen=True, kw_only=True):
    """Calls of a record file that were left out, for these files have changed since, or none stands there."""

    file: str
    calls: int
    changed: tuple[str, ...]


StaleEntries = tuple[StaleEntry, ...] | msgspec.UnsetType


class Report(Entry, frozen=True, kw_only=True):
    """The whole document. `statistics` counts the findings of each code, where it was asked for.

    `stale_records` stand only where there are any.
    """

    version: int = VERSION
    tool: Tool = Tool()
    summary: Summary
    flows: tuple[FlowEntry, ...]
    findings: tuple[FindingEntry, ...]
    statistics: dict[str, int] | msgspec.UnsetType = msgspec.UNSET
    stale_records: StaleEntries = msgspec.UNSET


def render(outcome: Outcome, lines: SourceLines, style: Style) -> str:
    """The outcome as one JSON document."""
    return document(
        Report(
            summary=outcome.summary,
            flows=tuple(flow_entry(flow) for flow in outcome.flows),
            findings=tuple(_finding(finding) for finding in outcome.findings),
            statistics=_statistics(outcome) if style.statistics else msgspec.UNSET,
            stale_records=stale_entries(outcome.stale),
        )
    )


def document(entry: msgspec.Struct | Sequence[msgspec.Struct]) -> str:
    """Structs as JSON text in plain ASCII, in the order of their fields."""
    return json.dumps(msgspec.to_builtins(entry), indent=2, ensure_ascii=True) + "\n"


def flow_entry(verdict: FlowVerdict) -> FlowEntry:
    """The verdict on a flow as the document shows it."""
    return FlowEntry(
        flow=verdict.flow,
        verdict=verdict.verdict,
        functions=verdict.functions,
        calls=verdict.calls,
        resolved=verdict.resolved,
        unresolved=tuple(unresolved_entry(call) for call in verdict.unresolved),
        doubts=verdict.doubts,
        recorded=verdict.recorded or msgspec.UNSET,
    )


def unresolved_entry(call: UnresolvedCall) -> UnresolvedEntry:
    """An unresolved call as the document shows it."""
    return UnresolvedEntry(file=call.file, line=call.line, text=call.text, reason=call.reason)


def witness(steps: tuple[Step, ...]) -> tuple[StepEntry, ...]:
    """The steps of a witness as the document shows them."""
    return tuple(
        StepEntry(
            file=step.location.file,
            line=step.location.span.line,
            symbol=step.symbol,
            step=step.kind,
            text=step.text,
            recorded=step.recorded or msgspec.UNSET,
        )
        for step in steps
    )


def _finding(finding: Finding) -> FindingEntry:
    span = finding.location.span
    return FindingEntry(
        code=finding.code,
        id=finding.id,
        name=finding.name,
        severity=finding.severity,
        file=finding.location.file,
        line=span.line,
        column=span.column,
        end_line=span.end_line,
        end_column=span.end_column,
        message=finding.message,
        help=finding.help,
        flow=finding.flow,
        state=finding.state,
        witness=witness(finding.witness),
        fingerprint=finding.fingerprint,
        fixable=finding.fixable,
    )


def stale_entries(records: Iterable[StaleRecord]) -> StaleEntries:
    """What was left out of the record files, as in the report of a check; no entry where nothing was."""
    entries = (StaleEntry(file=one.file, calls=one.calls, changed=one.changed) for one in records)
    return tuple(entries) or msgspec.UNSET


def _statistics(outcome: Outcome) -> dict[str, int]:
    counts: dict[str, int] = {}
    for code, _, number in by_code(outcome.findings):
        counts[code] = counts.get(code, 0) + number
    return dict(sorted(counts.items()))
