"""What a traced run showed, for people and for programs."""

from __future__ import annotations

from collections.abc import Sequence

from truthline.report.json_report import Entry, StepEntry, Tool, document, witness
from truthline.report.page import Page
from truthline.report.starter import quoted
from truthline.report.style import Style
from truthline.report.summary import counted
from truthline.report.witness import print_way
from truthline.trace.comparison import Comparison, Miss
from truthline.trace.contradictions import Contradiction
from truthline.trace.trace import Kept, Trace


class MissEntry(Entry, frozen=True, kw_only=True):
    """A recorded call that the static graph lacks."""

    file: str
    line: int
    text: str
    caller: str
    callee: str
    indirect: bool
    reason: str


class ContradictionEntry(Entry, frozen=True, kw_only=True):
    """A proof that the run contradicts."""

    flow: str
    state: str
    target: str
    witness: tuple[StepEntry, ...]


class TraceEntry(Entry, frozen=True, kw_only=True):
    """The whole document. `misses` may be cut by `--limit`; the counts are not.

    `kept` calls are in the record file; null where none was asked for.
    """

    version: int = 1
    tool: Tool = Tool()
    command: tuple[str, ...]
    exit_status: int
    processes: int
    functions: int
    edges: int
    found: int
    recall: float
    direct: int
    direct_found: int
    indirect: int
    indirect_found: int
    entered: int
    scheduled: int
    unknown: int
    exhausted: bool
    causes: dict[str, int]
    kept: int | None
    unplaced: int
    misses: tuple[MissEntry, ...]
    clean_flows: tuple[str, ...]
    contradictions: tuple[ContradictionEntry, ...]


def render_json(trace: Trace, limit: int) -> str:
    """The trace as one JSON document."""
    compared = trace.comparison
    return document(
        TraceEntry(
            command=trace.command,
            exit_status=trace.recording.status,
            processes=trace.recording.processes,
            functions=compared.functions,
            edges=compared.edges,
            found=compared.found,
            recall=round(compared.recall, 4),
            direct=compared.direct,
            direct_found=compared.direct_found,
            indirect=compared.indirect,
            indirect_found=compared.indirect_found,
            entered=compared.entered,
            scheduled=compared.scheduled,
            unknown=compared.unknown,
            exhausted=compared.exhausted,
            causes=dict(compared.causes()),
            kept=None if trace.kept is None else trace.kept.calls,
            unplaced=compared.unplaced,
            misses=tuple(_miss(miss) for miss in compared.misses[:limit]),
            clean_flows=trace.flows,
            contradictions=tuple(_contradiction(one) for one in trace.contradictions),
        )
    )


def render_text(trace: Trace, limit: int, style: Style, named: Sequence[str]) -> str:
    """The trace for people: the proofs first, then recall and what is missing.

    `named` are the record files of the config: the others are no facts yet.
    """
    page = Page(style)
    _print_run(page, trace)
    for one in trace.contradictions:
        page.blank()
        page.wrap(("contradicted", "bold red"), f": flow {one.flow} is clean, and yet it called {one.target}", hang=2)
        page.wrap(f"of state {one.state}:", indent=2)
        print_way(page, one.steps, indent=2)
    if trace.flows and not trace.contradictions:
        page.wrap(f"No proof was contradicted: {counted(len(trace.flows), 'clean flow')}.")
    _print_recall(page, trace.comparison)
    _print_misses(page, trace.comparison.misses, limit)
    if trace.kept is not None:
        page.blank()
        _print_kept(page, trace.kept, trace.comparison.unplaced, named)
    return page.text()


def _print_run(page: Page, trace: Trace) -> None:
    status = trace.recording.status
    page.wrap(f"{counted(trace.recording.processes, 'process', 'processes')} recorded.")
    if status:
        ended = f"exit status {status}" if status > 0 else f"signal {-status}"
        page.wrap(("The command failed", "bold yellow"), f" with {ended}; what it did until then is compared.")
    if not trace.recording.processes:
        page.wrap("No Python process took the recorder in: PYTHONPATH does not reach it (python -I, -E or -S).")


def _print_recall(page: Page, compared: Comparison) -> None:
    page.wrap(
        f"{compared.found:,} of {counted(compared.edges, 'recorded edge')} found in the static graph",
        f" ({compared.recall:.1%}): {compared.direct_found:,} of {compared.direct:,} direct, ",
        f"{compared.indirect_found:,} of {compared.indirect:,} through code that is not analysed.",
    )
    apart = [
        (compared.entered, "entered from outside"),
        (compared.scheduled, "scheduled by an event loop"),
        (compared.unknown, "in code that stands in no file"),
    ]
    told = ", ".join(f"{number:,} {what}" for number, what in apart if number)
    page.wrap(f"{counted(compared.functions, 'function')} ran{'; not compared: ' if told else ''}{told}.")
    if compared.exhausted:
        page.wrap("The analysis was cut when its budget was spent: edges may be missing for that reason alone.")


def _print_misses(page: Page, misses: Sequence[Miss], limit: int) -> None:
    if misses:
        page.blank()
        page.wrap((f"{counted(len(misses), 'edge')} not found:", "bold"))
    for miss in misses[:limit]:
        page.whole((f"{miss.location.file}:{miss.location.span.line}", "cyan"), indent=2)
        page.wrap(f"{miss.caller} -> {miss.callee}", indent=4, hang=2)
        page.wrap((miss.text, "dim"), indent=4, hang=2)
        page.wrap(miss.reason, indent=4, hang=2)
    if len(misses) > limit:
        page.wrap(f"... and {len(misses) - limit:,} more (--limit shows them)", indent=2)


def _print_kept(page: Page, kept: Kept, unplaced: int, named: Sequence[str]) -> None:
    page.wrap(f"{counted(kept.calls, 'call')} that the analysis does not find kept in {kept.file}.")
    if unplaced:
        page.wrap(f"{counted(unplaced, 'edge')} left out: no instruction stands at the line.")
    if kept.file not in named:
        page.wrap(f"For the next check, write into the config: recorded = [{quoted(kept.file)}]")


def _miss(miss: Miss) -> MissEntry:
    return MissEntry(
        file=miss.location.file,
        line=miss.location.span.line,
        text=miss.text,
        caller=miss.caller,
        callee=miss.callee,
        indirect=miss.indirect,
        reason=miss.reason,
    )


def _contradiction(one: Contradiction) -> ContradictionEntry:
    return ContradictionEntry(flow=one.flow, state=one.state, target=one.target, witness=witness(one.steps))
