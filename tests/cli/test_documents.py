"""Every command that a document shows can be typed."""

import re
import shlex
from pathlib import Path

import pytest
from tests.cli.projects import ROOT, VIOLATED, project, truthline

DOCUMENTS = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
SHOWN = re.compile(r"`truthline ([^`\n]+)`|^\$ truthline (.+)$", re.MULTILINE)
USAGE = re.compile(r"[\[<]|\.\.\.|\w\|\w|\b(CMD|KIND|COMMAND|CODE)\b|^trace |--pack hoc")
"""What describes commands, runs the reader's own, or needs the tree of a pack (tests of these are elsewhere)."""


def shown(document: Path) -> set[str]:
    text = document.read_text(encoding="utf-8")
    commands = {inline or line for inline, line in SHOWN.findall(text)}
    return {re.split(r" [|>] ", command)[0] for command in commands if not USAGE.search(command)}


COMMANDS = sorted({command for document in DOCUMENTS if document.name != "tutorial.md" for command in shown(document)})
"""The tutorial is typed as a whole, in its own project."""


def test_there_are_some() -> None:
    assert {"check", "baseline", "baseline --prune", "graph flow NAME --format html"} <= set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_it_can_be_typed(command: str, tmp_path: Path) -> None:
    files = VIOLATED if not command.startswith("init") else {"app/a.py": "x = {}\n"}
    baseline = {"truthline-baseline.json": '{"version": 1, "findings": []}'}
    words = shlex.split(command.replace("NAME", "activation"))
    named_only = ["--help"] if len(words) == 1 else []  # in a sentence, without its arguments
    result = truthline(project(tmp_path, {**files, **baseline}), *words, *named_only)
    assert result.status in (0, 1), result.err
    assert "Traceback" not in result.err


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_what_it_links_to_exists(document: Path) -> None:
    for target in re.findall(r"\]\((?!https?:|#)([^)#\s]+)", document.read_text(encoding="utf-8")):
        assert (document.parent / target).exists(), target
