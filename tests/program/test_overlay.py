"""Text that stands in for a file is read as the file would be."""

from pathlib import Path

import pytest

from truthline.config.schema import Config
from truthline.program.load import load_modules
from truthline.program.modules import Modules


def overlaid(base: Path, **texts: bytes) -> Modules:
    """Keywords are paths with `__` for a slash."""
    (base / "app").mkdir()
    (base / "app" / "a.py").write_text("old = 1\n", encoding="utf-8")
    overlay = {f"{name.replace('__', '/')}.py": text for name, text in texts.items()}
    return load_modules(Config(base=str(base)), 1, overlay=overlay)


def test_it_takes_the_place_of_a_file(tmp_path: Path) -> None:
    modules = overlaid(tmp_path, app__a=b"new = 1\n")
    assert list(modules.by_file) == ["app/a.py"]
    assert modules.definitions("app.a", "new")
    assert modules.source("app/a.py") == b"new = 1\n"
    assert modules.source_lines("app/a.py") == ["new = 1", ""]


@pytest.mark.parametrize(("path", "name"), [("app__b", "app.b"), ("app__deep__er__c", "app.deep.er.c"), ("d", "d")])
def test_a_file_that_does_not_exist_is_one_more(tmp_path: Path, path: str, name: str) -> None:
    modules = overlaid(tmp_path, **{path: b"x = 1\n"})
    assert set(modules.by_name) == {"app.a", name}
    assert modules.get(name) is not None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"x = = 1\n", "does not parse: invalid syntax"),
        (b"x = '\xe9'\n", "is not valid utf-8 (byte 0xe9)"),
        (b"(" * 5_000 + b")" * 5_000, "does not parse: too many nested parentheses"),
        (b"#" * 5_000_001, "is too large (5.0 MB or more; the limit is 5 MB)"),
    ],
)
def test_it_can_be_as_broken_as_a_file(tmp_path: Path, text: bytes, reason: str) -> None:
    [unread] = overlaid(tmp_path, app__a=text).unread
    assert (unread.file, unread.reason) == ("app/a.py", reason)


def test_nothing_is_left_behind_and_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    overlaid(tmp_path, app__a=b"new = 1\n", app__b=b"x = 1\n")
    assert list(scratch.iterdir()) == []
    assert (tmp_path / "app" / "a.py").read_text(encoding="utf-8") == "old = 1\n"
    assert not (tmp_path / "app" / "b.py").exists()


def test_workers_read_it_too(tmp_path: Path) -> None:
    (tmp_path / "large.py").write_bytes(b"x = 1\n" * 60_000)  # more than is read in this process
    (tmp_path / "a.py").write_bytes(b"old = 1\n")
    modules = load_modules(Config(base=str(tmp_path)), 2, overlay={"a.py": b"new = 1\n", "b.py": b"x = = 1\n"})
    assert modules.definitions("a", "new")
    assert not modules.definitions("a", "old")
    assert [unread.file for unread in modules.unread] == ["b.py"]
