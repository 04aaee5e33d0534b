"""The answer to "why does this flow reach this state?": every way, or the proof that there is none."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from truthline.model.finding import Step
from truthline.model.run import StaleRecord
from truthline.model.verdict import FlowVerdict
from truthline.program.program import PossibleWay, Way
from truthline.report.flows import print_doubts, print_unresolved, proof
from truthline.report.json_report import (
    Entry,
    StaleEntries,
    StepEntry,
    Tool,
    UnresolvedEntry,
    document,
    stale_entries,
    unresolved_entry,
    witness,
)
from truthline.report.page import Page
from truthline.report.style import Style
from truthline.report.summary import counted, left_out
from truthline.report.witness import print_way

Conclusion = Literal["way", "no-way", "undecided"]
HEADLINES = {
    "way": ("bold red", "There is a way from {flow} to {state}: {ways}."),
    "no-way": ("bold green", "There is no way from {flow} to {state}."),
    "undecided": ("bold yellow", "No way from {flow} to {state} was found, but that is not proven."),
}
VERBS = {"import": "imports", "call": "calls", "read": "reads", "write": "writes", "decide": "decides by"}


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known of one flow and one state.

    `verdict` is that of the flow with this state as the only one that it must not reach. `more` says that there
    are ways beyond those that were asked for. `stale` are the recorded calls that were not used.
    """

    flow: str
    state: str
    verdict: FlowVerdict
    ways: tuple[Way, ...]
    possible: tuple[PossibleWay, ...] = ()
    more: bool = False
    stale: tuple[StaleRecord, ...] = ()

    @property
    def conclusion(self) -> Conclusion:
        """One word."""
        if self.ways:
            return "way"
        return "no-way" if self.verdict.verdict == "clean" else "undecided"


class WayEntry(Entry, frozen=True, kw_only=True):
    """One way into the state, at the place where it leaves the analysed code for it."""

    depth: str
    target: str
    file: str
    line: int
    column: int
    witness: tuple[StepEntry, ...]


class PossibleEntry(Entry, frozen=True, kw_only=True):
    """A call that could be a way, and why nobody knows."""

    file: str
    line: int
    column: int
    text: str
    reason: str
    candidates: tuple[str, ...]
    witness: tuple[StepEntry, ...]


class AnswerEntry(Entry, frozen=True, kw_only=True):
    """The whole document."""

    version: int = 1
    tool: Tool = Tool()
    flow: str
    state: str
    answer: Conclusion
    ways: tuple[WayEntry, ...]
    more: bool
    possible: tuple[PossibleEntry, ...]
    functions: int
    calls: int
    resolved: int
    unresolved: tuple[UnresolvedEntry, ...]
    doubts: tuple[str, ...]
    stale_records: StaleEntries = msgspec.UNSET


def render_json(answer: Answer) -> str:
    """The answer as one JSON document."""
    return document(
        AnswerEntry(
            flow=answer.flow,
            state=answer.state,
            answer=answer.conclusion,
            ways=tuple(_way(way) for way in answer.ways),
            more=answer.more,
            possible=tuple(_possible(possible) for possible in answer.possible),
            functions=answer.verdict.functions,
            calls=answer.verdict.calls,
            resolved=answer.verdict.resolved,
            unresolved=tuple(unresolved_entry(call) for call in answer.verdict.unresolved),
            doubts=answer.verdict.doubts,
            stale_records=stale_entries(answer.stale),
        )
    )


def render_text(answer: Answer, style: Style) -> str:
    """The answer for people: a headline, what it rests on, and every list in full."""
    page = Page(style)
    color, headline = HEADLINES[answer.conclusion]
    ways = counted(len(answer.ways), "way") + (" here, more with --limit" if answer.more else "")
    page.wrap((headline.format(flow=answer.flow, state=answer.state, ways=ways), color))
    page.wrap(f"{proof(answer.verdict)}.")
    for stale in answer.stale:
        page.wrap((left_out(stale), "yellow"))
    for number, way in enumerate(answer.ways, start=1):
        page.blank()
        page.wrap((f"Way {number}", "bold"), f" {VERBS[way.depth]} {way.target}, {_length(way.steps)}:", hang=2)
        print_way(page, way.steps, indent=2)
    for possible in answer.possible:
        _print_possible(page, possible)
    if answer.verdict.doubts or answer.verdict.unresolved:
        page.blank()
    print_doubts(page, answer.verdict.doubts, verbose=True)
    print_unresolved(page, answer.verdict.unresolved, verbose=True)
    return page.text()


def _length(steps: Sequence[Step]) -> str:
    return counted(len(steps), "step")


def _print_possible(page: Page, possible: PossibleWay) -> None:
    page.blank()
    page.wrap(("Possible way", "bold yellow"), f" through `{possible.text}`: {possible.reason}", hang=2)
    if possible.candidates:
        page.wrap(f"it could be {', '.join(possible.candidates)}", indent=2, hang=2)
    print_way(page, possible.steps, indent=2)


def _way(way: Way) -> WayEntry:
    span = way.location.span
    return WayEntry(
        depth=way.depth,
        target=way.target,
        file=way.location.file,
        line=span.line,
        column=span.column,
        witness=witness(way.steps),
    )


def _possible(possible: PossibleWay) -> PossibleEntry:
    span = possible.location.span
    return PossibleEntry(
        file=possible.location.file,
        line=span.line,
        column=span.column,
        text=possible.text,
        reason=possible.reason,
        candidates=possible.candidates,
        witness=witness(possible.steps),
    )
