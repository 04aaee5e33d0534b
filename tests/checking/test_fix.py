"""`truthline fix`: what it mends, and that it leaves every other byte as it was."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from truthline.api import FILE_START, Location, Meta, Program, Rule, Violation
from truthline.checking.asking import RuleError
from truthline.checking.fix import Fixes, find_fixes
from truthline.checking.options import CheckOptions
from truthline.config import load
from truthline.fixing import Edit

A = "def f(): ...\ndef g(): ...\n"
STALE = [
    ("one of two names", "from .a import f, gone\n", "from .a import f\n"),
    ("the first of two names", "from .a import gone, f\n", "from .a import f\n"),
    ("a renamed one", "from .a import gone as here, f\n", "from .a import f\n"),
    (
        "the only name takes its line with it",
        "import os\n\nfrom .a import gone\nfrom .a import f\n",
        "import os\n\nfrom .a import f\n",
    ),
    ("a comment above the line stays", "import os\n# why\nfrom .a import gone\nX = 1\n", "import os\n# why\nX = 1\n"),
    ("the last line of a file", "import os\n# end\nfrom .a import gone\n", "import os\n# end\n"),
    (
        "a list over several lines keeps its layout",
        "from .a import (\n    f,  # one\n    gone,  # two\n)\n",
        "from .a import (\n    f,  # one\n)\n",
    ),
    ("a list without a comma at its end", "from .a import (\n    f,\n    gone\n)\n", "from .a import (\n    f\n)\n"),
    ("one of two statements on a line", "import os; from .a import gone\n", "import os\n"),
    ("the first of two statements on a line", "from .a import gone; import os\n", "import os\n"),
    (
        "a block needs a statement",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .a import gone\n",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    pass\n",
    ),
    ("a module that is gone", "from .gone import x, y\nX = 1\n", "X = 1\n"),
    ("a star of a module that is gone", "from .gone import *\nX = 1\n", "X = 1\n"),
    ("a name that is used stays", "from .a import gone\nX = gone()\n", None),
    ("a guarded import has a meaning", "try:\n    from .a import gone\nexcept ImportError:\n    pass\n", None),
    ("a suppressed one stays", "from .a import gone  # truthline: allow[TL202] generated\n", None),
    ("a stale name in `__all__`", '__all__ = ["f", "gone"]\nfrom .a import f\n', '__all__ = ["f"]\nfrom .a import f\n'),
    ("the only name in `__all__`", '__all__ = ["gone"]\n', "__all__ = []\n"),
    ("a tuple of one keeps its comma", '__all__ = ("f", "gone")\nf = 1\n', '__all__ = ("f",)\nf = 1\n'),
    ("a bare tuple that is left empty", '__all__ = "gone",\n', "__all__ = ()\n"),
    ("one after the other", 'from .a import f, gone\n__all__ = ["f", "gone"]\n', 'from .a import f\n__all__ = ["f"]\n'),
    ("an unused suppression", "X = 1  # truthline: allow[TL201] old\nY = 2\n", "X = 1\nY = 2\n"),
    ("one alone on its line", "X = 1\n# truthline: allow[TL201] old\nY = 2\n", "X = 1\nY = 2\n"),
    (
        "one name of a suppression",
        "from .a import gone  # truthline: allow[TL201, TL202] generated\n",
        "from .a import gone  # truthline: allow[TL202] generated\n",
    ),
    ("an unknown name may be a slip of the pen", "X = 1  # truthline: allow[TL2O1] old\n", None),
    (
        "line ends, tabs and odd layout",
        "from .a import f , gone\r\nX = {\t1 : 2}\r\n",
        "from .a import f\r\nX = {\t1 : 2}\r\n",
    ),
    ("no newline at the end", "from .a import f, gone\nX = 1", "from .a import f\nX = 1"),
]


@pytest.mark.parametrize(("before", "after"), [pytest.param(*case[1:], id=case[0]) for case in STALE])
def test_a_package_is_mended(before: str, after: str | None, tmp_path: Path) -> None:
    assert _fixed(tmp_path, {"app/__init__.py": before.encode(), "app/a.py": A.encode()}).get("app/__init__.py") == (
        None if after is None else after.encode()
    )


@pytest.mark.parametrize(
    "prefix",
    [b"\xef\xbb\xbf", b"# -*- coding: latin-1 -*-\n# caf\xe9\n", b"#!/usr/bin/python\n\n\n"],
    ids=["byte order mark", "latin-1", "shebang"],
)
def test_the_encoding_stays(prefix: bytes, tmp_path: Path) -> None:
    files = {"app/__init__.py": prefix + b"from .a import f, gone\n", "app/a.py": A.encode()}
    assert _fixed(tmp_path, files) == {"app/__init__.py": prefix + b"from .a import f\n"}


CONTRACT = """Authority contract of state `cache`: a runtime cache only. It may be written and remembered; it
proves nothing and must never decide.
"""
DOCSTRINGS = [
    ("no docstring", "_x = {}\n", f'"""{CONTRACT}"""\n\n_x = {{}}\n'),
    ("no statement", "# nothing\n", f'# nothing\n"""{CONTRACT}"""\n'),
    ("a line", '"""A cache."""\n_x = {}\n', f'"""A cache.\n\n{CONTRACT}"""\n_x = {{}}\n'),
    ("a line in single quotes", "'A cache.'\n", f"'''A cache.\n\n{CONTRACT}'''\n"),
    (
        "an outdated contract",
        '"""A cache.\n\nAuthority contract of state `cache`: it may\ndo anything.\n\nMore.\n"""\n',
        f'"""A cache.\n\n{CONTRACT}\nMore.\n"""\n',
    ),
    ("other line ends", '"""A cache."""\r\n', f'"""A cache.\n\n{CONTRACT}"""\n'.replace("\n", "\r\n")),
    ("a docstring put together of two is left", '"A " "cache."\n', None),
    ("it is stated in other lines", f'"""A.\n\n{CONTRACT.replace(chr(10), " ")}\n"""\n', None),
]


@pytest.mark.parametrize(("before", "after"), [pytest.param(*case[1:], id=case[0]) for case in DOCSTRINGS])
def test_a_contract_is_written(before: str, after: str | None, tmp_path: Path) -> None:
    config = 'roots = ["."]\n[state.cache]\nmodules = ["cache"]\ncontract = true\n'
    fixed = _fixed(tmp_path, {"cache.py": before.encode()}, config)
    assert fixed == ({} if after is None else {"cache.py": after.encode()})
    if after is not None:
        assert _fixed(tmp_path, {"cache.py": after.encode()}, config) == {}


RULE = '[[rule]]\nid = "NO_OS"\nkind = "forbid-import"\nscope = ["app/**"]\nforbid = ["os"]\n'
ALLOWANCES = [
    (
        "one of two",
        'allow = [\n  # both move\n  { path = "app/a.py", reason = "a" },\n  { path = "app/b.py", reason = "b" },\n]\n',
        'allow = [\n  # both move\n  { path = "app/b.py", reason = "b" },\n]\n',
    ),
    ("the only one", 'allow = [{ path = "app/a.py", reason = "old" }]\n', ""),
    (
        "tables",
        '[[rule.allow]]\npath = "app/a.py"\nreason = "old"\n\n[[rule.allow]]\npath = "app/b.py"\nreason = "new"\n',
        '[[rule.allow]]\npath = "app/b.py"\nreason = "new"\n',
    ),
]


@pytest.mark.parametrize(("before", "after"), [pytest.param(*case[1:], id=case[0]) for case in ALLOWANCES])
def test_an_unused_allowance_is_taken_out_of_the_config(before: str, after: str, tmp_path: Path) -> None:
    files = {"app/a.py": b"", "app/b.py": b"import os\n" if "app/b.py" in before else b""}
    start = f'# ours\nroots = ["."]  # here\n\n{RULE}'
    fixed = _fixed(tmp_path, files, start + before)
    assert fixed == {"truthline.toml": (start + after).encode()}


def test_what_cannot_be_mended_is_counted(tmp_path: Path) -> None:
    _written(
        tmp_path, {"app/__init__.py": b"from .a import gone, lost\nX = gone\n", "app/a.py": b""}, 'roots = ["."]\n'
    )
    fixes = _fixes(tmp_path)
    assert (fixes.mended, fixes.by_hand) == (1, 1)


def test_a_rule_that_fails_to_fix_is_named(tmp_path: Path) -> None:
    class Careless(Rule):
        meta = Meta(code="XX001", name="careless", fixable=True, valid=(), invalid=())

        def check(self, program: Program) -> list[Violation]:
            return [Violation(location=Location("a.py", FILE_START), message="wrong")]

        def fix(self, program: Program, file: object, violations: Sequence[Violation]) -> Iterable[Edit]:
            raise LookupError("nothing there")

    _written(tmp_path, {"a.py": b"x = 1\n"}, 'roots = ["."]\n')
    with pytest.raises(RuleError, match=r"rule XX001 \(careless\) failed: LookupError: nothing there"):
        find_fixes(load(tmp_path), CheckOptions(jobs=1, select=("XX001",)), rules=[Careless])


def _fixed(folder: Path, files: dict[str, bytes], config: str = 'roots = ["."]\n') -> dict[str, bytes]:
    _written(folder, files, config)
    return {change.path: change.after for change in _fixes(folder).changes}


def _written(folder: Path, files: dict[str, bytes], config: str) -> None:
    for name, content in {**files, "truthline.toml": config.encode()}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _fixes(folder: Path) -> Fixes:
    return find_fixes(load(folder), CheckOptions(jobs=1))
