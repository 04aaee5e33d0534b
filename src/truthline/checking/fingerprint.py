"""Names for findings that survive line moves, so that a baseline recognises them."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable

import msgspec

from truthline.model.finding import Finding

LENGTH = 16  # hex digits: 64 bits, no clash to be expected within one code base


def fingerprinted(findings: Iterable[tuple[Finding, str]], line_text: Callable[[Finding], str]) -> tuple[Finding, ...]:
    """Give each finding (with its symbol) a fingerprint; they must come in report order.

    Two findings that agree in all but their place are told apart by their order in the file.
    """
    seen: Counter[str] = Counter()
    result = []
    for finding, symbol in findings:
        identity = json.dumps(
            [
                finding.code,
                finding.id,
                finding.location.file,
                symbol,
                finding.flow,
                finding.state,
                " ".join(line_text(finding).split()),
            ]
        )
        seen[identity] += 1
        digest = hashlib.sha256(f"{identity}#{seen[identity]}".encode()).hexdigest()[:LENGTH]
        result.append(msgspec.structs.replace(finding, fingerprint=digest))
    return tuple(result)
