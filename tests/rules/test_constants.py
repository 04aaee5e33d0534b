"""The kinds that hold written values against something: `assign`, `decorator`."""

from collections.abc import Callable

import pytest

from truthline.config import ConfigError
from truthline.model.run import Outcome

Lint = Callable[..., Outcome]

AROUND = {
    "app/__init__.py": "",
    "app/settings.py": "LIMIT = 60 * 5\nclass Intent:\n    READ = 'read'\n    WRITE = 'write'\n",
    "app/facade.py": "from app.settings import LIMIT as MOST, Intent\nALIAS = MOST\n",
    "pyproject.toml": "[project]\nversion = '1.2'\nports = [80, 443]\n[tool.x]\nlimit = 300\n",
    "package.json": '{"version": "1.2", "list": [{"n": 3}]}',
    "CHANGES.md": "# Changes\n\n## 1.2 (today)\n\n## 1.1\n",
}  # fmt: skip


def found(outcome: Outcome) -> list[str]:
    return [
        f"{each.location.file}:{each.location.span.line}:{each.location.span.column} {each.message}"
        for each in outcome.findings
    ]


def check(lint: Lint, kind: str, text: str, keys: str) -> list[str]:
    config = f'select = ["R", "TL001"]\n[[rule]]\nid = "R"\nkind = "{kind}"\nscope = ["app/a.py"]\n{keys}\n'
    return found(lint({**AROUND, "app/a.py": text}, config))


# -- assign


@pytest.mark.parametrize(
    ("text", "keys", "expected"),
    [
        ("X = 1\n", "", []),
        ("", "", ["1:1 `X` is not assigned"]),
        ("def f():\n    X = 1\n", "", ["1:1 `X` is not assigned"]),
        ("class C:\n    X = 1\n", "", ["1:1 `X` is not assigned"]),
        ("X == 1\nprint(X)\n", "", ["1:1 `X` is not assigned"]),
        ("X: int\n", "", ["1:1 `X` is not assigned"]),
        ("X: int = 1\n", "value = 1", []),
        ("try:\n    X = 1\nexcept E:\n    X = 2\n", "value = 1", ["4:5 `X` is `2`, not `1`"]),
        ("X, Y = 2, 1\n", "value = 1", ["1:1 `X` is `2`, not `1`"]),
        ("(X, *Y) = f()\n", "value = 1", []),
        ("Y = X = 2\n", "value = 1", ["1:5 `X` is `2`, not `1`"]),
        ("X = '1'\n", "value = 1", ["1:1 `X` is `'1'`, not `1`"]),
        ("X = True\n", "value = 1", ["1:1 `X` is `True`, not `1`"]),
        ("X = True\n", "value = true", []),
        ("X = 60*60\n", "value = 3600", []),
        ("X = -1\n", "value = -1", []),
        ("X = 1e3\n", "value = 1000.0", []),
        ("X = ('a'\n     'b')\n", "value = 'ab'", []),
        ("X = f'ab'\n", "value = 'ab'", ["1:1 `X` is `f'ab'`, not `ab`"]),
        ("X = (1, 2)\n", "value = [1, 2]", []),
        ("X = [1, 3]\n", "value = [1, 2]", ["1:1 `X` is `[1, 3]`, not `[1, 2]`"]),
        ("from app.settings import LIMIT\nX = LIMIT\n", "value = 300", []),
        ("from app.facade import ALIAS\nX = ALIAS\n", "value = 300", []),
        ("from app import facade\nX = facade.MOST\n", "value = 301", ["2:1 `X` is `facade.MOST`, not `301`"]),
        ("from app.settings import Intent\nX = Intent.READ\n", "value = 'Intent.READ'", []),
        ("from app.settings import Intent\nX = Intent.READ\n", "value = 'read'", []),
        ("from app.settings import Intent\nX = Intent.READ\n", "pattern = 'Intent\\.(READ|PURE)'", []),
        ("X = 'abc'\n", "pattern = 'ab'", ["1:1 `X` is `'abc'`, which does not match `ab`"]),
        ("X = 'abc'\n", "pattern = 'ab.'", []),
        ("X = f()\n", "pattern = 'f\\(\\)'", []),
        ("X = 1\n", "presence = 'forbidden'", ["1:1 `X` is assigned"]),
        ("Y = 1\n", "presence = 'forbidden'", []),
        ("Y = 1\n", "presence = 'optional'\nvalue = 2", []),
        ("X = 1\n", "presence = 'optional'\nvalue = 2", ["1:1 `X` is `1`, not `2`"]),
        ("Y = 1\n", "when = 'commit'", []),
        ("commit = 1\n", "when = 'commit'", ["1:1 `X` is not assigned"]),
        ("commit = 1\n", "unless = 'commit'", []),
        ("from app.settings import LIMIT as X\n", "value = 300", []),
        ("from app.settings import LIMIT as X\n", "value = 301", ["1:26 `X` is `X`, not `301`"]),
        ("from app.settings import X\n", "value = 300", ["1:26 `X` is `X`, not `300`"]),
        ("X = X\n", "value = 300", ["1:1 `X` is `X`, not `300`"]),
        ("for X in (1, 2): ...\n", "value = 1", ["1:1 `X` is not assigned"]),
    ],
)
def test_assignments(lint: Lint, text: str, keys: str, expected: list[str]) -> None:
    assert check(lint, "assign", text, f"name = 'X'\n{keys}") == [f"app/a.py:{each}" for each in expected]


@pytest.mark.parametrize(
    ("text", "place", "expected"),
    [
        ("X = '1.2'", 'same-in = { file = "pyproject.toml", key = "project.version" }', []),
        ("X = '1.3'", 'same-in = { file = "pyproject.toml", key = "project.version" }',
         ["app/a.py:1:1 `X` is `'1.3'`, not `1.2` as pyproject.toml"]),
        ("X = 300", 'same-in = { file = "pyproject.toml", key = "tool.x.limit" }', []),
        ("X = '300'", 'same-in = { file = "pyproject.toml", key = "tool.x.limit" }',
         ["app/a.py:1:1 `X` is `'300'`, not `300` as pyproject.toml"]),
        ("X = (80, 443)", 'same-in = { file = "pyproject.toml", key = "project.ports" }', []),
        ("X = 3", 'same-in = { file = "package.json", key = "list.0.n" }', []),
        ("X = '1.2'", "same-in = { file = 'CHANGES.md', pattern = '^## (\\S+)' }", []),
        ("X = 1.2", "same-in = { file = 'CHANGES.md', pattern = '^## (\\S+)' }", []),
        ("X = '1.1'", "same-in = { file = 'CHANGES.md', pattern = '^## (\\S+)' }",
         ["app/a.py:1:1 `X` is `'1.1'`, not `1.2` as CHANGES.md"]),
        ("X = 300", 'same-as = "app.settings:LIMIT"', []),
        ("X = 299", 'same-as = "app.settings:LIMIT"',
         ["app/a.py:1:1 `X` is `299`, not `60 * 5` as `app.settings:LIMIT`"]),
        ("X = 'read'", 'same-as = "app.settings:Intent.READ"', []),
        ("X = 1", 'same-in = { file = "pyproject.toml", key = "project.name" }',
         ["truthline.toml:7:1 rule `R`: pyproject.toml has no key `project.name`"]),
        ("X = 1", 'same-in = { file = "gone.json", key = "a" }',
         ["truthline.toml:7:1 rule `R`: gone.json cannot be opened: No such file or directory"]),
        ("X = 1", "same-in = { file = 'CHANGES.md', pattern = '^### (.*)' }",
         ["truthline.toml:7:1 rule `R`: CHANGES.md has no match of `^### (.*)`"]),
        ("X = 1", 'same-as = "app.settings:GONE"',
         ["truthline.toml:7:1 rule `R`: `app.settings:GONE` is not assigned anywhere"]),
        ("X = 1", 'same-as = "app.gone:X"', ["truthline.toml:7:1 rule `R`: `app.gone:X` is not assigned anywhere"]),
    ],
)  # fmt: skip
def test_another_place(lint: Lint, text: str, place: str, expected: list[str]) -> None:
    assert check(lint, "assign", text, f"name = 'X'\n{place}") == expected


def test_several_names(lint: Lint) -> None:
    text = "class C:\n    A = 1\nB_X = 1\nC_X = 2\n"
    assert check(lint, "assign", text, "name = ['C.A', '*_X', 'D']\nvalue = 1") == [
        "app/a.py:1:1 `D` is not assigned",
        "app/a.py:4:1 `C_X` is `2`, not `1`",
    ]


# -- decorator


TX = "from app.tx import transactional\nfrom app import tx\n"


@pytest.mark.parametrize(
    ("text", "keys", "expected"),
    [
        ("def f(): ...\n", "presence = 'required'", ["3:1 `f` is not decorated with `transactional`"]),
        ("@transactional\ndef f(): ...\n", "presence = 'required'", []),
        ("@tx.transactional()\nasync def f(): ...\n", "presence = 'required'", []),
        ("@other\ndef f(): ...\n", "presence = 'required'", ["4:1 `f` is not decorated with `transactional`"]),
        ("class C:\n    def f(self): ...\n", "presence = 'required'",
         ["4:5 `C.f` is not decorated with `transactional`"]),
        ("class C:\n    def f(self): ...\n", "presence = 'required'\nfunctions = '*'", []),
        ("@transactional\nclass C: ...\n", "presence = 'forbidden'", []),
        ("@transactional\nclass C: ...\n", "presence = 'forbidden'\nwhat = 'class'",
         ["3:2 `C` is decorated with `transactional`"]),
        ("@a\n@transactional(1)\ndef f(): ...\n", "presence = 'forbidden'",
         ["4:2 `f` is decorated with `transactional`"]),
        ("def transactional(f): ...\n@transactional\ndef f(): ...\n", "presence = 'forbidden'\nfunctions = 'f'",
         ["4:2 `f` is decorated with `transactional`"]),
        ("@transactional(intent='read')\ndef f(): ...\n", "argument = 'intent'\nvalue = 'read'", []),
        ("@transactional(intent='write')\ndef f(): ...\n", "argument = 'intent'\nvalue = 'read'",
         ["3:23 `intent` of `transactional` of `f` is `'write'`, not `read`"]),
        ("@transactional('write')\ndef f(): ...\n", "argument = 'intent'\nvalue = 'read'",
         ["3:2 `transactional` of `f` is not given `intent`"]),
        ("@transactional('write')\ndef f(): ...\n", "argument = 'intent'\nposition = 0\nvalue = 'read'",
         ["3:16 `intent` of `transactional` of `f` is `'write'`, not `read`"]),
        ("@transactional(1, 2)\ndef f(): ...\n", "position = 1\nvalue = 3",
         ["3:19 argument 1 of `transactional` of `f` is `2`, not `3`"]),
        ("@transactional\ndef f(): ...\n", "argument = 'intent'", ["3:2 `transactional` of `f` is not given `intent`"]),
        ("@transactional\ndef f(): ...\n", "argument = 'intent'\nargument-presence = 'optional'\nvalue = 1", []),
        ("@transactional(**k)\ndef f(): ...\n", "argument = 'intent'\nvalue = 1", []),
        ("@transactional(*a)\ndef f(): ...\n", "position = 0\nvalue = 1", []),
        ("@transactional(intent=1)\ndef f(): ...\n", "argument = 'intent'\nargument-presence = 'forbidden'",
         ["3:23 `intent` of `transactional` of `f` is given"]),
        ("from app.facade import Intent as I\n@transactional(intent=I.READ)\ndef f(): ...\n",
         "argument = 'intent'\nsame-as = 'app.settings:Intent.READ'", []),
        ("from app.facade import Intent as I\n@transactional(intent=I.WRITE)\ndef f(): ...\n",
         "argument = 'intent'\nsame-as = 'app.settings:Intent.READ'",
         ["4:23 `intent` of `transactional` of `f` is `I.WRITE`, not `'read'` as `app.settings:Intent.READ`"]),
        ("def f(): ...\ndef g(): ...\n", "presence = 'required'\nexcept = ['app.a:f']",
         ["4:1 `g` is not decorated with `transactional`"]),
        ("@(lambda f: f)\n@a[0]\ndef f(): ...\n", "presence = 'required'",
         ["5:1 `f` is not decorated with `transactional`"]),
    ],
)  # fmt: skip
def test_decorators(lint: Lint, text: str, keys: str, expected: list[str]) -> None:
    keys = f"decorator = 'transactional'\n{keys}"
    assert check(lint, "decorator", TX + text, keys) == [f"app/a.py:{each}" for each in expected]


def test_a_decorator_by_its_module(lint: Lint) -> None:
    imports = "from app.tx import transactional as t\nfrom other import transactional\n"
    text = imports + "@t\ndef f(): ...\n@transactional\ndef g(): ...\n"
    keys = "decorator = ['app.tx:transactional', 'app.tx:other']\npresence = 'required'"
    assert check(lint, "decorator", text, keys) == [
        "app/a.py:6:1 `g` is not decorated with `transactional` or `other`"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "keys", "mistake"),
    [
        ("assign", "", r"rule\[0\].name: is missing"),
        ("assign", "name = 'X'\nsame-in = { file = 'a.toml' }", "`same-in` needs `key` or `pattern`, and not both"),
        ("assign", "name = 'X'\nsame-in = { file = 'a.yml', key = 'a' }", "reads keys of .toml and .json files"),
        ("assign", "name = 'X'\nsame-in = { file = 'a', pattern = 'a' }", "needs a group for the value"),
        ("assign", "name = 'X'\nsame-in = { file = '../a', pattern = '(a)' }", "leaves the directory"),
        ("assign", "name = 'X'\nsame-as = 'a.b'", "names no object"),
        ("assign", "name = 'X'\nvalue = 2020-01-01", "must be a string or"),
        ("decorator", "decorator = 'a'", "the rule asks for nothing"),
        ("decorator", "decorator = 'a'\nvalue = 1\npresence = 'required'", "a value is expected of no argument"),
        ("decorator", "decorator = 'a'\nposition = -1", "must be 0 or more"),
    ],
)
def test_mistakes(lint: Lint, kind: str, keys: str, mistake: str) -> None:
    with pytest.raises(ConfigError, match=mistake):
        check(lint, kind, "", keys)
