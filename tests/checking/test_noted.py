"""Rules that look at one file at a time are asked once for each content."""

from pathlib import Path

import pytest

from truthline.checking.options import CheckOptions
from truthline.checking.run import check
from truthline.config import load
from truthline.facts.store.directory import StoreDirectory
from truthline.facts.store.store import Store
from truthline.model.run import Outcome
from truthline_rules.forbid_text import ForbidText

CONFIG = '[[rule]]\nid = "NO_LOCKS"\nkind = "forbid-text"\nscope = ["app/**"]\ntext = ["{}"]\n'
TREE = {"app/a.py": "# FOR UPDATE\n", "app/b.py": "x = 1\n", "truthline.toml": CONFIG.format("FOR UPDATE")}


class Asked:
    """The code base with its store, and the files that the rule was asked about."""

    def __init__(self, base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.base = base
        self.files: list[str] = []
        plain = ForbidText.check_file

        def counting(rule: ForbidText, file: object) -> object:
            self.files.append(file.path)  # type: ignore[attr-defined]
            return plain(rule, file)  # type: ignore[arg-type]

        monkeypatch.setattr(ForbidText, "check_file", counting)
        for path, text in TREE.items():
            self.write(path, text)

    def write(self, path: str, text: str) -> None:
        (self.base / path).parent.mkdir(exist_ok=True)
        (self.base / path).write_text(text)

    def run(self) -> tuple[list[str], Outcome]:
        """The files that the next run asks about, and what it finds."""
        self.files = []
        store = Store(StoreDirectory(self.base / ".cache"))
        outcome = check(load(self.base), CheckOptions(jobs=1, store=store))
        store.close()
        assert outcome == check(load(self.base), CheckOptions(jobs=1))
        return sorted(set(self.files[: len(self.files) - 2])), outcome


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Asked:
    return Asked(tmp_path, monkeypatch)


def test_only_files_that_have_changed_are_looked_at_again(asked: Asked) -> None:
    files, outcome = asked.run()
    assert files == ["app/a.py", "app/b.py"]
    assert [finding.id for finding in outcome.findings] == ["NO_LOCKS"]
    assert asked.run() == ([], outcome)
    asked.write("app/b.py", "x = 'FOR UPDATE'\n")
    files, outcome = asked.run()
    assert (files, len(outcome.findings)) == (["app/b.py"], 2)


def test_another_option_is_another_question(asked: Asked) -> None:
    asked.run()
    asked.write("truthline.toml", CONFIG.format("x = 1"))
    files, outcome = asked.run()
    assert files == ["app/a.py", "app/b.py"]
    assert [finding.location.file for finding in outcome.findings] == ["app/b.py"]


def test_a_file_of_another_name_is_another_file(asked: Asked) -> None:
    asked.run()
    (asked.base / "app/a.py").rename(asked.base / "app/c.py")
    files, outcome = asked.run()
    assert files == ["app/c.py"]
    assert [finding.location.file for finding in outcome.findings] == ["app/c.py"]
