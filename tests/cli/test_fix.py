"""`truthline fix`, end to end."""

import stat
from pathlib import Path

from tests.cli.projects import project, truthline

BROKEN = {
    "truthline.toml": 'roots = ["."]\n',
    "app/__init__.py": 'from .a import f, gone\n\n__all__ = ["f", "gone"]\n',
    "app/a.py": "def f(): ...\n",
}
MENDED = 'from .a import f\n\n__all__ = ["f"]\n'


def test_it_mends_and_then_has_nothing_to_do(tmp_path: Path) -> None:
    project(tmp_path, BROKEN)
    first = truthline(tmp_path, "fix")
    assert (first.status, first.out) == (0, "Mended 2 findings in 1 file.\n")
    assert (tmp_path / "app/__init__.py").read_text() == MENDED
    assert truthline(tmp_path, "fix").out == "Nothing to mend.\n"
    assert truthline(tmp_path, "check").status == 0


def test_a_diff_changes_nothing(tmp_path: Path) -> None:
    project(tmp_path, BROKEN)
    result = truthline(tmp_path, "fix", "--diff")
    assert result.status == 1
    assert result.out.splitlines() == [
        "--- a/app/__init__.py",
        "+++ b/app/__init__.py",
        "@@ -1,3 +1,3 @@",
        "-from .a import f, gone",
        "+from .a import f",
        " ",
        '-__all__ = ["f", "gone"]',
        '+__all__ = ["f"]',
    ]
    assert (tmp_path / "app/__init__.py").read_text() == BROKEN["app/__init__.py"]


def test_only_what_is_selected_is_mended(tmp_path: Path) -> None:
    project(tmp_path, BROKEN)
    assert truthline(tmp_path, "fix", "--select", "TL203").status == 0
    assert (tmp_path / "app/__init__.py").read_text() == 'from .a import f, gone\n\n__all__ = ["f", "gone"]\n'
    assert truthline(tmp_path, "fix", "--ignore", "TL203").status == 0
    assert (tmp_path / "app/__init__.py").read_text() == 'from .a import f\n\n__all__ = ["f", "gone"]\n'


def test_permissions_stay_and_no_file_is_left_beside(tmp_path: Path) -> None:
    project(tmp_path, BROKEN)
    file = tmp_path / "app/__init__.py"
    file.chmod(0o750)
    truthline(tmp_path, "fix")
    assert stat.S_IMODE(file.stat().st_mode) == 0o750
    assert {each.name for each in file.parent.iterdir()} == {"__init__.py", "a.py"}
