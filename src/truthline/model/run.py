"""The outcome of one run, from which every report is printed."""

import msgspec

from truthline.model.finding import Finding
from truthline.model.verdict import FlowVerdict


class Summary(msgspec.Struct, frozen=True):
    """Counts of a run; `unread` files are TL001 findings too."""

    files: int
    errors: int
    warnings: int
    suppressed: int = 0
    baselined: int = 0
    unread: int = 0


class Outcome(msgspec.Struct, frozen=True):
    """All that a run found, in the order in which it is reported."""

    summary: Summary
    flows: tuple[FlowVerdict, ...]
    findings: tuple[Finding, ...]
