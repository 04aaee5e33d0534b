"""Accepting what is found today, so that a run fails on what is found tomorrow."""

import msgspec

from truthline.checking.baseline import Baseline, BaselineError, Entry, entry_of, written
from truthline.checking.options import CheckOptions
from truthline.checking.run import Standing, standing
from truthline.config.schema import Config


class Acceptance(msgspec.Struct, frozen=True, kw_only=True):
    """The text of a baseline, and how it differs from the one that was there.

    `entries` counts those in it, `added` and `removed` those that it has more or less, `locked` the findings that may
    not be in it, and `files` what was analysed.
    """

    text: str
    entries: int
    added: int
    removed: int
    locked: int
    files: int


def accept(config: Config, options: CheckOptions) -> Acceptance:
    """A baseline of everything that is found now. Raises what `check` raises."""
    found = standing(config, msgspec.structs.replace(options, baseline=False))
    return _acceptance(found, _readable(found), _entries(found))


def prune(config: Config, options: CheckOptions) -> Acceptance:
    """The baseline without what no longer occurs, and nothing else; a renamed file's entries move along.

    Entries of rules that do not run are kept: nobody looked for them.
    """
    found = standing(config, msgspec.structs.replace(options, baseline=False))
    before = Baseline.read(found.program.tree)
    entries = _entries(found)
    known = before.known(entries, found.program.tree)
    kept = [entry for entry in entries if entry.fingerprint in known.fingerprints]
    kept += [entry for entry in known.rest if not found.was_looked_for(entry.code, entry.id)]
    return _acceptance(found, before, kept)


def _readable(found: Standing) -> Baseline:
    """The one that was there; a damaged one is written anew."""
    try:
        return Baseline.read(found.program.tree)
    except BaselineError:
        return Baseline()


def _entries(found: Standing) -> list[Entry]:
    return [entry_of(each.finding, each.context) for each in found.judged if not each.finding.locked]


def _acceptance(found: Standing, before: Baseline, entries: list[Entry]) -> Acceptance:
    old, new = {entry.fingerprint for entry in before.entries}, {entry.fingerprint for entry in entries}
    return Acceptance(
        text=written(entries),
        entries=len(new),
        added=len(new - old),
        removed=len(old - new),
        locked=sum(each.finding.locked for each in found.judged),
        files=len(found.program.modules.by_file) + len(found.program.modules.unread),
    )
