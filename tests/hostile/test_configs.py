"""Config files that are wrong on purpose: each ends in a sentence within seconds, and none reaches out of its tree."""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.projects import project, truthline

ROOTS = 'roots = ["."]\n'
RULE = ROOTS + '[[rule]]\nid = "R"\nkind = "forbid-text"\ntext = '
BAD: dict[str, tuple[str | bytes, str]] = {
    "a deep array": ("roots = " + "[" * 100_000, "nested too deeply"),
    "a deep closed array": ("roots = " + "[" * 50_000 + "]" * 50_000, "nested too deeply"),
    "deep dotted keys": (".".join(["a"] * 20_000) + " = 1\n", "nested too deeply"),
    "a deep table": ("[" + ".".join(["a"] * 20_000) + "]\n", "nested too deeply"),
    "deep inline tables": ("x = " + "{a = " * 20_000 + "1" + "}" * 20_000, "nested too deeply"),
    "3 megabytes": (ROOTS + "#" * 3_000_000, "is too large (the limit is 2 MB)"),
    "100,000 unknown keys": ("".join(f"k{one} = 1\n" for one in range(100_000)), "more than 200 mistakes"),
    "the same key twice": (ROOTS + ROOTS, "truthline.toml:2: no valid TOML"),
    "the same table twice": ("[flow.a]\n[flow.a]\n", "truthline.toml:2: no valid TOML"),
    "a NUL byte": (b'roots = ["."]\n\0', "truthline.toml:2: no valid TOML"),
    "latin-1": (b'roots = ["\xe9"]\n', "is not UTF-8"),
    "UTF-16": (ROOTS.encode("utf-16"), "is not UTF-8"),
    "carriage returns": (b'roots = ["."]\rinclude = ["a"]\r', "no valid TOML"),
    "100,000 digits": ("roots = " + "9" * 100_000, "no valid TOML"),
    "no numbers": ("roots = [nan, inf]\n", "must be a string"),
    "a lone surrogate": ('"\\ud800" = 1\n', "no valid TOML"),
    "escape sequences": ('roots = ["\\u001b[31m"]\n', "there is no `\\x1b[31m`"),
    "tables of other types": ("flow = 3\nstate = []\nrule = {}\n", "flow: must be a table"),
    "a root above": ('roots = ["../.."]\n', "leaves the directory of the config file"),
    "an absolute root": ('roots = ["/etc"]\n', "is absolute"),
    "somebody's home": ('roots = ["~root"]\n', "is absolute"),
    "an absolute include": (ROOTS + 'include = ["/etc/passwd"]\n', "is absolute"),
    "an exclude above": (ROOTS + 'exclude = ["../x"]\n', "leaves the directory"),
    "an absolute plugin": (ROOTS + 'plugins = ["/tmp/evil.py"]\n', "is absolute"),
    "a plugin above": (ROOTS + 'plugins = ["../evil.py"]\n', "leaves the directory of the config file"),
    "a module as a plugin": (ROOTS + 'plugins = ["os"]\n', "no installed package has an entry point"),
    "a pack above": (ROOTS + 'packs = ["../evil.toml"]\n', "leaves the directory of the config file"),
    "an absolute pack": (ROOTS + 'packs = ["/tmp/evil.toml"]\n', "is absolute"),
    "itself as a pack": (ROOTS + 'packs = ["truthline.toml"]\n', "a pack cannot name packs"),
    "migrations above": (ROOTS + '[evidence.e]\ntables = ["t"]\nmigrations = "../.."\n', "leaves the directory"),
    "documents above": (
        ROOTS + '[docs.usecases]\nindex = "../../etc/passwd"\nlinkage = "a.md"\ncase = "UC"\n',
        "leaves the directory",
    ),
    "a repeat of a repeat": (RULE + '"(a+)+$"\n', "repeats a repeat"),
    "a repeat of what may be empty": (RULE + '"(?:x*|y)*z"\n', "repeats a repeat"),
    "too many trees": (ROOTS + 'exclude = ["**/a/**/b/**/c/**/d"]\n', "more than 3 times `**/`"),
}
SECONDS = 60


@pytest.mark.parametrize("name", BAD)
def test_it_ends_in_a_sentence(name: str, tmp_path: Path) -> None:
    content, sentence = BAD[name]
    project(tmp_path, {"app/__init__.py": "x = 1\n"})
    (tmp_path / "truthline.toml").write_bytes(content if isinstance(content, bytes) else content.encode())
    started = time.monotonic()
    result = truthline(tmp_path, "check")
    assert result.status == 2, result
    assert sentence in result.err
    assert "Traceback" not in result.err
    assert "\x1b" not in result.err
    assert time.monotonic() - started < SECONDS


@pytest.mark.skipif(sys.platform == "win32", reason="needs links and pipes")
@pytest.mark.parametrize("place", ["truthline.toml", "pyproject.toml", ".gitignore", "truthline-baseline.json"])
@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda path: os.mkfifo(path), id="a pipe"),
        pytest.param(lambda path: path.symlink_to(path.name), id="a loop"),
        pytest.param(lambda path: path.symlink_to("/dev/zero"), id="a device"),
        pytest.param(lambda path: path.mkdir(), id="a directory"),
    ],
)
def test_what_is_no_file_is_not_waited_for(place: str, make: Callable[[Path], None], tmp_path: Path) -> None:
    files = {"app/__init__.py": ""}
    if place not in ("truthline.toml", "pyproject.toml"):
        files["truthline.toml"] = ROOTS
    project(tmp_path, files)
    make(tmp_path / place)
    result = truthline(tmp_path, "check", "--no-cache")
    leads_nowhere = place.endswith(".json") and not (tmp_path / place).exists()
    assert result.status == (0 if place == ".gitignore" or leads_nowhere else 2), result
    assert "Traceback" not in result.err


EXPLODING = "*" + "a*" * 12 + "b.py"


@pytest.mark.parametrize("place", ["exclude", ".gitignore"])
def test_patterns_of_files_take_linear_time(place: str, tmp_path: Path) -> None:
    files = {f"app/{'a' * 245}{one}.py": "" for one in range(20)}
    config = ROOTS + (f'exclude = ["{EXPLODING}"]\n' if place == "exclude" else "")
    project(tmp_path, {**files, "truthline.toml": config, ".gitignore": EXPLODING if place != "exclude" else ""})
    started = time.monotonic()
    assert truthline(tmp_path, "check", "--no-cache").status == 0
    assert time.monotonic() - started < SECONDS


def test_stars_mean_what_they_mean_to_git(tmp_path: Path) -> None:
    files = {f"app/{name}.py": "" for name in ("abcb", "abc", "xaxbxcx", "ab_ba", "b*c")}
    project(tmp_path, {**files, "truthline.toml": ROOTS + 'exclude = ["*a*b*c*", "*[b]?[*]?*c.py"]\n'})
    shown = truthline(tmp_path, "check", "--show-files").out.split()
    assert shown == ["app/ab_ba.py", "app/b*c.py"]
