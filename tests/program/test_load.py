"""A tree full of traps is read to its end: one sentence for each trap, everything else analysed."""

import os
import sys
import time
from pathlib import Path

import pytest

from truthline.config.schema import Config
from truthline.program.load import load_modules

GOOD = {
    "empty.py": b"",
    "returns.py": b"import os\rx = 1\r",
    "form_feed.py": b"x = 1\n\f\ny = 2\n",
    "latin.py": b"# coding: latin-1\nx = '\xe9'\n",
    "long_string.py": b"x = '" + b"a" * 1_000_000 + b"'",
    "long_function.py": b"def f():\n" + b"    x = 1\n" * 20_000,
}
BAD = {
    "binary.py": (b"\x7fELF\x02\x01\x01\0\0", "contains NUL bytes (a binary file, or UTF-16)"),
    "deep.py": (b"(" * 5_000 + b")" * 5_000, "does not parse: too many nested parentheses"),
    "not_utf8.py": (b"x = '\xe9'\n", "is not valid utf-8 (byte 0xe9)"),
    "syntax.py": (b"x = = 1\n", "does not parse: invalid syntax"),
    "utf16.py": ("x = 1\n".encode("utf-16"), "is UTF-16, which Python does not read as source"),
}

LONG = b"x = " + b"+".join([b"1"] * 100_000)
if sys.version_info >= (3, 11):
    BAD["long.py"] = (LONG, "nests more deeply than the parser can follow")
else:
    GOOD["long.py"] = LONG


@pytest.mark.parametrize("jobs", [1, 2])
def test_every_trap_is_one_sentence(tmp_path: Path, jobs: int) -> None:
    for name, content in GOOD.items():
        (tmp_path / name).write_bytes(content)
    for name, (content, _) in BAD.items():
        (tmp_path / name).write_bytes(content)
    expected = {name: reason for name, (_, reason) in BAD.items()} | _special_files(tmp_path)
    started = time.monotonic()
    modules = load_modules(Config(base=str(tmp_path)), jobs=jobs)
    assert {each.file: each.reason for each in modules.unread} == expected
    assert sorted(module.file for module in modules.by_file.values() if module.outline) == sorted(GOOD)
    assert time.monotonic() - started < 30


def _special_files(base: Path) -> dict[str, str]:
    """What only some systems have."""
    if sys.platform == "win32":
        return {}
    os.mkfifo(base / "pipe.py")
    (base / "loop").symlink_to(base, target_is_directory=True)
    (base / "gone.py").symlink_to("nowhere")
    return {
        "pipe.py": "is a named pipe, not a regular file",
        "gone.py": "is a link that leads nowhere: No such file or directory",
    }


def test_progress_counts_to_the_end(tmp_path: Path) -> None:
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_text("x = 1")
    calls: list[tuple[int, int]] = []
    load_modules(Config(base=str(tmp_path)), jobs=1, progress=lambda done, total: calls.append((done, total)))
    assert calls == [(1, 2), (2, 2)]


def test_an_empty_tree_has_no_modules(tmp_path: Path) -> None:
    modules = load_modules(Config(base=str(tmp_path)), jobs=4)
    assert (modules.by_file, modules.unread, modules.edges()) == ({}, (), ())


def test_an_include_that_is_not_there_is_unread(tmp_path: Path) -> None:
    modules = load_modules(Config(base=str(tmp_path), include=("app",)), jobs=1)
    assert [(each.file, each.reason) for each in modules.unread] == [("app", "does not exist")]


def test_the_number_of_workers_changes_nothing(tmp_path: Path) -> None:
    for index in range(40):
        (tmp_path / f"m{index}.py").write_text(f"import m{index + 1}\n" + "x = 1\n" * 2_000)
    one, two = (load_modules(Config(base=str(tmp_path)), jobs=jobs) for jobs in (1, 2))
    assert list(one.by_file.values()) == list(two.by_file.values())
    assert one.edges() == two.edges()
