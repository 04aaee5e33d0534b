import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from truthline.config.schema import Config
from truthline.syntax.discovery import covers, discover
from truthline.syntax.source import MAX_SIZE


def tree(base: Path, *paths: str) -> None:
    for path in paths:
        (base / path).parent.mkdir(parents=True, exist_ok=True)
        (base / path).write_text("")


def found(base: Path, **settings: tuple[str, ...]) -> list[str]:
    return [file.path for file in discover(Config(base=str(base), **settings))]  # type: ignore[arg-type]


def reasons(base: Path) -> dict[str, str | None]:
    return {file.path: file.reason for file in discover(Config(base=str(base)))}


def test_a_tree_is_walked_in_the_order_of_its_paths(tmp_path: Path) -> None:
    tree(tmp_path, "b.py", "a/z.py", "a/__init__.py", "namespace/c.py", "notes.txt", "stub.pyi")
    assert found(tmp_path) == ["a/__init__.py", "a/z.py", "b.py", "namespace/c.py"]


def test_what_is_no_source_of_the_project_is_left_out(tmp_path: Path) -> None:
    tree(tmp_path, "a.py", ".hidden/b.py", ".c.py", "__pycache__/d.py", "node_modules/e.py", "env/pyvenv.cfg")
    tree(tmp_path, "env/lib/f.py")
    assert found(tmp_path) == ["a.py"]


def test_include_replaces_the_roots_and_may_name_files(tmp_path: Path) -> None:
    tree(tmp_path, "backend/app/a.py", "backend/tools/b.py", "c.py")
    assert found(tmp_path, roots=("backend",)) == ["backend/app/a.py", "backend/tools/b.py"]
    assert found(tmp_path, roots=("backend",), include=("backend/app", "c.py", "backend/app/")) == [
        "backend/app/a.py",
        "c.py",
    ]


def test_an_include_that_is_not_there_is_named(tmp_path: Path) -> None:
    tree(tmp_path, "notes.txt")
    files = discover(Config(base=str(tmp_path), include=("gone", "notes.txt")))
    assert [(file.path, file.reason) for file in files] == [
        ("gone", "does not exist"),
        ("notes.txt", "is neither a directory nor a Python file"),
    ]


def test_exclude_is_gitignore_syntax_from_the_config_file(tmp_path: Path) -> None:
    tree(tmp_path, "app/migrations/a.py", "app/keep.py", "app/b_test.py", "b_test.py", "top/x.py")
    exclude = ("**/migrations/**", "*_test.py", "!/b_test.py", "/top/")
    assert found(tmp_path, exclude=exclude) == ["app/keep.py", "b_test.py"]


def test_gitignore_files_hold_for_what_is_below_them(tmp_path: Path) -> None:
    tree(tmp_path, "app/build/a.py", "app/gen/b.py", "app/gen/keep.py", "app/c.py", "other/gen/d.py")
    (tmp_path / ".gitignore").write_text("build/\nc.py\n# gen\n")
    (tmp_path / "app/.gitignore").write_text("gen/*\n!gen/keep.py\n!c.py\n")
    assert found(tmp_path, include=("app", "other")) == ["app/c.py", "app/gen/keep.py", "other/gen/d.py"]


def test_an_include_that_git_ignores_is_entered_all_the_same(tmp_path: Path) -> None:
    tree(tmp_path, "build/a.py", "build/b.py", "src/build/c.py")
    (tmp_path / ".gitignore").write_text("build/\n")
    assert found(tmp_path, include=("build", "src"), exclude=("b.py",)) == ["build/a.py"]


def test_a_gitignore_that_cannot_be_read_ignores_nothing(tmp_path: Path) -> None:
    tree(tmp_path, "a.py")
    (tmp_path / ".gitignore").mkdir()
    assert found(tmp_path) == ["a.py"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_gitignore_may_be_a_pipe_or_a_trap(tmp_path: Path) -> None:
    tree(tmp_path, "a/x.py", "b/" + "a" * 200 + ".py")
    os.mkfifo(tmp_path / "a/.gitignore")
    (tmp_path / "b/.gitignore").write_text("*a" * 40 + "b\n")
    assert found(tmp_path) == ["a/x.py", "b/" + "a" * 200 + ".py"]


def test_a_tree_may_be_deeper_than_python_recurses(tmp_path: Path) -> None:
    directory = tmp_path
    for _ in range(1_200):
        directory /= "d"
        directory.mkdir()
    (directory / "x.py").write_text("")
    assert found(tmp_path) == ["/".join(["d"] * 1_200) + "/x.py"]
    subprocess.run(["rm", "-rf", tmp_path / "d"], check=True)  # too deep for pytest to remove


def test_directory_links_are_not_followed(tmp_path: Path) -> None:
    tree(tmp_path, "app/a.py")
    (tmp_path / "app/loop").symlink_to(tmp_path / "app", target_is_directory=True)
    (tmp_path / "app/linked.py").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "app/b.py").symlink_to(tmp_path / "app/a.py")
    assert found(tmp_path) == ["app/a.py", "app/b.py"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_what_is_no_regular_file_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    (tmp_path / "gone.py").symlink_to(tmp_path / "nowhere.py")
    (tmp_path / "self.py").symlink_to(tmp_path / "self.py")
    (tmp_path / "zero.py").symlink_to("/dev/zero")
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.py")
        assert reasons(tmp_path) == {
            "gone.py": "is a link that leads nowhere: No such file or directory",
            "pipe.py": "is a named pipe, not a regular file",
            "self.py": "is a link that leads nowhere: Too many levels of symbolic links",
            "socket.py": "is a socket, not a regular file",
            "zero.py": "is a device, not a regular file",
        }


def test_a_huge_file_is_not_opened(tmp_path: Path) -> None:
    with (tmp_path / "huge.py").open("wb") as stream:
        stream.truncate(MAX_SIZE + 1)
    assert reasons(tmp_path) == {"huge.py": "is too large (5.0 MB or more; the limit is 5 MB)"}


@pytest.mark.skipif(sys.platform != "linux", reason="needs file names of any bytes")
def test_a_name_that_is_no_text_is_shown_escaped(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.py")).write_text("")
    (tmp_path / "new\nline.py").write_text("")
    assert reasons(tmp_path) == {
        "caf\\udce9.py": "has a name that is not printable text",
        "new\\nline.py": "has a name that is not printable text",
    }


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_directory_without_permission_is_named(tmp_path: Path) -> None:
    tree(tmp_path, "a.py", "closed/b.py")
    (tmp_path / "closed").chmod(0)
    try:
        assert reasons(tmp_path) == {
            "a.py": None,
            "closed": "is a directory that cannot be listed: Permission denied",
        }
    finally:
        (tmp_path / "closed").chmod(0o755)


def test_an_empty_tree_has_no_files(tmp_path: Path) -> None:
    assert found(tmp_path) == []


def test_a_file_that_is_not_saved_yet_is_covered_where_it_would_be_found(tmp_path: Path) -> None:
    paths = ["a.py", "app/b.py", "app/gen/c.py", "app/gen/keep.py", "app/.d.py", "app/.h/e.py", "app/local/f.py"]
    paths += ["app/node_modules/g.py", "app/env/h.py", "app/notes.txt", "other/i.py", "application/j.py"]
    tree(tmp_path, "app/env/pyvenv.cfg", *paths)
    (tmp_path / ".gitignore").write_text("local/\n")
    (tmp_path / "app/.gitignore").write_text("gen/*\n!gen/keep.py\n")
    config = Config(base=str(tmp_path), include=("app", "a.py"), exclude=("app/c*",))
    before = [file.path for file in discover(config)]
    for path in before:
        (tmp_path / path).unlink()
    assert sorted(path for path in paths if covers(config, path)) == before == ["a.py", "app/b.py", "app/gen/keep.py"]
