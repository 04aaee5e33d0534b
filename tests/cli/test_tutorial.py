"""The tutorial, typed from beginning to end: its files are written, its commands run, its answers compared."""

import re
import shlex
from pathlib import Path

from tests.cli.projects import ROOT, project, truthline

PAGE = ROOT / "docs" / "tutorial.md"
BLOCK = re.compile(r"(?:`(?P<file>[\w./]+)`[^`\n]*:\n\n)?```(?P<language>\w+)\n(?P<text>.*?)```", re.DOTALL)
STATUSES = [0, 0, 1, 0, 0, 0, 0, 1]


def test_every_answer_is_the_one_that_is_printed(tmp_path: Path) -> None:
    text = PAGE.read_text(encoding="utf-8")
    statuses = []
    for block in BLOCK.finditer(text):
        if block["language"] != "console":
            assert block["file"], block["text"]
            project(tmp_path, {block["file"]: block["text"]})
        elif "$ truthline" in block["text"]:
            line, _, shown = block["text"].partition("\n")
            result = truthline(tmp_path, *shlex.split(line.removeprefix("$ truthline ")))
            statuses.append(result.status)
            if shown:
                assert result.out == shown, line
    assert statuses == STATUSES
