"""The answer to "what does this flow decide on?": the provenance of its decision's inputs."""

from collections.abc import Iterable, Sequence
from itertools import groupby

import msgspec

from truthline.model.location import Location
from truthline.model.run import StaleRecord
from truthline.program.program import InputProvenance, InputSource
from truthline.report.json_report import Entry, StaleEntries, StepEntry, Tool, document, stale_entries, witness
from truthline.report.page import Page
from truthline.report.style import Style
from truthline.report.summary import counted, left_out

_COLORS = {"evidence": "green", "state": "red", "constant": "red", "caller": "red", "unknown": "yellow"}


class Inputs(msgspec.Struct, frozen=True, kw_only=True):
    """The inputs of every call of the decision that a flow can make, calls in the order of the text.

    `stale` are the recorded calls that were not used.
    """

    flow: str
    decision: str
    inputs: tuple[InputProvenance, ...]
    stale: tuple[StaleRecord, ...] = ()

    @property
    def proven(self) -> bool:
        """Whether every input rests on its evidence and on nothing else that is not proven."""
        return bool(self.inputs) and all(one.is_proven for one in self.inputs)


class SourceEntry(Entry, frozen=True, kw_only=True):
    """One source: its provenance as the config writes it, what it is, and where."""

    provenance: str
    name: str
    file: str
    line: int
    column: int
    witness: tuple[StepEntry, ...]


class InputEntry(Entry, frozen=True, kw_only=True):
    """One input of one call of the decision."""

    input: str
    evidence: str
    file: str
    line: int
    column: int
    proven: bool
    sources: tuple[SourceEntry, ...]


class InputsEntry(Entry, frozen=True, kw_only=True):
    """The whole document."""

    version: int = 1
    tool: Tool = Tool()
    flow: str
    decision: str
    proven: bool
    inputs: tuple[InputEntry, ...]
    stale_records: StaleEntries = msgspec.UNSET


def render_json(answer: Inputs) -> str:
    """The answer as one JSON document."""
    return document(
        InputsEntry(
            flow=answer.flow,
            decision=answer.decision,
            proven=answer.proven,
            inputs=tuple(_input(one) for one in answer.inputs),
            stale_records=stale_entries(answer.stale),
        )
    )


def render_text(answer: Inputs, style: Style) -> str:
    """The answer for people: a table for each call of the decision."""
    page = Page(style)
    unproven = sum(not one.is_proven for one in answer.inputs)
    if not answer.inputs:
        page.wrap((f"No call of {answer.decision} in {answer.flow} was found.", "bold yellow"))
    elif unproven:
        page.wrap((f"{answer.flow}: {unproven} of {counted(len(answer.inputs), 'input')} not proven.", "bold red"))
    else:
        page.wrap((f"{answer.flow}: {counted(len(answer.inputs), 'input')} proven.", "bold green"))
    for stale in answer.stale:
        page.wrap((left_out(stale), "yellow"))
    for call, inputs in groupby(answer.inputs, key=lambda one: one.call):
        page.blank()
        page.whole((_place(call), "cyan"), " ", answer.decision)
        _table(page, list(inputs))
    return page.text()


def _table(page: Page, inputs: Sequence[InputProvenance]) -> None:
    rows = [row for one in inputs for row in _rows(one)]
    names = max(len(row[0]) for row in (("input", "", "", ""), *rows))
    sources = max(len(row[1]) for row in (("", "provenance", "", ""), *rows))
    page.whole((f"{'input':<{names}}  {'provenance':<{sources}}  from", "bold"), indent=2)
    for name, source, place, color in rows:
        page.whole(f"{name:<{names}}  ", (f"{source:<{sources}}", color), "  ", (place, "cyan"), indent=2)


def _rows(one: InputProvenance) -> Iterable[tuple[str, str, str, str]]:
    """Input, provenance, place and colour; the input's name stands in its first row."""
    name = one.input
    for source in one.sources:
        yield name, _said(source), _place(source.location), _COLORS[source.kind]
        name = ""
    if one.lacks_evidence:
        yield name, f"no evidence:{one.due}", _place(one.call), "yellow"


def _said(source: InputSource) -> str:
    return source.text if source.kind in ("evidence", "state") else f"{source.kind} {source.name}"


def _place(location: Location) -> str:
    return f"{location.file}:{location.span.line}"


def _input(one: InputProvenance) -> InputEntry:
    return InputEntry(
        input=one.input,
        evidence=one.due,
        file=one.call.file,
        line=one.call.span.line,
        column=one.call.span.column,
        proven=one.is_proven,
        sources=tuple(_source(source) for source in one.sources),
    )


def _source(source: InputSource) -> SourceEntry:
    return SourceEntry(
        provenance=source.text,
        name=source.name,
        file=source.location.file,
        line=source.location.span.line,
        column=source.location.span.column,
        witness=witness(source.steps),
    )
