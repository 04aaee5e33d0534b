"""A team's own message, with placeholders for what was found."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from truthline.api import FileRule, FileView, Meta, Options, Violation
from truthline.checking.messages import filled
from truthline.config import ConfigError
from truthline.testing import check_files


@pytest.mark.parametrize(
    ("template", "message"),
    [
        (None, "says so"),
        ("no good", "no good: says so"),
        ("no good in {domain}", "no good in logs: says so"),
        ("{name} is no good", "f is no good"),
        ("{name} in {domain}: {message}", "f in logs: says so"),
        ("write {{name}} for {name}", "write {name} for f"),
        ("a set {1, 2} and {}", "a set {1, 2} and {}: says so"),
    ],
)
def test_what_a_template_becomes(template: str | None, message: str) -> None:
    assert filled(template, "says so", {"name": "f"}, {"domain": "logs", "file": "a.py"}) == message


class EveryLine(FileRule):
    """A line is a line."""

    meta = Meta(code="OUR001", name="every-line", valid=(), invalid=(), kind=True, placeholders=("number",))
    options: Options

    def check_file(self, file: FileView) -> Iterator[Violation]:
        for number in range(1, file.outline.lines + 1):
            yield Violation(location=file.at(), message="a line", details={"number": str(number)}, symbol=str(number))


RULE = '[[rule]]\nid = "LINES"\nkind = "every-line"\nscope = ["app/{domain}/**"]\n'
FILES = {"app/logs/a.py": "x = 1\ny = 2\n", "other.py": "x = 1\n"}


def test_a_rule_fills_its_template(tmp_path: Path) -> None:
    config = RULE + 'message = "line {number} of {file} ({domain})"\n'
    outcome = check_files(FILES, config, tmp_path, rules=[EveryLine])
    assert [finding.message for finding in outcome.findings] == [
        "line 1 of app/logs/a.py (logs)",
        "line 2 of app/logs/a.py (logs)",
    ]


def test_a_placeholder_that_stands_for_nothing_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"5: rule\[0\].message: `\{numbr\}` stands for nothing here; did you mean"):
        check_files(FILES, RULE + 'message = "line {numbr}"\n', tmp_path, rules=[EveryLine])


def test_unreadable_files_are_passed_over(tmp_path: Path) -> None:
    files = {**FILES, "app/logs/b.py": "def f(:\n"}
    outcome = check_files(files, RULE, tmp_path, rules=[EveryLine])
    assert [finding.code for finding in outcome.findings] == ["OUR001", "TL001"]
