"""`truthline explain`, end to end."""

from pathlib import Path

import pytest
from tests.cli.projects import CONFIG, project, truthline

WITH_NAMES = (
    'aliases = { TL103 = "CACHE_READ" }\n'
    + CONFIG
    + '\n[[rule]]\nid = "NO_SOCKETS"\nkind = "forbid-import"\nscope = ["app/**"]\nforbid = ["socket"]\n'
)


@pytest.mark.parametrize("word", ["TL103", "state-read"])
def test_a_rule_is_explained_without_a_config(tmp_path: Path, word: str) -> None:
    result = truthline(tmp_path, "explain", word)
    assert (result.status, result.err) == (0, "")
    assert result.out.startswith("TL103 state-read\n  severity: error\n")
    for heading in ("What it does:", "Why it is bad:", "How to fix:", "How to allow:", "Bad: ", "Good: "):
        assert f"\n{heading}" in result.out


@pytest.mark.parametrize(("word", "code"), [("CACHE_READ", "TL103"), ("NO_SOCKETS", "TL401")])
def test_a_team_may_use_its_own_names(tmp_path: Path, word: str, code: str) -> None:
    result = truthline(project(tmp_path, {"truthline.toml": WITH_NAMES, "app/a.py": ""}), "explain", word)
    assert result.status == 0
    assert result.out.startswith(f"{code} ")
    assert f"in this config: {word}" in result.out


def test_an_unknown_rule_gets_a_suggestion(tmp_path: Path) -> None:
    result = truthline(tmp_path, "explain", "state-raed")
    assert (result.status, result.out) == (2, "")
    assert "there is no rule `state-raed`; did you mean `state-read`?" in result.err


def test_lines_hold_80_columns(tmp_path: Path) -> None:
    prose = truthline(tmp_path, "explain", "TL105").out.split("\nBad: ")[0]
    assert [line for line in prose.splitlines() if len(line) > 80] == []
