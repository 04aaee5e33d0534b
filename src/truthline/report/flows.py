"""The verdicts on the flows, for people."""

from collections.abc import Sequence
from typing import TypeVar

from truthline.model.verdict import FlowVerdict, UnresolvedCall
from truthline.report.page import Page
from truthline.report.summary import counted

T = TypeVar("T")

COLORS = {"clean": "bold green", "violated": "bold red", "undecided": "bold yellow"}
SHORT = 5
"""Unresolved calls and doubts that are listed unless everything was asked for."""


def print_flow(page: Page, verdict: FlowVerdict, verbose: bool) -> None:
    """What is known of a flow, the count that makes it a proof, and what is not known."""
    page.wrap("flow ", (verdict.flow, "bold"), ": ", (verdict.verdict, COLORS[verdict.verdict]), hang=2)
    page.wrap(proof(verdict), indent=2, hang=2)
    print_doubts(page, verdict.doubts, verbose)
    print_unresolved(page, verdict.unresolved, verbose)


def proof(verdict: FlowVerdict) -> str:
    """What was looked at, in numbers."""
    visited = f"{counted(verdict.functions, 'function')} visited"
    resolved = f"{verdict.resolved:,} of {counted(verdict.calls, 'call')} resolved"
    recorded = f", {counted(verdict.recorded, 'call')} known from trace" if verdict.recorded else ""
    return f"{visited}, {resolved}{recorded}"


def print_doubts(page: Page, doubts: Sequence[str], verbose: bool) -> None:
    """What keeps a flow from being clean."""
    for doubt in _cut(doubts, verbose):
        page.wrap("doubt: ", doubt, indent=2, hang=2)
    _print_rest(page, len(doubts), "doubts", verbose)


def print_unresolved(page: Page, calls: Sequence[UnresolvedCall], verbose: bool) -> None:
    """The calls whose targets are not all known, with place and reason."""
    if calls:
        page.wrap(f"{counted(len(calls), 'call')} not resolved:", indent=2)
    for call in _cut(calls, verbose):
        page.whole((f"{call.file}:{call.line}", "cyan"), indent=4)
        page.wrap((call.text, "dim"), indent=6, hang=2)
        page.wrap(call.reason, indent=6, hang=2)
    _print_rest(page, len(calls), "calls", verbose)


def _cut(items: Sequence[T], verbose: bool) -> Sequence[T]:
    return items if verbose else items[:SHORT]


def _print_rest(page: Page, number: int, noun: str, verbose: bool) -> None:
    if number > SHORT and not verbose:
        page.wrap(f"... and {number - SHORT:,} more {noun} (--verbose lists them all)", indent=4)
