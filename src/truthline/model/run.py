"""The outcome of one run, from which every report is printed."""

from typing import Literal

import msgspec

from truthline.model.finding import Finding, Severity
from truthline.model.flowgraph import FlowGraph
from truthline.model.verdict import FlowVerdict


class Summary(msgspec.Struct, frozen=True):
    """Counts of a run; `unread` files are TL001 findings too."""

    files: int
    errors: int
    warnings: int
    suppressed: int = 0
    baselined: int = 0
    unread: int = 0


class StaleRecord(msgspec.Struct, frozen=True):
    """Calls of a record file that were left out, and the files that have changed since they were recorded.

    Where none has, the functions or the places that the record names are not in the files.
    """

    file: str
    calls: int
    changed: tuple[str, ...] = ()


class Silencing(msgspec.Struct, frozen=True):
    """What silences a finding: a comment in the code, an allowance of the config, or the baseline, and why."""

    by: Literal["suppression", "allowance", "baseline"]
    reason: str


class Silenced(msgspec.Struct, frozen=True):
    """A finding that does not count, and why not."""

    finding: Finding
    silencing: Silencing


class RuleText(msgspec.Struct, frozen=True):
    """What a rule that ran says of itself. `doc` is its docstring: a sentence, then sections with a heading each."""

    code: str
    name: str
    severity: Severity
    doc: str


class Outcome(msgspec.Struct, frozen=True):
    """All that a run found, in the order in which it is reported.

    `rules` are those that ran, by their codes. `graphs` are the slices of the flows, where they were asked for.
    `stale` are the recorded calls that were not used.
    """

    summary: Summary
    flows: tuple[FlowVerdict, ...]
    findings: tuple[Finding, ...]
    silenced: tuple[Silenced, ...] = ()
    rules: tuple[RuleText, ...] = ()
    graphs: tuple[FlowGraph, ...] = ()
    stale: tuple[StaleRecord, ...] = ()
