"""Rules that look at one file at a time are asked by whoever reads it first, and say there what they say anywhere."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from truthline.checking import first_look
from truthline.checking.asking import BY_FILE, RuleError
from truthline.checking.first_look import job_of
from truthline.checking.options import CheckOptions
from truthline.checking.plugins import bundled_rules
from truthline.checking.prepare import prepare
from truthline.checking.protocol import Example, Rule
from truthline.config import load
from truthline.facts.view import FileView
from truthline.testing import check_files
from truthline_rules.forbid_text import ForbidText

FORBIDDEN = '[[rule]]\nid = "NO_LOCKS"\nkind = "forbid-text"\nscope = ["app/**"]\ntext = ["FOR UPDATE"]\n'
BULK = "#" * 300_000
"""Has files read by workers."""
NO_WORDS = b"\x90"
EXAMPLES = [
    (rule, example)
    for rule in bundled_rules()
    if issubclass(rule, BY_FILE)
    for example in (*rule.meta.valid, *rule.meta.invalid)
]


@pytest.mark.parametrize(("rule", "example"), EXAMPLES, ids=lambda each: getattr(each, "title", None))
def test_every_setup_arrives_as_it_was(rule: type[Rule], example: Example, tmp_path: Path) -> None:
    check_files(example.files, example.config, tmp_path)
    config = load(tmp_path)
    sent = [each for each in prepare(config, CheckOptions()).instances if isinstance(each.rule, BY_FILE)]
    arrived = [each for _, each in job_of(sent, config, NO_WORDS).rules]
    assert [type(each.rule) for each in arrived] == [type(each.rule) for each in sent]
    assert [each.rule.options for each in arrived] == [each.rule.options for each in sent]
    assert rule in {type(each.rule) for each in arrived}


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_workers_note_is_not_asked_again(tmp_path: Path, jobs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(rule: ForbidText, file: FileView) -> Iterator[object]:
        raise AssertionError(file.path)

    monkeypatch.setattr(ForbidText, "check_file", never)
    files = {"app/a.py": f"{BULK}\nx = 'FOR UPDATE'\n", "app/b.py": f"{BULK}\n"}
    outcome = check_files(files, FORBIDDEN, tmp_path, CheckOptions(jobs=jobs))
    assert [(each.id, each.location.file, each.location.span.line) for each in outcome.findings] == [
        ("NO_LOCKS", "app/a.py", 2)
    ]


def test_a_rule_that_is_slow_at_first_sight_is_asked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = ForbidText.check_file
    looks: list[str] = []

    def slow(rule: ForbidText, file: FileView) -> object:
        looks.append(file.path)
        if len(looks) == 1:
            time.sleep(60)
        return plain(rule, file)

    monkeypatch.setattr(ForbidText, "check_file", slow)
    monkeypatch.setattr(first_look, "FIRST_LOOK", 0.2)
    outcome = check_files({"app/a.py": "# FOR UPDATE\n"}, FORBIDDEN, tmp_path)
    assert looks == ["app/a.py", "app/a.py"]
    assert [each.id for each in outcome.findings] == ["NO_LOCKS"]


def test_a_rule_that_fails_is_named_by_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(rule: ForbidText, file: FileView) -> Iterator[object]:
        raise KeyError("oops")

    monkeypatch.setattr(ForbidText, "check_file", failing)
    with pytest.raises(RuleError, match=r"TL512 \(NO_LOCKS\) failed: KeyError: 'oops'"):
        check_files({"app/a.py": ""}, FORBIDDEN, tmp_path)


def test_rules_share_what_is_found_once() -> None:
    asked: list[str] = []

    def find(file: FileView) -> int:
        asked.append(file.path)
        return len(asked)

    view = FileView("a.py", "a", b"", None)  # type: ignore[arg-type]
    assert (view.once(find), view.once(find)) == (1, 1)
    assert asked == ["a.py"]
