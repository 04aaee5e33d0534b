"""What a run makes of violations: findings in the order of a report, each with its name, and what silences it."""

from collections.abc import Iterable, Iterator

import msgspec

from truthline.checking.fingerprint import Surroundings, fingerprints
from truthline.checking.protocol import Violation
from truthline.checking.registry import Instance
from truthline.model.finding import Finding
from truthline.model.run import Silencing


class Judged(msgspec.Struct, frozen=True):
    """A finding, the rule and the violation that it was made of, and what silences it.

    `context` is what its fingerprint would be in any other file.
    """

    finding: Finding
    instance: Instance
    violation: Violation
    silencing: Silencing | None = None
    context: str = ""


def in_order(judged: Iterable[Judged]) -> list[Judged]:
    """Each finding once, in the order of a report."""
    found = {each.finding: each for each in judged}
    return sorted(found.values(), key=lambda each: _order(each.finding))


def named(judged: Iterable[Judged], around: Surroundings) -> Iterator[Judged]:
    """The same with fingerprints, in order.

    What is silenced or not asked for counts, so that no other finding is renamed.
    """
    ordered = in_order(judged)
    names = fingerprints(((each.finding, each.violation.symbol) for each in ordered), around)
    for each, name in zip(ordered, names, strict=True):
        finding = msgspec.structs.replace(each.finding, fingerprint=name.fingerprint)
        yield msgspec.structs.replace(each, finding=finding, context=name.context)


def _order(finding: Finding) -> tuple[object, ...]:
    span = finding.location.span
    return (
        finding.location.file,
        span.line,
        span.column,
        finding.code,
        finding.id,
        finding.flow or "",
        finding.state or "",
        finding.message,
    )
