"""`truthline baseline`, end to end, and the how-to page about it."""

import re
from pathlib import Path

import pytest
from tests.cli.projects import ROOT, VIOLATED, project, truthline

FILE = "truthline-baseline.json"
PAGE = (ROOT / "docs" / "how-to" / "adopt.md").read_text(encoding="utf-8")


def test_accept_mend_and_prune(tmp_path: Path) -> None:
    project(tmp_path, VIOLATED)
    assert truthline(tmp_path, "check").status == 1
    result = truthline(tmp_path / "app", "baseline")
    said = f"{FILE}: 1 finding (1 new, 0 gone).\n"
    said += f"Next: commit {FILE}; from now on truthline check fails on what is not in it.\n"
    assert (result.status, result.out, result.err) == (0, said, "")
    checked = truthline(tmp_path, "check")
    assert checked.status == 0
    assert "1 finding in the baseline." in checked.out
    project(tmp_path, {"app/decide.py": "def decide(tenant):\n    return False\n"})
    assert f"{FILE}\n\n  4:1 error TL093[stale-baseline]" in truthline(tmp_path, "check").out
    assert truthline(tmp_path, "baseline", "--prune").out == f"{FILE}: 0 findings (0 new, 1 gone).\n"
    assert truthline(tmp_path, "check").status == 0


def test_locked_findings_are_told(tmp_path: Path) -> None:
    config = VIOLATED["truthline.toml"] + "locked = true\n"
    project(tmp_path, {**VIOLATED, "truthline.toml": config})
    result = truthline(tmp_path, "baseline")
    assert (result.status, result.out) == (
        0,
        f"{FILE}: 0 findings (0 new, 0 gone). 1 locked finding is not in it and still fails.\n",
    )
    assert truthline(tmp_path, "check").status == 1
    assert truthline(tmp_path, "check", "--exit-zero").status == 0


@pytest.mark.parametrize(
    ("files", "args", "says"),
    [
        (VIOLATED, ["--prune"], f"there is no {FILE} in "),
        ({**VIOLATED, FILE: "{"}, ["--prune"], f"{FILE} is no baseline"),
        ({"truthline.toml": "", "readme.txt": ""}, [], "there is no Python file to analyse"),
        ({"a.py": ""}, [], "no config"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(tmp_path: Path, files: dict[str, str], args: list[str], says: str) -> None:
    result = truthline(project(tmp_path, files), "baseline", *args)
    assert (result.status, result.out) == (2, "")
    assert says in result.err
    assert len(result.err.splitlines()) == 1


def test_a_damaged_baseline_is_written_anew(tmp_path: Path) -> None:
    project(tmp_path, {**VIOLATED, FILE: "{"})
    assert truthline(tmp_path, "check").status == 2
    assert truthline(tmp_path, "baseline").status == 0
    assert truthline(tmp_path, "check").status == 0


def test_what_is_in_it_can_still_be_mended(tmp_path: Path) -> None:
    project(tmp_path, {"truthline.toml": "", "app/__init__.py": '__all__ = ["gone"]\n'})
    assert truthline(tmp_path, "baseline").status == 0
    assert truthline(tmp_path, "check").status == 0
    assert truthline(tmp_path, "fix", "--diff").status == 1


def test_the_commands_of_the_page_do_what_it_says(tmp_path: Path) -> None:
    [config] = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    project(tmp_path, {**VIOLATED, "truthline.toml": config})
    commands = re.findall(r"^\$ truthline (.*)$", PAGE, re.MULTILINE)
    statuses = [truthline(tmp_path, *command.split()).status for command in commands]
    before, after = commands.index("check --statistics"), commands.index("baseline")
    assert statuses[before] == 1
    assert set(statuses[after:]) == {0}
    assert {"truthline.sarif", "truthline.html"} <= {file.name for file in tmp_path.iterdir()}
