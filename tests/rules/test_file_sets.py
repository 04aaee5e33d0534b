"""The kinds that look at which files there are, and who needs them."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from truthline.config import ConfigError
from truthline.model.run import Outcome

Lint = Callable[..., Outcome]


def rule(kind: str, keys: str) -> str:
    return f'select = ["R", "TL001", "TL003", "TL09"]\n[[rule]]\nid = "R"\nkind = "{kind}"\n{keys}\n'


def found(outcome: Outcome) -> list[str]:
    return [f"{each.location.file}:{each.location.span.line} {each.message}" for each in outcome.findings]


# -- unique-file


@pytest.mark.parametrize(
    ("files", "keys", "expected"),
    [
        (["a/x.py", "b/x.py"], "scope = ['**/x.py']", ["b/x.py:1 `b/x.py` is another; only `a/x.py` may be"]),
        (["a/x.py", "b/y.py"], "scope = ['**/x.py']", []),
        (["b/y.py"], "scope = ['**/x.py']", ["truthline.toml:2 the scope of rule `R` matches no file"]),
        (["b/y.py"], "scope = ['**/x.py']\nmay-be-empty = true", []),
        (["a/x.py", "b/x.py"], "scope = ['{dir}/x.py']", []),
        (["a/x.py", "a/c/x.py", "b/x.py"], "scope = ['{dir}/**/x.py']",
         ["a/x.py:1 `a/x.py` is another; only `a/c/x.py` may be"]),
        (["a/x.py", "b/x.py"], "scope = ['**/x.py']\ncanonical = 'b/x.py'",
         ["a/x.py:1 `a/x.py` is another; only `b/x.py` may be"]),
        (["a/x.py"], "scope = ['**/x.py']\ncanonical = 'b/x.py'",
         ["a/x.py:1 `a/x.py` is another; only `b/x.py`, which is missing, may be"]),
        (["a.py"], "scope = ['**/x.py']\ncanonical = 'b/x.py'\nmay-be-empty = true",
         ["truthline.toml:6 rule `R`: there is no `b/x.py`"]),
        (["a/m/x.py", "a/x.py"], "scope = ['{d}/**/x.py']\ncanonical = '{d}/x.py'",
         ["a/m/x.py:1 `a/m/x.py` is another; only `a/x.py` may be"]),
        (["a/x.py", "b/x.py", "b/y.py", "c/y.py"], "by = 'name'\nscope = ['**/*.py', '!c/**']",
         ["b/x.py:1 `b/x.py` is another; only `a/x.py` may be"]),
        (["a/x.py", "b/y.py", "c/x.py", "c/y.py"], "scope = ['{d}/x.py']\nfor-each = '{d}/*.py'",
         ["b/y.py:1 there is no file for d `b`"]),
    ],
)  # fmt: skip
def test_one_file(lint: Lint, files: list[str], keys: str, expected: list[str]) -> None:
    assert found(lint(dict.fromkeys(files, ""), rule("unique-file", keys))) == expected


def test_a_file_that_cannot_be_read_is_a_file(lint: Lint) -> None:
    outcome = lint({"a/x.py": "def", "b/x.py": ""}, rule("unique-file", "scope = ['**/x.py']"))
    assert "b/x.py:1 `b/x.py` is another; only `a/x.py` may be" in found(outcome)


def test_an_allowance_is_by_path_not_by_name(lint: Lint) -> None:
    allow = "allow = [{ path = 'b/x.py', reason = 'moving' }]"
    outcome = lint(
        dict.fromkeys(["a/x.py", "b/x.py", "c/x.py"], ""), rule("unique-file", f"scope = ['**/x.py']\n{allow}")
    )
    assert found(outcome) == ["c/x.py:1 `c/x.py` is another; only `a/x.py` may be"]


# -- frozen-files

OLD = {"s/a.py": "", "s/b.py": "x = 1\n", "t.py": ""}


@pytest.mark.parametrize(
    ("files", "keys", "expected"),
    [
        ({}, "files = ['s/a.py', 's/b.py']", []),
        ({"s/c.py": ""}, "files = ['s/a.py', 's/b.py']", ["s/c.py:1 `s/c.py` is new where nothing may be added"]),
        ({"s/d/a.py": ""}, "files = ['s/a.py', 's/b.py']", ["s/d/a.py:1 `s/d/a.py` is new where nothing may be added"]),
        ({"s/d/a.py": ""}, "files = ['s/**']", []),
        ({}, "files = ['s/a.py', 's/b.py',\n 's/gone.py']",
         ["truthline.toml:7 `s/gone.py` matches no file of rule `R` any more; take it off the list"]),
        ({}, "files = ['s/a.py', 's/b.py', 't.py']",
         ["truthline.toml:6 `t.py` matches no file of rule `R` any more; take it off the list"]),
        ({"list.txt": "# services\ns/a.py\n\n  s/b.py  # old\n"}, "listing = 'list.txt'", []),
        ({"list.txt": "s/a.py\ns/b.py\ns/c.py\n"}, "listing = 'list.txt'",
         ["list.txt:3 `s/c.py` matches no file of rule `R` any more; take it off the list"]),
        ({"list.txt": "s/{a.py\n"}, "listing = 'list.txt'",
         ["list.txt:1 rule `R`: a brace is left open in `{a.py`; a capture is written `{name}` or `{!name}`"]),
        ({}, "listing = 'gone.txt'",
         ["truthline.toml:6 rule `R`: gone.txt cannot be opened: No such file or directory"]),
        ({"s/c.py": "def"}, "files = ['s/a.py', 's/b.py']",
         ["s/c.py:1 this file was not analysed: does not parse: invalid syntax",
          "s/c.py:1 `s/c.py` is new where nothing may be added"]),
    ],
)  # fmt: skip
def test_a_list_only_shrinks(lint: Lint, files: dict[str, str], keys: str, expected: list[str]) -> None:
    outcome = lint({**OLD, **files}, rule("frozen-files", f"scope = ['s/**']\n{keys}"))
    assert sorted(found(outcome)) == sorted(expected)


@pytest.fixture
def committed(tmp_path: Path) -> Callable[..., None]:
    """Commit files below a directory of the repository."""

    def commit(files: dict[str, str], base: str = ".") -> None:
        folder = tmp_path / base
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(text.encode())
        for command in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-qm", "x"], ["tag", "v1"]):
            identity = ["-c", "user.name=x", "-c", "user.email=x@x", "-c", "core.autocrlf=false"]
            subprocess.run(["git", "-C", str(tmp_path), *identity, *command], check=True, capture_output=True)

    return commit


@pytest.mark.parametrize(
    ("files", "keys", "expected"),
    [
        ({}, "revision = 'v1'", []),
        ({"s/c.py": ""}, "revision = 'v1'", ["s/c.py:1 `s/c.py` is new where nothing may be added"]),
        ({"s/c.py": ""}, "revision = 'main'\nfiles = ['s/c.py']", []),
        ({"s/b.py": "x = 2\n"}, "revision = 'v1'", []),
        ({"s/b.py": "x = 2\n"}, "revision = 'v1'\nunchanged = true",
         ["s/b.py:1 `s/b.py` is frozen, and not as it is at `v1`"]),
        ({"s/b.py": "x = 1\r\n"}, "revision = 'v1'\nunchanged = true", []),
        ({}, "revision = 'gone'", ["truthline.toml:6 rule `R`: git knows no commit `gone` in TOP"]),
        ({}, "revision = '--all'", ["truthline.toml:6 rule `R`: git knows no commit `--all` in TOP"]),
    ],
)  # fmt: skip
def test_a_revision(
    lint: Lint,
    committed: Callable[..., None],
    tmp_path: Path,
    files: dict[str, str],
    keys: str,
    expected: list[str],
) -> None:
    committed(OLD)
    outcome = lint({**OLD, **files}, rule("frozen-files", f"scope = ['s/**']\n{keys}"))
    assert [each.replace(str(tmp_path.resolve()), "TOP") for each in found(outcome)] == expected


def test_what_was_removed_from_an_unchanged_set(lint: Lint, committed: Callable[..., None], tmp_path: Path) -> None:
    committed({**OLD, "s/é c.py": "", "s/note.txt": ""})
    (tmp_path / "s/é c.py").unlink()
    outcome = lint(OLD, rule("frozen-files", "scope = ['s/**']\nrevision = 'v1'\nunchanged = true"))
    assert found(outcome) == ["truthline.toml:6 `s/é c.py` is frozen, and was removed since `v1`"]


def test_a_config_below_the_top_of_its_repository(lint: Lint, committed: Callable[..., None], tmp_path: Path) -> None:
    committed({"other/s/c.py": ""})
    outcome = lint({**OLD, "s/c.py": ""}, rule("frozen-files", "scope = ['s/c.py']\nrevision = 'v1'"))
    assert found(outcome) == ["s/c.py:1 `s/c.py` is new where nothing may be added"]


def test_no_repository_at_all(lint: Lint) -> None:
    [finding] = lint(OLD, rule("frozen-files", "scope = ['s/**']\nrevision = 'main'")).findings
    assert "not a git repository" in finding.message


# -- marker-dependents

TOMB = {"p/__init__.py": "", "p/old.py": "# TOMBSTONE: gone\n", "p/new.py": ""}


@pytest.mark.parametrize(
    ("importer", "is_needed"),
    [
        ("", False),
        ("import p\n", False),
        ("import p.new\n", False),
        ("# p.old\nx = 'p.old'\n", False),
        ("import p.old\n", True),
        ("from p import old\n", True),
        ("from p import old as o\n", True),
        ("from p.old import x\n", True),
        ("def f():\n    from p.old import x\n", True),
        ("import importlib\nimportlib.import_module('p.old')\n", True),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import p.old\n", True),
    ],
)
def test_who_needs_a_tombstone(lint: Lint, importer: str, is_needed: bool) -> None:
    keys = "marker = '^# TOMBSTONE'\ndependents = 'required'"
    expected = [] if is_needed else ["p/old.py:1 `p.old` is marked `# TOMBSTONE`, and no module imports it"]
    assert found(lint({**TOMB, "main.py": importer}, rule("marker-dependents", keys))) == expected


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("", ["h/a.py:1", "main.py:2", "p/__init__.py:1"]),
        ("from = ['**', '!h/**']", ["main.py:2", "p/__init__.py:1"]),
        ("from = 'h/**'", ["h/a.py:1"]),
        ("unless = 'FLAG'", ["h/a.py:1", "p/__init__.py:1"]),
        ("type-checking = false", ["h/a.py:1", "main.py:2", "p/__init__.py:1"]),
    ],
)
def test_who_may_not_need_a_stub(lint: Lint, keys: str, expected: list[str]) -> None:
    files = {
        "p/__init__.py": "from .old import x, y\n",
        "p/old.py": '"""Stub.\n\nSTUB: yes\n"""\nimport p.old\n',
        "main.py": "FLAG = 1\nimport p.old\n",
        "h/a.py": "from p import old\n",
    }
    config = rule("marker-dependents", f"marker = 'STUB: yes'\ndependents = 'forbidden'\n{keys}")
    messages = found(lint(files, config))
    assert [message.partition(" ")[0] for message in messages] == expected


@pytest.mark.parametrize(
    ("text", "keys", "is_marked"),
    [
        ("X = 'TOMBSTONE'\n", "", False),
        ("X = 'TOMBSTONE'\n", "in = ['strings']", True),
        ("TOMBSTONE = 1\n", "", False),
        ("def f():\n    # TOMBSTONE\n    ...\n", "", True),
        ("# a TOMBSTONE\n", "", True),
    ],
)
def test_where_a_marker_stands(lint: Lint, text: str, keys: str, is_marked: bool) -> None:
    config = rule("marker-dependents", f"marker = 'TOMBSTONE'\ndependents = 'required'\n{keys}")
    assert bool(found(lint({"a.py": text}, config))) is is_marked


@pytest.mark.parametrize(
    ("kind", "keys", "mistake"),
    [
        (
            "unique-file",
            "scope = ['{d}/x.py']\nfor-each = '{e}/*.py'",
            "`for-each` must capture what the scope captures",
        ),
        ("unique-file", "scope = ['{d}/x.py']\nfor-each = '{d}/*.py'\nby = 'name'", "`for-each` says nothing of names"),
        ("unique-file", "canonical = '{d}/x.py'", "is not captured"),
        ("frozen-files", "", "needs `files`, `listing` or `revision`"),
        ("frozen-files", "files = ['a.py']\nunchanged = true", "`unchanged` needs a `revision`"),
        ("frozen-files", "listing = '/etc/passwd'", "is absolute"),
        ("marker-dependents", "marker = 'a'", r"rule\[0\].dependents: is missing"),
        ("marker-dependents", "marker = '('\ndependents = 'required'", "is no regular expression"),
    ],
)
def test_mistakes(lint: Lint, kind: str, keys: str, mistake: str) -> None:
    with pytest.raises(ConfigError, match=mistake):
        lint({}, rule(kind, keys))
