"""Names for findings that survive line moves, so that a baseline recognises them."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from truthline.model.finding import Finding

LENGTH = 16  # hex digits: 64 bits, no clash to be expected within one code base


def fingerprints(findings: Iterable[tuple[Finding, str]], line_text: Callable[[Finding], str]) -> Iterator[str]:
    """The fingerprint of each finding (with its symbol); they must come in report order.

    Two findings that agree in all but their place are told apart by their order in the file.
    """
    seen: Counter[str] = Counter()
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
        yield hashlib.sha256(f"{identity}#{seen[identity]}".encode()).hexdigest()[:LENGTH]
