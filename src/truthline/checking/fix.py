"""What `truthline fix` changes: the edits that rules offer, carried out until there are none."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from truthline.checking.asking import edits, stale_entries
from truthline.checking.judged import Judged
from truthline.checking.options import CheckOptions
from truthline.checking.protocol import Rule, Violation
from truthline.checking.registry import Instance
from truthline.checking.run import Standing, standing
from truthline.config.rewriting import without_entries
from truthline.config.schema import Config
from truthline.program.program import Program
from truthline.syntax.unread import Unparsable

ROUNDS = 10
"""Removing a re-export can leave a stale `__all__`, and that an unused suppression; no chain of these is longer."""


class Change(msgspec.Struct, frozen=True):
    """A file, relative to the config file, before and after its fixes."""

    path: str
    before: bytes
    after: bytes


class Fixes(msgspec.Struct, frozen=True):
    """The changes, in the order of their files; how many findings they mend; and those that can only be mended by hand.

    `refused` are sentences about files that could not be rewritten.
    """

    changes: tuple[Change, ...]
    mended: int
    by_hand: int
    refused: tuple[str, ...] = ()


def find_fixes(config: Config, options: CheckOptions, *, rules: Sequence[type[Rule]] = ()) -> Fixes:
    """What the rules can mend of what a check with these options finds, in the baseline or not; nothing is written.

    Raises what `check` raises.
    """
    options = msgspec.structs.replace(options, baseline=False)
    overlay = dict(options.overlay)
    before: dict[str, bytes] = {}
    refused: dict[str, None] = {}
    mended = 0
    state = standing(config, options, rules=rules)
    for _ in range(ROUNDS):
        changes, complaints = _round(state)
        refused.update(dict.fromkeys(complaints))
        if not changes:
            break
        for change in changes:
            before.setdefault(change.path, change.before)
            overlay[change.path] = change.after
        after = standing(config, msgspec.structs.replace(options, overlay=overlay), rules=rules)
        mended += (_identities(state) - _identities(after)).total()
        state = after
    found = [Change(path, source, overlay[path]) for path, source in sorted(before.items())]
    config_change, entries = without_stale_entries(config, state)
    if config_change is not None:
        found.append(config_change)
    return Fixes(tuple(found), mended + entries, len(state.judged) - entries, tuple(refused))


def _identities(state: Standing) -> Counter[tuple[str, str, str]]:
    """The findings by what an edit of their line does not change."""
    return Counter((each.finding.id, each.finding.location.file, each.finding.message) for each in state.judged)


def _round(state: Standing) -> tuple[list[Change], list[str]]:
    """The files that this round's edits change, and what could not be rewritten."""
    changes: list[Change] = []
    refused: list[str] = []
    for path, judged in _by_file(state):
        source = state.program.modules.source(path)
        try:
            after = mended(state.program, path, judged)
        except Unparsable as error:
            refused.append(f"{path} {error.reason}; mend it by hand")
            continue
        if after != source:
            changes.append(Change(path, source, after))
    return changes, refused


def _by_file(state: Standing) -> Iterator[tuple[str, list[Judged]]]:
    """What can be mended in each analysed file."""
    found: defaultdict[str, list[Judged]] = defaultdict(list)
    for each in state.judged:
        module = state.program.modules.by_file.get(each.finding.location.file)
        if each.finding.fixable and module is not None and module.outline is not None:
            found[module.file].append(each)
    yield from sorted(found.items())


def mended(program: Program, path: str, judged: Sequence[Judged]) -> bytes:
    """The file after the edits that mend these findings of it, once; the program's own bytes where there are none.

    Raises `Unparsable`, and `RuleError` where a rule fails.
    """
    from truthline.checking.concrete import ConcreteFile
    from truthline.checking.rewriting import rewrite

    source = program.modules.source(path)
    file = ConcreteFile(path, source)
    if file.encoded(file.module) != source:
        raise Unparsable("does not come out of LibCST as it went in")
    found = [edit for instance, violations in _by_rule(judged) for edit in edits(instance, program, file, violations)]
    return file.encoded(rewrite(file.module, found))


def _by_rule(judged: Iterable[Judged]) -> list[tuple[Instance, list[Violation]]]:
    found: dict[int, tuple[Instance, list[Violation]]] = {}
    for each in judged:
        found.setdefault(id(each.instance), (each.instance, []))[1].append(each.violation)
    return list(found.values())


def without_stale_entries(config: Config, state: Standing) -> tuple[Change | None, int]:
    """The config file without the entries of its lists that, as the findings say, nothing needs, and how many."""
    stale = [
        place
        for instance, violations in _by_rule(state.judged)
        for place in stale_entries(instance, violations)
        if place.file == config.file
    ]
    if not stale or config.file is None:
        return None, 0
    source = state.program.tree.read(config.file)
    after, count = without_entries(source, config.file, stale)
    return (Change(config.file, source, after) if count else None), count
