"""What is known of a flow."""

from typing import Literal

import msgspec

Verdict = Literal["clean", "violated", "undecided"]


class UnresolvedCall(msgspec.Struct, frozen=True, order=True):
    """A call whose targets are not all known, and why."""

    file: str
    line: int
    text: str
    reason: str


class FlowVerdict(msgspec.Struct, frozen=True):
    """The answer for one flow, with the count that makes it a proof.

    `functions` and `calls` count what the slice holds; `resolved` counts the calls
    whose every target is known. `unresolved` lists the others. `doubts` are the
    sentences that keep the flow from being clean without being a finding of their own. `recorded` counts
    the calls of the slice that are known because `truthline trace` saw them.
    """

    flow: str
    verdict: Verdict
    functions: int
    calls: int
    resolved: int
    unresolved: tuple[UnresolvedCall, ...] = ()
    doubts: tuple[str, ...] = ()
    recorded: int = 0
