"""The kinds that look at what a file defines: `forbid-definition`, `max-members`."""

from collections.abc import Callable

import pytest

from truthline.config import ConfigError
from truthline.model.run import Outcome

Lint = Callable[..., Outcome]


def found(outcome: Outcome) -> list[str]:
    return [f"{each.location.span.line}:{each.location.span.column} {each.message}" for each in outcome.findings]


def rule(kind: str, more: str) -> str:
    return f'select = ["R", "TL001", "TL09"]\n[[rule]]\nid = "R"\nkind = "{kind}"\nscope = ["app/s/**"]\n{more}\n'


# -- forbid-definition


@pytest.mark.parametrize(
    ("text", "keys", "names"),
    [
        ("def f(): ...\n", "what = 'function'", ["f"]),
        ("async def f(): ...\n", "what = 'function'", ["f"]),
        ("@d\ndef f(): ...\n", "what = 'function'", ["f"]),
        ("try:\n    def f(): ...\nexcept E:\n    def g(): ...\n", "what = 'function'", ["f", "g"]),
        ("class C:\n    def f(self): ...\n", "what = 'function'", []),
        ("class C:\n    def f(self): ...\n", "what = 'function'\nnames = '*.f'", ["C.f"]),
        ("class C:\n    class D:\n        def f(self): ...\n", "what = 'function'\nnames = '**.f'", ["C.D.f"]),
        ("def f():\n    def g(): ...\n", "what = 'function'\nnames = '**'", ["f", "f.g"]),
        ("def get_a(): ...\ndef put_a(): ...\n", "what = 'function'\nnames = ['get_*']", ["get_a"]),
        ("f = lambda: 1\n", "what = 'function'", []),
        ("f = lambda: 1\n", "what = ['function', 'assign']", ["f"]),
        ("X: int = 1\n(a, [b]) = 1, 2\nfor i in a: ...\n", "what = 'assign'", ["X", "a", "b", "i"]),
        ("class C: ...\n", "what = 'class'", ["C"]),
        ("import f\n", "what = ['function', 'class', 'assign']", []),
    ],
)
def test_what_is_a_definition(lint: Lint, text: str, keys: str, names: list[str]) -> None:
    outcome = lint({"app/s/a.py": text, "app/t.py": text}, rule("forbid-definition", keys))
    assert [each.message.rpartition(" ")[2].strip("`") for each in outcome.findings] == names


BASES = {
    "app/base.py": "from pydantic import BaseModel as Model\nclass Row(Model): ...\nclass Cell(Row): ...\n",
    "app/facade.py": "from app.base import *\n",
}


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("from app.facade import Cell\nclass C(Cell): ...\n", True),
        ("import app.base\nclass C(app.base.Cell): ...\n", True),
        ("from .. import base as b\nclass C(b.Row): ...\n", True),
        ("import pydantic as p\nclass C(p.BaseModel): ...\n", True),
        ("from pydantic import main\nclass C(main.BaseModel): ...\n", False),
        ("class BaseModel: ...\nclass C(BaseModel): ...\n", False),
        ("def f():\n    from pydantic import BaseModel\n    class C(BaseModel): ...\n", True),
        ("from app.base import Model\nclass C(Model): ...\n", True),
        ("class C(C): ...\n", False),
        ("class C(f()): ...\n", False),
        ("from pydantic import BaseModel\nclass C(list[int], BaseModel): ...\n", True),
    ],
)
def test_bases_are_followed(lint: Lint, text: str, is_found: bool) -> None:
    keys = "what = 'class'\nnames = '**'\nbases = 'pydantic:BaseModel'"
    assert bool(found(lint({**BASES, "app/s/a.py": text}, rule("forbid-definition", keys)))) is is_found


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("import functools\n@functools.cache\ndef f(): ...\n", True),
        ("from functools import cache as c\n@c\ndef f(): ...\n", True),
        ("from functools import cache\n@cache()\ndef f(): ...\n", True),
        ("from functools import lru_cache\n@lru_cache\ndef f(): ...\n", False),
        ("def cache(f): ...\n@cache\ndef f(): ...\n", False),
    ],
)
def test_decorators_are_followed(lint: Lint, text: str, is_found: bool) -> None:
    keys = "what = 'function'\nnames = 'f'\ndecorators = ['functools:cache']"
    assert bool(found(lint({"app/s/a.py": text}, rule("forbid-definition", keys)))) is is_found


def test_the_place_is_the_name(lint: Lint) -> None:
    text = "@a\n@b(\n  1)\nasync   def f(\n    x): ...\nclass  C: ...\n"
    outcome = lint({"app/s/a.py": text}, rule("forbid-definition", "what = ['function', 'class']"))
    spans = [each.location.span for each in outcome.findings]
    assert [(span.line, span.column, span.end_line, span.end_column) for span in spans] == [(4, 1, 4, 14), (6, 1, 6, 9)]


def test_one_function_of_one_file_is_allowed(lint: Lint) -> None:
    allow = "allow = [{ path = 'app/s/a.py', symbol = 'f', reason = 'a factory' }]"
    files = {"app/s/a.py": "def f(): ...\ndef g(): ...\n", "app/s/b.py": "def f(): ...\n"}
    outcome = lint(files, rule("forbid-definition", f"what = 'function'\n{allow}"))
    assert found(outcome) == [
        "2:1 `app.s.a` defines the function `g`",
        "1:1 `app.s.b` defines the function `f`",
    ]


def test_an_allowance_for_a_function_that_is_gone_is_stale(lint: Lint) -> None:
    allow = "allow = [{ path = 'app/s/a.py', symbol = 'f', reason = 'a factory' }]"
    outcome = lint({"app/s/a.py": "x = 1\n"}, rule("forbid-definition", f"what = 'function'\n{allow}"))
    assert [each.code for each in outcome.findings] == ["TL090"]


def test_exceptions_by_module_and_by_name(lint: Lint) -> None:
    files = {"app/s/a.py": "def f(): ...\ndef g(): ...\n", "app/s/b.py": "def f(): ...\ndef g(): ...\n"}
    keys = "what = 'function'\nexcept = ['app.s.a:f', 'g']"
    assert found(lint(files, rule("forbid-definition", keys))) == ["1:1 `app.s.b` defines the function `f`"]


# -- max-members


METHODS = """\
from typing import Protocol, overload


class C(Protocol):
    def a(self): ...
    def a(self, x): ...
    if True:
        def b(self):
            def inner(): ...
    def _c(self): ...
    def __init__(self): ...
    d = lambda self: 1
    class D:
        def e(self): ...
    @property
    def f(self): ...
    @f.setter
    def f(self, x): ...
"""


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("max = 0", ["4:1 class `C` has 3 public methods; at most 0 are allowed",
                     "13:5 class `C.D` has 1 public method; at most 0 are allowed"]),
        ("max = 3", []),
        ("max = 4\ncount = 'all'", ["4:1 class `C` has 5 methods; at most 4 are allowed"]),
        ("max = 0\nclasses = '*'", ["4:1 class `C` has 3 public methods; at most 0 are allowed"]),
        ("max = 0\nclasses = '*Bridge'", []),
        ("max = 2\nbases = 'Protocol'", ["4:1 class `C` has 3 public methods; at most 2 are allowed"]),
        ("max = 2\nbases = 'typing:Protocol'", ["4:1 class `C` has 3 public methods; at most 2 are allowed"]),
        ("max = 2\nbases = 'abc:ABC'", []),
    ],
)  # fmt: skip
def test_methods_are_counted_by_name(lint: Lint, keys: str, expected: list[str]) -> None:
    assert found(lint({"app/s/a.py": METHODS}, rule("max-members", keys))) == expected


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        ("public", ["1:1 module `app.s.a` has 2 public functions; at most 1 are allowed"]),
        ("all", ["1:1 module `app.s.a` has 3 functions; at most 1 are allowed"]),
    ],
)
def test_functions_of_a_module(lint: Lint, count: str, expected: list[str]) -> None:
    text = "def a(): ...\nasync def b(): ...\ndef _c(): ...\nclass C:\n    def d(self): ...\n"
    keys = f"of = 'module'\nmax = 1\ncount = '{count}'"
    assert found(lint({"app/s/a.py": text}, rule("max-members", keys))) == expected


@pytest.mark.parametrize(
    ("kind", "keys", "mistake"),
    [
        ("max-members", "", r"rule\[0\].max: is missing"),
        ("max-members", "max = 1\nof = 'module'\nbases = 'A'", "`classes` and `bases` speak of classes"),
        ("max-members", "max = 1\nbases = 'a:'", "is no object"),
        ("forbid-definition", "what = 'method'", "`method` is not one of"),
        ("forbid-definition", "what = 'class'\nbases = '{domain}:X'", "`{domain}:X` uses `{domain}`"),
        ("forbid-definition", "what = 'class'\nnames = 'a/b'", "`a/b` is a path; write a name with dots"),
    ],
)
def test_mistakes(lint: Lint, kind: str, keys: str, mistake: str) -> None:
    with pytest.raises(ConfigError, match=mistake):
        lint({}, rule(kind, keys))
