"""The rule that docs/writing-rules.md walks through works as it says."""

import re
from pathlib import Path

import pytest

from truthline.api import Rule
from truthline.testing import check_files, findings_of

DOCUMENT = Path(__file__).parents[2] / "docs" / "writing-rules.md"


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


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
