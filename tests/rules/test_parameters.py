"""The kind `forbid-parameter`: types under every name, and names where no type is said."""

import sys
from collections.abc import Callable

import pytest

from truthline.config import ConfigError
from truthline.model.run import Outcome

Lint = Callable[..., Outcome]

AROUND = {
    "app/__init__.py": "",
    "app/db.py": "from sqlalchemy.orm import Session\nfrom sqlalchemy.orm import Session as S\n",
    "app/star.py": "from app.db import *\n",
    "app/deps.py": (
        "from typing import Annotated, NewType, TypeAlias, TypeVar, Union\nfrom app.db import Session\n"
        "Dep = Annotated[Session, 'x']\nMaybe = Union[Dep, None]\nNew = NewType('New', Session)\n"
        "T = TypeVar('T', bound=Session)\nU = TypeVar('U', int, Session)\nLoop = 'Loop'\nText = 'Session'\n"
        "Said: TypeAlias = 'Session'\nA = B\nB = A\n"
        "if True:\n    Late = Session\nMETHODS = [Session]\n"
    ),
    "app/own.py": "class Session: ...\n",
}
RULE = 'select = ["R", "TL001"]\n[[rule]]\nid = "R"\nkind = "forbid-parameter"\nscope = ["app/engines/**"]\n'
KEYS = 'types = ["sqlalchemy.orm:Session"]\nnames = ["session", "*_db"]\n'


def check(lint: Lint, text: str, keys: str = KEYS) -> Outcome:
    return lint({**AROUND, "app/engines/a.py": text}, RULE + keys)


@pytest.mark.parametrize(
    ("imports", "annotation", "is_found"),
    [
        ("from sqlalchemy.orm import Session", "Session", True),
        ("from sqlalchemy.orm import Session as S", "S", True),
        ("import sqlalchemy.orm", "sqlalchemy.orm.Session", True),
        ("import sqlalchemy.orm as o", "o.Session", True),
        ("from sqlalchemy import orm", "orm.Session", True),
        ("import sqlalchemy", "sqlalchemy.orm.Session", True),
        ("from app.db import Session", "Session", True),
        ("from app import db", "db.S", True),
        ("import app.db", "app.db.Session", True),
        ("from ..db import S as Z", "Z", True),
        ("from app.star import *", "Session", True),
        ("from app.own import Session", "Session", False),
        ("from requests import Session", "Session", False),
        ("class Session: ...", "Session", False),
        ("", "Session", False),
        ("from app.db import Session", "'Session'", True),
        ("from app.db import Session", "' Session '", True),
        ("from app.db import Session", "'Session | None'", True),
        ("from app.db import Session\nfrom typing import Optional", "Optional['Session']", True),
        ("from app.db import Session\nimport typing as t", "t.Union[int, Session]", True),
        ("from app.db import Session", "int | None | Session", True),
        ("from app.db import Session\nfrom typing import Annotated", "Annotated[Session, 1]", True),
        ("from app.db import Session\nfrom typing import Annotated", "Annotated[int, Session]", False),
        ("from app.db import Session\nfrom typing import Literal", "Literal['Session']", False),
        ("from app.db import Session", "list[dict[str, Session]]", True),
        ("from app.db import Session\nfrom collections.abc import Callable", "Callable[[Session], None]", True),
        ("from app.db import Session", "type[Session]", True),
        ("from app.db import Session", "'not python ('", False),
        ("import typing\nif typing.TYPE_CHECKING:\n    from app.db import Session", "Session", True),
        ("try:\n    from sqlalchemy.orm import Session\nexcept ImportError:\n    Session = None", "Session", True),
        ("from app.deps import Dep", "Dep", True),
        ("from app.deps import Maybe", "Maybe", True),
        ("from app.deps import New", "New", True),
        ("from app.deps import T", "T", True),
        ("from app.deps import U", "list[U]", True),
        ("from app.deps import Late", "Late", True),
        ("from app.deps import Said", "Said", True),
        ("from app.deps import Text", "Text", False),
        ("from app.deps import Loop", "Loop", False),
        ("from app.deps import A", "A", False),
        ("from app import deps", "deps.Dep", True),
        ("from app.db import Session\nMine = Session", "Mine", True),
        ("from sqlalchemy.orm import SessionTransaction", "SessionTransaction", False),
        ("from sqlalchemy.orm import *", "Session", True),
        ("from app.db import Session", "f(Session)", False),
    ],
)
def test_types_by_every_name(lint: Lint, imports: str, annotation: str, is_found: bool) -> None:
    outcome = check(lint, f"{imports}\ndef f(x: {annotation}): ...\n")
    assert bool(outcome.findings) is is_found, [finding.message for finding in outcome.findings]


@pytest.mark.parametrize(
    ("signature", "found"),
    [
        ("session", ["session"]),
        ("self, session=None", ["session"]),
        ("session, /, a, *, read_db", ["session", "read_db"]),
        ("*session", ["session"]),
        ("**session", ["session"]),
        ("sessions, db_, my_session", []),
        ("session: Any", ["session"]),
        ("session: Optional[Any] = None", ["session"]),
        ("session: 'Any'", ["session"]),
        ("session: object", ["session"]),
        ("session: int", []),
        ("session: Any | int", []),
        ("session: 1", []),
        ("session: Unknown", []),
    ],
)
def test_names_where_no_type_is_said(lint: Lint, signature: str, found: list[str]) -> None:
    outcome = check(lint, f"from typing import Any, Optional\nclass C:\n    async def f({signature}): ...\n")
    messages = [f"`C.f` takes `{name}`, which does not say what it is" for name in found]
    assert [finding.message for finding in outcome.findings] == messages


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("def f(\n    a,\n    s: Session,\n): ...\n", [4]),
        ("def f(s: Session, t: Session): ...\n", [2, 2]),
        ("def f():\n    def g(s: Session): ...\n    return g\n", [3]),
        ("class C:\n    class D:\n        @staticmethod\n        def f(s: Session): ...\n", [5]),
        ("f = lambda session: session\n", []),
        ("def f() -> Session: ...\n", []),
        ("def f():\n    s: Session = get()\n", []),
        ("import dataclasses\n@dataclasses.dataclass(frozen=True)\nclass C:\n    a: int\n    s: Session\n", [6]),
        ("from typing import ClassVar\n@dataclass\nclass C:\n    s: ClassVar[Session]\n", []),
        ("@dataclass\nclass C:\n    s: Session = field(init=False)\n    t: Session = field()\n", [5]),
        ("class C(NamedTuple):\n    s: Session\n", [3]),
        ("class C:\n    s: Session\n", []),
        ("def f(db):\n    from app.own import Session\n    def g(s: Session): ...\n", []),
        ("if x:\n    def f(s: Session): ...\nelse:\n    async def f(s: Session): ...\n", [3, 5]),
        ("match x:\n    case 1:\n        def f(s: Session): ...\n", [4]),
    ],
)
def test_where_parameters_stand(lint: Lint, text: str, lines: list[int]) -> None:
    outcome = check(lint, "from app.db import Session\n" + text)
    assert [finding.location.span.line for finding in outcome.findings] == lines


def test_a_function_s_own_import_is_not_another_s(lint: Lint) -> None:
    text = "def f():\n    from app.db import Session\n    def g(s: Session): ...\ndef h(s: Session): ...\n"
    assert [finding.location.span.line for finding in check(lint, text).findings] == [3]


@pytest.mark.skipif(sys.version_info < (3, 12), reason="PEP 695")
@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("def f[T: Session](x: T): ...\n", True),
        ("def f[T: (int, Session)](x: list[T]): ...\n", True),
        ("def f[Session](x: Session): ...\n", False),
        ("class C[T: Session]:\n    def f(self, x: T): ...\n", True),
        ("type Mine = Session | None\ndef f(x: Mine): ...\n", True),
    ],
)
def test_type_parameters(lint: Lint, text: str, is_found: bool) -> None:
    assert bool(check(lint, "from app.db import Session\n" + text).findings) is is_found


@pytest.mark.parametrize(
    ("keys", "lines"),
    [
        ("types = 'Session'", [2, 5, 6]),
        ("types = 'Session'\nfunctions = '*.f'", [5]),
        ("types = 'Session'\nfunctions = ['f', '*.g']", [2, 6]),
        ("types = 'Session'\nexcept = ['app.engines.a:C.f', 'app.other:f']", [2, 6]),
        ("types = 'Session'\nexcept = ['g']", [2, 5]),
        ("types = 'Session'\ngenerics = false", [2, 5]),
        ("types = 'app.db:Session'", [2, 5, 6]),
        ("types = 'app.d*:*'", [2, 5, 6]),
    ],
)
def test_which_functions_are_looked_at(lint: Lint, keys: str, lines: list[int]) -> None:
    text = "from app.db import Session\ndef f(s: Session | None): ...\n\nclass C:\n"
    text += "    def f(self, s: Session): ...\n    def g(self, s: list[Session]): ...\n"
    assert [finding.location.span.line for finding in check(lint, text, keys).findings] == lines


def test_an_allowance_by_exact_path_and_function(lint: Lint) -> None:
    allow = 'allow = [{ path = "app/engines/a.py", symbol = "C.*", reason = "until the driver is split" }]'
    text = "def f(session): ...\nclass C:\n    def f(self, session): ...\n"
    [finding] = check(lint, text, f"{KEYS}{allow}").findings
    assert finding.location.span.line == 1


def test_a_message_of_the_team(lint: Lint) -> None:
    message = "message = \"L5 engine '{function}' accepts {parameter}: {type}\""
    [finding] = check(lint, "from app.db import Session\ndef f(s: Session): ...\n", KEYS + message).findings
    assert finding.message == "L5 engine 'f' accepts s: Session"


@pytest.mark.parametrize(
    ("keys", "mistake"),
    [
        ("", "needs `types` or `names`"),
        ("types = ['a/b:C']", "`a/b` is a path"),
        ("types = ['{x}:C']", "`{x}:C` uses `{x}`, which the scope does not capture"),
        ("types = ['A']\nnames = ['a b']", "cannot be part of a name"),
        ("types = ['A']\nfuncs = ['a']", "unknown key; did you mean `functions`"),
    ],
)
def test_mistakes(lint: Lint, keys: str, mistake: str) -> None:
    with pytest.raises(ConfigError, match=mistake):
        check(lint, "", keys)
