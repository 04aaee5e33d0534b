"""The kind `forbid-import`: every way to write an import, patterns, captures and chains."""

from collections.abc import Callable

import pytest

from truthline.model.run import Outcome

Lint = Callable[..., Outcome]


def rule(forbid: str, more: str = "", scope: str = "app/web/**") -> str:
    return f'[[rule]]\nid = "X"\nkind = "forbid-import"\nscope = ["{scope}"]\nforbid = {forbid}\n{more}\n'


TREE = {
    "app/__init__.py": "",
    "app/db.py": "class Session: ...\nENGINE = 1\n",
    "app/facade.py": "from app.db import Session, Session as Renamed\nfrom app import db as database\n",
    "app/store/rows.py": "",
    "app/web/__init__.py": "",
    "app/web/helper.py": "",
}


def messages(lint: Lint, text: str, config: str, **more: str) -> list[str]:
    outcome = lint({**TREE, "app/web/views.py": text, **more}, config, select=("X",))
    return [finding.message for finding in outcome.findings]


@pytest.mark.parametrize(
    ("text", "forbid", "found"),
    [
        ("import app.db\n", '["app.db"]', ["app.db"]),
        ("import app.db as d\n", '["app.db"]', ["app.db"]),
        ("import app.db, app.facade\n", '["app.*"]', ["app.db", "app.facade"]),
        ("from app.db import Session, ENGINE\n", '["app.db"]', ["app.db"]),
        ("from app import db\n", '["app.db"]', ["app.db"]),
        ("from .. import db\n", '["app.db"]', ["app.db"]),
        ("from ..db import Session\n", '["app.db"]', ["app.db"]),
        ("from app.db import *\n", '["app.db"]', ["app.db"]),
        ("from ..store import rows\n", '["app.store.**"]', ["app.store.rows"]),
        ("import app.store.rows\n", '["app.store"]', []),
        ("def f():\n    import app.db\n", '["app.db"]', ["app.db"]),
        ("import importlib\nimportlib.import_module('app.db')\n", '["app.db"]', ["app.db"]),
        ("__import__('app.db')\n", '["app.db"]', ["app.db"]),
        ("from importlib import import_module as load\nload('..db', __package__)\n", '["app.db"]', ["app.db"]),
        ("import importlib\nNAME = 'app.db'\ndef f():\n    importlib.import_module(NAME)\n", '["app.db"]', ["app.db"]),
        ("import importlib\nload = importlib.import_module\nload('app' '.db')\n", '["app.db"]', ["app.db"]),
        ("import importlib as i\nNAME = 'app.db'\nNAME = 'app'\ni.import_module(NAME)\n", '["app.db"]', []),
        ("import requests.sessions\n", '["requests"]', ["requests"]),
        ("from requests import sessions\n", '["requests.sessions"]', ["requests.sessions"]),
        ("import requests\n", '["requests.**"]', ["requests"]),
        ("import requestsx\n", '["requests"]', []),
        ("import app.gone\n", '["app.gone"]', ["app.gone"]),
        ("from app.db import Session\n", '["app.db:Session"]', ["app.db:Session"]),
        ("from app.db import ENGINE\n", '["app.db:Session"]', []),
        ("from app.facade import Session as S\n", '["app.db:Session"]', ["app.db:Session"]),
        ("from app.db import *\n", '["app.db:Session"]', ["app.db:*"]),
        ("from app.facade import Renamed\n", '["app.db:Session"]', ["app.db:Session"]),
        ("from app.facade import database\n", '["app.db"]', ["app.db"]),
        ("from app.gone import thing\n", '["app.gone.thing"]', ["app.gone.thing"]),
        ("from app import gone\n", '["app.gone"]', ["app.gone"]),
        ("from ..gone import thing\n", '["**.gone.**"]', ["app.gone.thing"]),
        ("from os import environ\n", '["os:environ"]', ["os:environ"]),
        ("import app.web.helper\n", '["app.db"]', []),
    ],
)
def test_what_counts_as_an_import(lint: Lint, text: str, forbid: str, found: list[str]) -> None:
    assert messages(lint, text, rule(forbid)) == [f"`app.web.views` imports `{each}`" for each in found]


@pytest.mark.parametrize(
    ("text", "more", "count"),
    [
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import app.db\n", "", 1),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import app.db\n", "type-checking = false", 0),
        ("def f():\n    import app.db\n", "lazy = false", 0),
        ("import app.db\n", "lazy = false\ntype-checking = false", 1),
        ("import app.db\n", 'except = ["app.db"]', 0),
        ("from app.db import Session\nfrom app.db import ENGINE\n", 'except = ["app.db:Session"]', 1),
        ("import app.facade\n", "transitive = true", 1),
        ("import app.facade\n", "", 0),
        ("import app.web.helper\n", "transitive = true", 0),
    ],
)
def test_options(lint: Lint, text: str, more: str, count: int) -> None:
    assert len(messages(lint, text, rule('["app.db"]', more))) == count


def test_captures(lint: Lint) -> None:
    config = rule('["app.cus.{!domain}.**"]', scope="app/cus/{domain}/drivers/**")
    tree = {
        "app/cus/logs/drivers/store.py": "import app.cus.logs.schema\nimport app.cus.policies.api\n",
        "app/cus/logs/schema.py": "import app.cus.policies.api\n",
        "app/cus/policies/api.py": "",
    }
    outcome = lint(tree, config, select=("X",))
    assert [(finding.location.file, finding.location.span.line) for finding in outcome.findings] == [
        ("app/cus/logs/drivers/store.py", 2)
    ]


def test_a_chain_is_shown_whole_and_once_for_each_first_import(lint: Lint) -> None:
    more = {
        "app/a.py": "import app.b\n",
        "app/b.py": "def f():\n    import app.db\n",
        "app/web/helper.py": "import app.a\n",
    }
    outcome = lint(
        {**TREE, **more, "app/web/views.py": "import app.a\nimport app.web.helper\n"},
        rule('["app.db"]', "transitive = true"),
        select=("X",),
    )
    assert [finding.message for finding in outcome.findings] == [
        f"`app.web.{name}` imports `app.db` indirectly: `app.web.{name}` -> `app.a` -> `app.b` -> `app.db`"
        for name in ("helper", "views")
    ]
    assert [(step.symbol, step.text) for step in outcome.findings[0].witness] == [
        ("app.web.helper", "import app.a"),
        ("app.a", "import app.b"),
        ("app.b:f", "import app.db"),
    ]


def test_the_teams_message_comes_first(lint: Lint) -> None:
    config = rule('["app.db"]', 'message = "views ask services"')
    assert messages(lint, "import app.db\n", config) == ["views ask services: `app.web.views` imports `app.db`"]
