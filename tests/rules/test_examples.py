"""Every example of every rule does what it says."""

from pathlib import Path

import pytest

from truthline.api import Example, Rule
from truthline.testing import findings_of
from truthline_rules import RULES

EXAMPLES = [
    pytest.param(rule, example, expected, id=f"{rule.meta.code} {'invalid' if expected else 'valid'}: {example.title}")
    for rule in RULES
    for expected, examples in ((False, rule.meta.valid), (True, rule.meta.invalid))
    for example in examples
]


@pytest.mark.parametrize(("rule", "example", "expected"), EXAMPLES)
def test_example(rule: type[Rule], example: Example, expected: bool, tmp_path: Path) -> None:
    found = findings_of(rule, example, tmp_path)
    assert bool(found) is expected, [finding.message for finding in found]
