"""What a run looked at, and whether it still holds."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from truthline.syntax.git import GitError
from truthline.syntax.looks import Looks, still_hold
from truthline.syntax.tree import Tree
from truthline.syntax.unread import Unparsable

LONG_AGO = 1_600_000_000


def old(path: Path, text: str) -> None:
    """A file that was written long before anybody looked at it, as far as its modification time tells."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    os.utime(path, (LONG_AGO, LONG_AGO))


@pytest.fixture
def base(tmp_path: Path) -> Path:
    old(tmp_path / "app/a.py", "A = 1\n")
    old(tmp_path / "app/notes.txt", "a\n")
    old(tmp_path / "docs/index.md", "a\n")
    (tmp_path / "empty").mkdir()
    return tmp_path


def looked(base: Path) -> Looks:
    """The looks of a run that walks one directory, reads two files and misses others."""
    tree = Tree(base)
    tree.scan("app")
    tree.read("app/a.py")
    tree.read("docs/index.md")
    assert not tree.exists("missing")
    assert tree.is_directory("empty")
    assert tree.names("docs") == {"index.md"}
    assert tree.importable("nowhere") == frozenset()
    with pytest.raises(Unparsable):
        tree.read("app/b.md")
    return tree.looks


def edit(path: str, text: str) -> Callable[[Path], object]:
    return lambda base: (base / path).write_text(text)


def edit_behind_the_clock(base: Path) -> None:
    """Same size, same modification time."""
    old(base / "app/a.py", "A = 2\n")


def edit_into_a_file(base: Path) -> None:
    (base / "empty").rmdir()
    (base / "empty").touch()


CHANGES: dict[str, Callable[[Path], object]] = {
    "a file is edited": edit("app/a.py", "A = 22\n"),
    "a file is edited, and its time put back": edit_behind_the_clock,
    "a file is gone": lambda base: (base / "app/a.py").unlink(),
    "a file that is no Python is edited": edit("docs/index.md", "b\n"),
    "a file is added where a walk sees it": edit("app/b.py", ""),
    "a directory is added where a walk sees it": lambda base: (base / "app/inner").mkdir(),
    "any file is added where all names count": edit("docs/more.md", ""),
    "a file that was missed is there": edit("app/b.md", ""),
    "a name that was missed is there": edit("missing", ""),
    "a directory has become a file": edit_into_a_file,
    "a directory that could not be listed is there": lambda base: (base / "nowhere").mkdir(),
    "a .gitignore is added": edit("app/.gitignore", "*.py\n"),
    "an environment is made": edit("app/pyvenv.cfg", ""),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_change_of_what_was_looked_at_or_looked_for_is_noticed(base: Path, change: Callable[[Path], object]) -> None:
    looks = looked(base)
    assert still_hold(base, looks) is not None
    change(base)
    assert still_hold(base, looks) is None


UNSEEN: dict[str, Callable[[Path], object]] = {
    "nothing": lambda base: None,
    "a file that nobody asked for": edit("app/more.txt", ""),
    "bytecode": lambda base: (base / "app/__pycache__").mkdir(),
    "a hidden directory": lambda base: (base / "app/.cache").mkdir(),
    "another directory": lambda base: (base / "other").mkdir(),
    "the same text with another time": edit("app/a.py", "A = 1\n"),
}


@pytest.mark.parametrize("change", UNSEEN.values(), ids=UNSEEN.keys())
def test_what_nobody_looked_at_may_change(base: Path, change: Callable[[Path], object]) -> None:
    looks = looked(base)
    change(base)
    assert still_hold(base, looks) is not None


def test_looks_hold_in_another_place_with_other_times(base: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    looks = looked(base)
    copy = tmp_path_factory.mktemp("copy") / "tree"
    shutil.copytree(base, copy, copy_function=shutil.copyfile)
    assert still_hold(copy, looks) is not None
    edit("app/a.py", "A = 3\n")(copy)
    assert still_hold(copy, looks) is None


def test_a_file_is_trusted_by_its_stat_only_once_it_is_old(base: Path) -> None:
    looks = looked(base)
    again = still_hold(base, looks)
    assert again is not None
    assert again is not looks, "just written, so read again"
    later = Looks(time.time_ns() + 10_000_000_000, again.walked, again.listed, again.kinds, again.contents)
    (base / "docs/index.md").chmod(0)
    (base / "docs/index.md").chmod(0o600)
    assert still_hold(base, later) is not later, "another change time, so read again"
    settled = still_hold(base, later)
    assert settled is not None
    later = Looks(time.time_ns() + 10_000_000_000, again.walked, again.listed, again.kinds, settled.contents)
    assert still_hold(base, later) is later


def test_a_file_that_changes_while_it_is_looked_at_never_holds(base: Path) -> None:
    tree = Tree(base)
    tree.read("app/a.py")
    edit("app/a.py", "A = 2\n")(base)
    tree.read("app/a.py")
    assert still_hold(base, tree.looks) is None


def test_what_stands_in_for_a_file_is_read_and_leaves_no_trace(base: Path) -> None:
    tree = Tree(base, {"app/a.py": b"B = 1\n", "app/new.py": b""})
    assert tree.read("app/a.py") == b"B = 1\n"
    assert tree.exists("app/new.py")
    assert tree.looks.contents == {}


def test_a_revision_that_moves_is_noticed(tmp_path: Path) -> None:
    def git(*command: str) -> None:
        identity = ["-c", "user.name=x", "-c", "user.email=x@x"]
        subprocess.run(["git", "-C", str(tmp_path), *identity, *command], check=True, capture_output=True)

    git("init", "-q", "-b", "main")
    git("commit", "-q", "--allow-empty", "-m", "one")
    tree = Tree(tmp_path)
    assert tree.revision("main") == {}
    with pytest.raises(GitError):
        tree.revision("v1")
    assert still_hold(tmp_path, tree.looks) is not None
    git("tag", "v1")
    assert still_hold(tmp_path, tree.looks) is None
    git("tag", "-d", "v1")
    git("commit", "-q", "--allow-empty", "-m", "two")
    assert still_hold(tmp_path, tree.looks) is None
