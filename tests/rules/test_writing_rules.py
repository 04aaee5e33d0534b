"""The rule that docs/writing-rules.md walks through works as it says."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from truthline.api import FileRule, FileView, Meta, Rule, Violation
from truthline.testing import check_files, findings_of

DOCUMENT = Path(__file__).parents[2] / "docs" / "writing-rules.md"


def block(language: str, number: int = 0) -> str:
    blocks = re.findall(rf"```{language}\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    return str(blocks[number])


@pytest.fixture
def rule() -> type[Rule]:
    namespace: dict[str, type[Rule]] = {}
    exec(compile(block("python"), "ours.py", "exec"), namespace)
    return namespace["NoWordInImports"]


def test_its_examples(rule: type[Rule], tmp_path: Path) -> None:
    for number, example in enumerate((*rule.meta.valid, *rule.meta.invalid)):
        assert len(findings_of(rule, example, tmp_path / str(number))) == number


def test_its_config(tmp_path: Path) -> None:
    files = {"rules/ours.py": block("python"), "app/a.py": "import app.legacy\n", "app/legacy.py": ""}
    [finding] = check_files(files, block("toml"), tmp_path).findings
    assert (finding.id, finding.message) == ("NO_LEGACY", "`app.legacy` has `legacy` in its name")


def test_its_file_rule(tmp_path: Path) -> None:
    namespace: dict[str, type[Rule]] = {}
    known = {"ast": ast, "FileRule": FileRule, "FileView": FileView, "Iterator": Iterator, "Violation": Violation}
    exec(compile(block("python", 1), "ours.py", "exec"), known, namespace)
    rule = namespace["NoPrint"]
    rule.meta = Meta(code="OUR002", name="no-print", valid=(), invalid=())
    outcome = check_files({"a.py": "x = 'print()'\n\nif x:\n    print(x)\n"}, "", tmp_path, rules=[rule])
    assert [(finding.code, finding.location.span.line) for finding in outcome.findings] == [("OUR002", 4)]
