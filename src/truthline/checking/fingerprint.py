"""Names for findings that survive line moves, so that a baseline recognises them."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Protocol

import msgspec

from truthline.model.finding import Finding

LENGTH = 16  # hex digits: 64 bits, no clash to be expected within one code base


class Name(msgspec.Struct, frozen=True):
    """A fingerprint, and what of it does not depend on the file: by that, a finding is known in a renamed one."""

    fingerprint: str
    context: str


class Surroundings(Protocol):
    """What a finding's name rests on besides the finding."""

    def line_text(self, finding: Finding) -> str:
        """The line on which it stands."""

    def module(self, file: str) -> str:
        """The name of a file as a module; the file itself where it is none."""


def fingerprints(findings: Iterable[tuple[Finding, str]], around: Surroundings) -> Iterator[Name]:
    """The name of each finding (with its symbol); they must come in report order.

    Two findings that agree in all but their place are told apart by their order in the file.
    """
    seen: Counter[str] = Counter()
    for finding, symbol in findings:
        line = " ".join(around.line_text(finding).split())
        file = finding.location.file
        identity = json.dumps([finding.code, finding.id, file, symbol, finding.flow, finding.state, line])
        seen[identity] += 1
        rest = _without(symbol, around.module(file))
        context = json.dumps([finding.code, finding.id, rest, finding.flow, finding.state, line])
        yield Name(_digest(f"{identity}#{seen[identity]}"), _digest(context))


def _without(symbol: str, module: str) -> str:
    """The symbol as it would be in any module."""
    return re.sub(rf"(?<![\w.]){re.escape(module)}(?!\w)", "*", symbol)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:LENGTH]
