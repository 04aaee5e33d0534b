"""The baseline: findings that were there when a team began, so that a run fails on new ones only."""

import json
from collections.abc import Iterable, Sequence

import msgspec

from truthline.errors import TruthlineError
from truthline.model.finding import Finding
from truthline.model.location import Location, Span
from truthline.syntax.source import decode
from truthline.syntax.tree import Tree
from truthline.syntax.unread import Unparsable

FILE = "truthline-baseline.json"
"""Beside the config."""
VERSION = 1


class BaselineError(TruthlineError):
    """A baseline that cannot be read; the message names the file."""


class Entry(msgspec.Struct, frozen=True, order=True):
    """One known finding. `context` is its fingerprint but for the file, by which it is known in a renamed one."""

    file: str
    code: str
    id: str
    fingerprint: str
    context: str


class Stale(msgspec.Struct, frozen=True):
    """An entry that no finding needs, and where it stands. A locked finding may not be in a baseline at all."""

    entry: Entry
    location: Location
    locked: bool = False


class Known(msgspec.Struct, frozen=True):
    """Which findings the baseline knows, as their fingerprints, and what of it nothing needs any more."""

    fingerprints: frozenset[str]
    rest: tuple[Entry, ...]


class Baseline:
    """The entries of the file, with their lines; none where there is no file."""

    def __init__(self, entries: Iterable[Entry] = (), text: str = "") -> None:
        self.entries = tuple(entries)
        self._lines = text.split("\n")

    @classmethod
    def read(cls, tree: Tree) -> "Baseline":
        """The baseline beside the config. Raises BaselineError."""
        if not tree.exists(FILE):
            return cls()
        try:
            text = decode(tree.read(FILE))
        except Unparsable as error:
            raise BaselineError(f"{FILE} {error}") from error
        return cls(_parsed(text), text)

    def known(self, entries: Sequence[Entry], tree: Tree) -> Known:
        """Which of the run's findings, given as entries, are in the baseline.

        What has no entry of its own may be one of a file that is gone, and that is found in another one now.
        """
        at_hand = {entry.fingerprint for entry in entries}
        found = {entry.fingerprint for entry in self.entries if entry.fingerprint in at_hand}
        rest = [entry for entry in self.entries if entry.fingerprint not in at_hand]
        moved: dict[tuple[str, str, str], list[Entry]] = {}
        for entry in rest:
            if not tree.exists(entry.file):
                moved.setdefault((entry.code, entry.id, entry.context), []).append(entry)
        for entry in entries:
            candidates = moved.get((entry.code, entry.id, entry.context))
            if entry.fingerprint not in found and candidates:
                rest.remove(candidates.pop(0))
                found.add(entry.fingerprint)
        return Known(frozenset(found), tuple(rest))

    def location(self, entry: Entry) -> Location:
        """The line that holds an entry's fingerprint."""
        marked = (number for number, line in enumerate(self._lines, 1) if f'"{entry.fingerprint}"' in line)
        number = next(marked, 1)
        return Location(FILE, Span(number, 1, number, len(self._lines[number - 1]) + 1))


def entry_of(finding: Finding, context: str) -> Entry:
    """The entry by which a finding is known."""
    return Entry(finding.location.file, finding.code, finding.id, finding.fingerprint, context)


def written(entries: Iterable[Entry]) -> str:
    """The file's text: an entry a line, in a fixed order, so that a change of one is a change of one line."""
    rows = ",\n".join(f"    {json.dumps(msgspec.to_builtins(entry))}" for entry in sorted(set(entries)))
    body = f"[\n{rows}\n  ]" if rows else "[]"
    return f'{{\n  "version": {VERSION},\n  "findings": {body}\n}}\n'


class _Document(msgspec.Struct, frozen=True):
    version: int
    findings: tuple[Entry, ...]


def _parsed(text: str) -> tuple[Entry, ...]:
    try:
        document = msgspec.json.decode(text, type=_Document)
    except (msgspec.DecodeError, RecursionError) as error:
        raise BaselineError(f"{FILE} is no baseline ({error}); `truthline baseline` writes it anew") from error
    if document.version != VERSION:
        raise BaselineError(f"{FILE} is of version {document.version}, and this truthline reads version {VERSION}")
    return document.findings
