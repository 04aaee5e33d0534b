"""The example of the README is what truthline really says."""

import re
from pathlib import Path

import pytest
from tests.cli.projects import ROOT, project, truthline

README = (ROOT / "README.md").read_text(encoding="utf-8")


def block(language: str, after: str) -> str:
    """The first code block of this language after a phrase."""
    match = re.search(rf"```{language}\n(.*?)```", README.split(after, 1)[1], re.DOTALL)
    assert match is not None
    return match[1]


@pytest.fixture
def example(tmp_path: Path) -> Path:
    files = {
        "app/cache.py": block("python", "in `app/cache.py`"),
        "app/decide.py": block("python", "in `app/decide.py`"),
        "truthline.toml": block("toml", "in `truthline.toml`"),
    }
    return project(tmp_path, files)


def test_the_report_is_the_one_that_is_printed(example: Path) -> None:
    result = truthline(example, "check")
    assert (result.out, result.status) == (block("text", "What `truthline check` says"), 1)


@pytest.mark.parametrize("command", sorted(set(re.findall(r"`truthline ((?:why|explain) [^`]*)`", README))))
def test_the_commands_it_names_work(example: Path, command: str) -> None:
    assert truthline(example, *command.split()).status in (0, 1)


def test_the_files_it_points_to_exist() -> None:
    for target in re.findall(r"\]\((?!http)([^)#]+)\)", README):
        assert (ROOT / target).exists(), target
