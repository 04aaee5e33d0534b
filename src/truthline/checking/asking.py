"""Asking a rule, which may be anybody's code."""

import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from truthline.checking.ledger import Ledger, Vacuity
from truthline.checking.noted import Noted, NotedBefore
from truthline.checking.patience import FILE, PROGRAM, limited
from truthline.checking.plugins import BUNDLED
from truthline.checking.protocol import Audit, FileRule, SurveyRule, Violation
from truthline.checking.registry import Instance
from truthline.errors import TruthlineError
from truthline.facts.view import FileView
from truthline.model.location import Location
from truthline.program.module import SourceModule
from truthline.program.program import Program
from truthline.syntax.depth import deep_recursion
from truthline.syntax.unread import Unparsable
from truthline.timings import Timings

if TYPE_CHECKING:
    from truthline.checking.concrete import ConcreteFile
    from truthline.checking.rewriting import Edit

_Answer = TypeVar("_Answer")


class RuleError(TruthlineError):
    """A rule that failed; the message names it."""


def violations(instance: Instance, program: Program) -> Iterator[Violation]:
    """What a rule finds; one of a plugin has a limited time. Raises RuleError."""
    found = _asked(instance, Violation, lambda: instance.rule.check(program))
    if type(instance.rule).__module__.partition(".")[0] in BUNDLED:
        yield from found
        return
    with limited(PROGRAM, "it"):
        yield from [*found]


def edits(
    instance: Instance, program: Program, file: "ConcreteFile", violations: Sequence[Violation]
) -> Iterator["Edit"]:
    """How a rule mends what it found in a file. Raises RuleError."""
    from truthline.checking.rewriting import Edit

    return _asked(instance, Edit, lambda: instance.rule.fix(program, file, violations))


def stale_entries(instance: Instance, violations: Sequence[Violation]) -> Iterator[Location]:
    """The entries of the config whose removal mends what an audit found. Raises RuleError."""
    rule = instance.rule
    return _asked(instance, Location, lambda: rule.stale_entries(violations) if isinstance(rule, Audit) else ())


BY_FILE = (FileRule, SurveyRule)
"""The rules that `file_violations` asks."""

Notes = dict[str, Noted]


def file_violations(
    instances: Sequence[Instance], program: Program, timings: Timings
) -> Iterator[tuple[Instance, Violation]]:
    """What file rules and surveys find; files are looked at one by one, so that rules share a tree and no two are held.

    A file that can be read no more since the run began is passed over. Raises RuleError.
    """
    notes: list[Notes] = [{} for _ in instances]
    before = NotedBefore(instances, program)
    for file, module in sorted(program.modules.by_file.items()):
        concerned = [each.rule.setup.scope.captures(file) is not None for each in instances]
        if any(concerned) and module.outline is not None:
            with suppress(Unparsable):
                looked = _look(program, module, instances, concerned, before, timings)
                for number, noted in looked.items():
                    notes[number][file] = noted
    for instance, of_files in zip(instances, notes, strict=True):
        yield from ((instance, violation) for violation in _judged(instance, of_files, program, timings))


def _look(
    program: Program,
    module: SourceModule,
    instances: Sequence[Instance],
    concerned: Sequence[bool],
    before: NotedBefore,
    timings: Timings,
) -> dict[int, Noted]:
    """What each rule that is concerned, by its number, notes of a file: what it noted before, or what it notes now."""
    with timings.stage("notes of before"):
        known = before.recall(module, concerned)
    asked = [number for number, is_concerned in enumerate(concerned) if is_concerned and number not in known]
    if not asked:
        return known
    view = program.view(module.file)
    with limited(FILE, module.file):
        for number in asked:
            with timings.stage(instances[number].stage), deep_recursion():
                known[number] = noted(instances[number], view)
    if any(map(before.remembers, asked)):
        before.keep(module, known)
    return known


def noted(instance: Instance, view: FileView) -> Noted:
    """What a rule notes of a file: its violations, or what its survey yields. Raises RuleError."""
    rule = instance.rule
    if isinstance(rule, SurveyRule):
        return tuple(_asked(instance, rule.note_type, lambda: rule.survey(view)))
    assert isinstance(rule, FileRule)
    return tuple(_asked(instance, Violation, lambda: rule.check_file(view)))


def _judged(instance: Instance, noted: Notes, program: Program, timings: Timings) -> list[Violation]:
    rule = instance.rule
    if isinstance(rule, SurveyRule):
        with timings.stage(instance.stage), deep_recursion():
            return [*_asked(instance, Violation, lambda: rule.judge(program, noted))]
    return [violation for file in noted.values() for violation in file if isinstance(violation, Violation)]


def vacuities(instance: Instance, program: Program) -> Iterator[Vacuity]:
    """What of a rule's config has nothing to look at. Raises RuleError."""
    return _asked(instance, Vacuity, lambda: instance.rule.vacuities(program))


def audited(instance: Instance, audit: Audit, ledger: Ledger) -> Iterator[Violation]:
    """What an audit finds. Raises RuleError."""
    return _asked(instance, Violation, lambda: audit.audit(ledger))


def _asked(instance: Instance, kind: type[_Answer], ask: Callable[[], Iterable[_Answer]]) -> Iterator[_Answer]:
    try:
        for answer in ask():
            if not isinstance(answer, kind):
                raise TypeError(f"it yielded {type(answer).__name__}, not {kind.__name__}")
            yield answer
    except (Unparsable, GeneratorExit, KeyboardInterrupt):
        raise
    except BaseException as error:
        raise RuleError(_blame(instance, error)) from error


def _blame(instance: Instance, error: BaseException) -> str:
    """One sentence: which rule, what, and the line of code from which it came."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
    what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return f"rule {instance.meta.code} ({instance.name.id}) failed: {what}{place}"
