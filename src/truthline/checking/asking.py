"""Asking a rule, which may be anybody's code."""

import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from truthline.checking.ledger import Ledger, Vacuity
from truthline.checking.protocol import Audit, FileRule, Violation
from truthline.checking.registry import Instance
from truthline.errors import TruthlineError
from truthline.facts.lower import deep_recursion
from truthline.facts.view import FileView
from truthline.program.program import Program
from truthline.syntax.unread import Unparsable
from truthline.timings import Timings

_Answer = TypeVar("_Answer")


class RuleError(TruthlineError):
    """A rule that failed; the message names it."""


def violations(instance: Instance, program: Program) -> Iterator[Violation]:
    """What a rule finds. Raises RuleError."""
    return _asked(instance, Violation, lambda: instance.rule.check(program))


def file_violations(
    instances: Sequence[Instance], program: Program, timings: Timings
) -> Iterator[tuple[Instance, Violation]]:
    """What file rules find, file by file, so that they share its tree and no two trees are held. Raises RuleError.

    A file that can be read no more since the run began is passed over.
    """
    for file, module in sorted(program.modules.by_file.items()):
        concerned = [each for each in instances if each.rule.setup.scope.captures(file) is not None]
        if not concerned or module.outline is None:
            continue
        try:
            view = program.view(file)
            found = [(each, violation) for each in concerned for violation in _file_asked(each, view, timings)]
        except Unparsable:
            continue
        yield from found


def _file_asked(instance: Instance, view: FileView, timings: Timings) -> list[Violation]:
    rule = instance.rule
    assert isinstance(rule, FileRule)
    with timings.stage(instance.stage), deep_recursion():
        return [*_asked(instance, Violation, lambda: rule.check_file(view))]


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
    except Unparsable:
        raise
    except (Exception, SystemExit) as error:
        raise RuleError(_blame(instance, error)) from error


def _blame(instance: Instance, error: BaseException) -> str:
    """One sentence: which rule, what, and the line of code from which it came."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
    what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return f"rule {instance.meta.code} ({instance.name.id}) failed: {what}{place}"
