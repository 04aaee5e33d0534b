"""Asking a rule, which may be anybody's code."""

import traceback
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from truthline.checking.ledger import Ledger, Vacuity
from truthline.checking.protocol import Audit, Violation
from truthline.checking.registry import Instance
from truthline.errors import TruthlineError
from truthline.program.program import Program

_Answer = TypeVar("_Answer")


class RuleError(TruthlineError):
    """A rule that failed; the message names it."""


def violations(instance: Instance, program: Program) -> Iterator[Violation]:
    """What a rule finds. Raises RuleError."""
    return _asked(instance, Violation, lambda: instance.rule.check(program))


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
    except (Exception, SystemExit) as error:
        raise RuleError(_blame(instance, error)) from error


def _blame(instance: Instance, error: BaseException) -> str:
    """One sentence: which rule, what, and the line of code from which it came."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
    what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return f"rule {instance.meta.code} ({instance.name.id}) failed: {what}{place}"
