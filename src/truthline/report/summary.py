"""The sentences at the end of a report, which say how it stands and what to do next."""

import shlex
from collections import Counter
from collections.abc import Sequence

from truthline.model.finding import Finding
from truthline.model.run import Outcome, StaleRecord, Summary
from truthline.model.verdict import FlowVerdict, Verdict

VERDICTS: tuple[Verdict, ...] = ("violated", "undecided", "clean")


def counted(number: int, noun: str, plural: str = "") -> str:
    """`1 file`, `1,642 files`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def sentences(outcome: Outcome) -> list[str]:
    """How the run stands, in whole sentences, the most important one first."""
    return [
        f"{_found(outcome.summary)} in {counted(outcome.summary.files, 'file')}.",
        *_flows(outcome.flows),
        *_silenced(outcome.summary),
        *_unread(outcome.summary),
        *map(left_out, outcome.stale),
    ]


def _found(summary: Summary) -> str:
    counts = [
        counted(number, noun) for number, noun in ((summary.errors, "error"), (summary.warnings, "warning")) if number
    ]
    return " and ".join(counts) or "No findings"


def _flows(flows: Sequence[FlowVerdict]) -> list[str]:
    if not flows:
        return []
    by_verdict = {verdict: [flow.flow for flow in flows if flow.verdict == verdict] for verdict in VERDICTS}
    parts = [_flow_count(verdict, names) for verdict, names in by_verdict.items() if names]
    return [f"Flows: {', '.join(parts)}."]


def _flow_count(verdict: Verdict, names: Sequence[str]) -> str:
    """Names are told only of flows that somebody has to look at."""
    count = f"{len(names)} {verdict}"
    return count if verdict == "clean" else f"{count} ({', '.join(names)})"


def _silenced(summary: Summary) -> list[str]:
    counts = [
        counted(number, f"finding {how}", f"findings {how}")
        for number, how in ((summary.suppressed, "suppressed"), (summary.baselined, "in the baseline"))
        if number
    ]
    return [f"{', '.join(counts)}."] if counts else []


def _unread(summary: Summary) -> list[str]:
    return [f"{counted(summary.unread, 'file')} could not be read (TL001)."] if summary.unread else []


def left_out(stale: StaleRecord) -> str:
    """Which recorded calls were not used, why, and how to have them again."""
    reason = f"{_named(stale.changed)} changed since" if stale.changed else "no such call stands in the code"
    return (
        f"{counted(stale.calls, 'recorded call')} of {stale.file} left out, for {reason} "
        f"(truthline trace --keep {stale.file} -- CMD...)."
    )


def _named(files: Sequence[str]) -> str:
    """The first of some files, and how many others there are."""
    first, *rest = files
    return f"{first} and {counted(len(rest), 'other file')}" if rest else first


def ways(outcome: Outcome) -> list[str]:
    """`activation: 2 ways into connector-cache, the shortest in 3 steps.` for each flow and state with a way.

    The ways of a flow that is not violated are possible ones.
    """
    violated = {flow.flow for flow in outcome.flows if flow.verdict == "violated"}
    lengths: dict[tuple[str, str], list[int]] = {}
    for finding in by_urgency(outcome.findings):
        if _leads_to_state(finding):
            lengths.setdefault((finding.flow or "", finding.state or ""), []).append(len(finding.witness))
    return [
        f"{flow}: {counted(len(steps), 'way' if flow in violated else 'possible way')} into {state}, "
        f"{'the shortest ' if len(steps) > 1 else ''}in {counted(min(steps), 'step')}."
        for (flow, state), steps in lengths.items()
    ]


def next_step(findings: Sequence[Finding]) -> str | None:
    """The command that tells most about the finding that matters most: a way into a state, an error, the first one."""
    if not findings:
        return None
    finding = by_urgency(findings)[0]
    if _leads_to_state(finding):
        return f"truthline why {shlex.quote(finding.flow or '')} {shlex.quote(finding.state or '')}"
    return f"truthline explain {finding.code}"


def by_urgency(findings: Sequence[Finding]) -> list[Finding]:
    """What a person should look at first: errors before warnings, and of each first the ways into a state."""
    return sorted(findings, key=_urgency)


def _urgency(finding: Finding) -> tuple[bool, bool]:
    """Smaller is more urgent."""
    return finding.severity != "error", not _leads_to_state(finding)


def _leads_to_state(finding: Finding) -> bool:
    return bool(finding.flow and finding.state and finding.witness)


def by_code(findings: Sequence[Finding]) -> list[tuple[str, str, int]]:
    """Code, id and number of findings, the most frequent first."""
    counts = Counter((finding.code, finding.id) for finding in findings)
    return sorted(((code, name, number) for (code, name), number in counts.items()), key=lambda row: (-row[2], *row))


def statistics(findings: Sequence[Finding]) -> list[str]:
    """The table of `by_code` as lines."""
    return [f"{number:>7,}  {code}[{name}]" for code, name, number in by_code(findings)]
