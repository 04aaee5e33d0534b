"""The kinds `forbid-call` and `require-call`: what counts as a call of something, and what comes before it."""

from collections.abc import Callable

import pytest

from truthline.config.segments import MalformedPattern
from truthline.model.run import Outcome
from truthline.program.callpattern import CallPattern

Lint = Callable[..., Outcome]

TREE = {
    "app/__init__.py": "",
    "app/db.py": (
        "class Session:\n    def execute(self, query): ...\n    def close(self): ...\n\n\n"
        "class Fast(Session):\n    def execute(self, query): ...\n\n\n"
        "class Plan:\n    def execute(self, query): ...\n\n\n"
        "def connect():\n    return Session()\n\n\ndef run(operation, *, force=False): ...\n"
    ),
    "app/facade.py": "from app.db import Session as Store, run as start\nimport app.db\n\nbegin = app.db.run\n",
}


def lines(lint: Lint, text: str, keys: str, kind: str = "forbid-call") -> list[int]:
    config = f'[[rule]]\nid = "X"\nkind = "{kind}"\nscope = ["app/web.py"]\n{keys}\n'
    outcome = lint({**TREE, "app/web.py": text}, config, select=("X", "TL003"))
    assert all(finding.location.file == "app/web.py" for finding in outcome.findings)
    return [finding.location.span.line for finding in outcome.findings]


@pytest.mark.parametrize(
    "text",
    [
        "from app.db import run\nrun('x')\n",
        "from app.db import run as go\ngo('x')\n",
        "import app.db\napp.db.run('x')\n",
        "import app.db as d\nd.run('x')\n",
        "from app import db\ndb.run('x')\n",
        "from .db import run\nrun('x')\n",
        "from app.db import *\nrun('x')\n",
        "from app.facade import start\nstart('x')\n",
        "from app.facade import begin\nbegin('x')\n",
        "from app import facade\nfacade.start('x')\n",
        "from app.db import run\nBATCH = run\ndef f():\n    BATCH('x')\n",
        "def f():\n    from app.db import run\n    go = run\n    go('x')\n",
        "def f(fast):\n    from app import db\n    go = db.run if fast else print\n    return go('x')\n",
        "from app.db import run\nclass C:\n    go = staticmethod(run)\n    def f(self):\n        self.go('x')\n",
        "from app.db import run\nclass C:\n    def __init__(s):\n        s.go = run\n    def f(s):\n        s.go(1)\n",
        "import functools\nfrom app.db import run\ndef f():\n    run('x')\n",
        "import importlib\nimportlib.import_module('app.db').run('x')\n",
        "from app.db import run\nf = lambda: run('x')\n",
        "from app.db import run\n[run(x) for x in 'ab']\n",
        "from app.db import run\n@run\ndef f(): ...\n",
        "import app.db\ngetattr(app.db, 'run')('x')\n",
    ],
)
def test_a_function_is_known_by_any_name(lint: Lint, text: str) -> None:
    found = lines(lint, text, 'call = ["app.db:run"]')
    assert len(found) == 1
    assert any(part in text.splitlines()[found[0] - 1] for part in ("run", "go(", "start(", "begin(", "BATCH("))


@pytest.mark.parametrize(
    "text",
    [
        "def run(x): ...\nrun('x')\n",
        "from app.db import run\nprint(run)\n",
        "from app.db import run\nrun = print\nrun('x')\n",
        "# run('x')\nNOTE = \"run('x')\"\n",
        "class A:\n    def run(self): ...\nA().run()\n",
        "from app.db import Plan\nPlan().execute('q')\n",
        "def f(thing):\n    thing.run('x')\n",
    ],
)
def test_what_only_looks_like_it(lint: Lint, text: str) -> None:
    assert lines(lint, text, 'call = ["app.db:run"]') == []


METHOD = 'call = ["app.db:Session.execute"]'


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("from app.db import Session\ndef f(s: Session):\n    s.execute('q')\n", [3]),
        ("from app.db import Session\ndef f(s: 'Session | None'):\n    s.execute('q')\n", [3]),
        (
            "import typing as t\nfrom app.db import Session\ndef f(s: t.Optional[Session]):\n    s.execute('q')\n",
            [4],
        ),
        ("from app.db import Session\nSession().execute('q')\n", [2]),
        ("from app.db import Fast\nFast().execute('q')\n", [2]),
        ("from app.db import Plan\nPlan().execute('q')\n", []),
        ("from app.db import connect\nconnect().execute('q')\n", [2]),
        ("from app.db import Session\nwith Session() as s:\n    pass\nSession.execute(Session(), 'q')\n", [4]),
        ("from app.facade import Store\ndef f(s: Store):\n    run = s.execute\n    run('q')\n", [4]),
        (
            (
                "from app.db import Session\nclass C:\n    def __init__(self, s: Session):\n        self._s = s\n\n"
                "    def f(self):\n        self._s.execute('q')\n"
            ),
            [7],
        ),
        (
            (
                "from app.db import Session\nclass Mine(Session):\n"
                "    def f(self):\n        self.execute('q')\n        super().execute('q')\n"
            ),
            [4, 5],
        ),
        ("from app.db import Session\ndef f(s):\n    s.execute('q')\nf(Session())\n", [3]),
        ("def f(s):\n    s.execute('q')\n", []),
    ],
)
def test_a_method_is_known_by_its_receiver(lint: Lint, text: str, found: list[int]) -> None:
    assert lines(lint, text, METHOD) == found


def test_a_receiver_of_which_nothing_is_known_can_count(lint: Lint) -> None:
    text = "def f(s):\n    s.execute('q')\n"
    assert lines(lint, text, f'{METHOD}\nunknown = "error"') == [2]
    outcome = lint(
        {**TREE, "app/web.py": text}, f'[[rule]]\nid = "X"\nkind = "forbid-call"\n{METHOD}\nunknown = "warn"\n'
    )
    assert [(each.severity, each.message) for each in outcome.findings if each.id == "X"] == [
        ("warning", "`app.web:f` may call `app.db:Session.execute`")
    ]


def test_a_call_that_is_certain_fails_the_run_whatever_is_said_of_others(lint: Lint) -> None:
    text = "from app.db import Session\ndef f(s: Session):\n    s.execute('q')\n"
    config = f'[[rule]]\nid = "X"\nkind = "forbid-call"\n{METHOD}\nunknown = "warn"\n'
    outcome = lint({**TREE, "app/web.py": text}, config)
    assert [each.severity for each in outcome.findings if each.id == "X"] == ["error"]


@pytest.mark.parametrize(
    ("call", "text", "found"),
    [
        ("print", "print(1)\nlog.print(2)\n", [1]),
        ("eval", "eval('1')\nretrieval('1')\n", [1]),
        (".execute", "a.b().execute(1)\nexecute(2)\n", [1]),
        ("session.execute", "session.execute(1)\nself.session.execute(2)\nself._session.execute(3)\n", [1, 2]),
        ("*session.execute", "self._session.execute(3)\ns.execute(4)\nsession.executemany(5)\n", [1]),
        ("session.execute", "(session\n    .execute(1))\nsession. execute(2)\n", [1, 3]),
        ("session.execute", "def f(session):\n    run = session.execute\n    run(1)\n", [3]),
        ("app.include_router", "app.include_router(1)\nmyapp.include_router(2)\n", [1]),
        (".get_*", "a.get_one()\na.getter()\n", [1]),
        ("builtins:eval", "eval('1')\nimport builtins as b\nb.eval('1')\n", [1, 3]),
        ("os:system", "import os\nos.system('x')\nfrom os import system as s\ns('x')\nos.path.join('a')\n", [2, 4]),
        ("subprocess:*", "import subprocess as sp\nsp.run([])\nsp.Popen([])\n", [2, 3]),
        ("datetime:datetime.now", "from datetime import datetime as d\nd.now()\nd.fromtimestamp(1)\n", [2]),
        (
            "sqlalchemy.orm:Session.execute",
            "from sqlalchemy.orm import Session\ndef f(s: Session):\n    s.execute(1)\n",
            [3],
        ),
        ("sqlalchemy.orm:Session", "from sqlalchemy import orm\norm.Session()\n", [2]),
        ("app.db:Session", "from app.db import Session as S, Fast\nS()\nFast()\n", [2]),
    ],
)
def test_forms_of_patterns(lint: Lint, call: str, text: str, found: list[int]) -> None:
    assert lines(lint, text, f"call = ['{call}']") == found


@pytest.mark.parametrize(
    ("call", "text", "found"),
    [
        ('run("a.b")', "run('a.b')\nrun('a.c')\n", [1]),
        ('run("a.*")', "run('a.b', force=True)\nrun('b.a')\n", [1]),
        ('run("a.b")', "OP = 'a.b'\nrun(OP)\nrun(OTHER)\n", [2]),
        ('run("a.b")', "run(operation='a.b')\n", [1]),
        (
            'run("a.b", force=True)',
            "run('a.b', force=True)\nrun('a.b')\nrun('a.b', force=1)\nrun('a.b', force=False)\n",
            [1],
        ),
        ('run("a.b")', "for x in ('a.b',):\n    run(x)\n", [2]),
        ('run("a.b")', "def f(op):\n    run(op)\n", []),
        ('run("a.b")', "def f(op='a.b'):\n    run(op)\n", [2]),
        ('run("a.b")', "run(*['a.b'])\nrun(**{})\nrun()\n", []),
        ("run(..., force=True)", "run('x', force=True)\n", [1]),
        ('run("a.*", force=True, ...)', "run('a.b', force=True, slow=1)\nrun('a.b')\n", [1]),
        ('run("a" "b")', "run('ab')\nrun(f'a{1}')\n", [1]),
    ],
)
def test_literal_arguments(lint: Lint, call: str, text: str, found: list[int]) -> None:
    found = [line + 1 for line in found]
    assert lines(lint, f"from app.db import run\n{text}", f"call = ['app.db:{call}']") == found


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        ("", [1, 4, 7, 9]),
        ('inside = ["C"]', [4, 7]),
        ('inside = ["C.one"]', [4]),
        ('inside = ["*.t*"]', [7]),
        ('outside = ["C.*"]', [1, 9]),
        ('outside = ["app.web:after", "C.two"]', [1, 4]),
        ('outside = ["app.other:after"]', [1, 4, 7, 9]),
    ],
)
def test_inside_and_outside_functions(lint: Lint, keys: str, found: list[int]) -> None:
    text = (
        "print()\nclass C:\n    def one(self):\n        print()\n    def two(self):\n        def inner():\n"
        "            print()\ndef after():\n    print()\n"
    )
    assert lines(lint, text, f'call = ["print"]\n{keys}') == found


BEFORE = 'call = ["check"]\nbefore = ["go"]'


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("check(); go()", []),
        ("go(); check()", [2]),
        ("go()", [2]),
        ("x = check() and go()", []),
        ("x = maybe and check(); go()", [2]),
        ("go(check())", []),
        ("go(lambda: check())", [2]),
        ("if maybe: check()\n    go()", [3]),
        ("if maybe: check()\n    else: check()\n    go()", []),
        ("if maybe: return\n    check()\n    go()", []),
        ("if maybe: check()\n    else: raise ValueError\n    go()", []),
        ("for x in xs: check()\n    go()", [3]),
        ("while True:\n        check()\n        break\n    go()", []),
        ("try: check()\n    except E: pass\n    go()", [4]),
        ("try: check()\n    except E: raise\n    go()", []),
        ("try: check()\n    finally: go()", [3]),
        ("check()\n    try: go()\n    except E: go()", []),
        ("with check(): go()", []),
        ("with lock: check()\n    go()", []),
        ("check()\n    def inner(): go()\n    return inner", []),
        ("def inner(): go()\n    check()\n    return inner", [2]),
        ("def inner(): check()\n    go()", [3]),
        ("match maybe:\n        case 1: check()\n        case _: check()\n    go()", []),
        ("match maybe:\n        case 1: check()\n    go()", [4]),
        ("return\n    go()", []),
        ("await check()\n    await go()", []),
        ("[go() for x in check()]", []),
        ("assert check()\n    go()", []),
    ],
)
def test_one_call_before_another_on_every_path(lint: Lint, body: str, found: list[int]) -> None:
    assert lines(lint, f"async def f(maybe, xs, lock):\n    {body}\n", BEFORE, "require-call") == found


@pytest.mark.parametrize(
    ("text", "keys", "found"),
    [
        ("def f():\n    check()\n", 'call = ["check"]', []),
        ("def f():\n    check\n", 'call = ["check"]', [1]),
        ("check()\n", 'call = ["check", "log"]', [1]),
        ("check()\n", 'call = ["check", "log"]\none-of = true', []),
        ("", 'call = ["check", "log"]\none-of = true', [1]),
        ("def f():\n    check()\n\n\ndef g(): ...\n", 'call = ["check"]\ninside = ["*"]', [5]),
        ("def f():\n    def g():\n        check()\n    g()\n", 'call = ["check"]\ninside = ["f"]', []),
        ("def f(x):\n    if x:\n        check()\n", 'call = ["check"]\ninside = ["f"]\nevery-path = true', [1]),
        (
            "def f(x):\n    if x:\n        raise E\n    check()\n",
            'call = ["check"]\ninside = ["f"]\nevery-path = true',
            [],
        ),
        ("def f():\n    go()\ndef g():\n    go()\n", f'{BEFORE}\ninside = ["g"]', [4]),
        ("from app.db import run as r\nr(1)\n", 'call = ["app.db:run"]', []),
        ("def run(x): ...\nrun(1)\n", 'call = ["app.db:run"]', [1]),
    ],
)
def test_required_calls(lint: Lint, text: str, keys: str, found: list[int]) -> None:
    assert lines(lint, text, keys, "require-call") == found


def test_functions_that_do_not_exist_are_vacuous(lint: Lint) -> None:
    config = '[[rule]]\nid = "X"\nkind = "require-call"\ncall = ["check"]\ninside = ["gone"]\n'
    outcome = lint({"app/a.py": "def f(): ...\n"}, config)
    assert [(finding.code, finding.message) for finding in outcome.findings] == [
        ("TL003", "`inside` of rule `X` names no function")
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is no call"),
        ("a b", "is no call"),
        ("f(x)", "an argument of a pattern is a text"),
        ("f(", "its parentheses hold no arguments"),
        ("f() or g()", "its parentheses hold no arguments"),
        ("a.b:", "is no object: it is empty"),
    ],
)
def test_a_malformed_pattern_says_so(text: str, said: str) -> None:
    with pytest.raises(MalformedPattern) as caught:
        CallPattern(text)
    assert said in str(caught.value)
