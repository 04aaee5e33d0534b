"""The kinds `require-import`, `independent`, `protected` and `no-cycles`: what counts, and where findings stand."""

from collections.abc import Callable

import pytest

from truthline.model.run import Outcome

Lint = Callable[..., Outcome]


def found(lint: Lint, files: dict[str, str], kind: str, keys: str) -> list[str]:
    outcome = lint(files, f'[[rule]]\nid = "X"\nkind = "{kind}"\n{keys}\n', select=("X", "TL003"))
    return [f"{each.location.file}:{each.location.span.line} {each.message}" for each in outcome.findings]


EVENTS = {
    "app/events.py": "def validate(): ...\ndef emit(): ...\n",
    "app/facade.py": "from app.events import validate\n",
}
VALIDATE = 'scope = ["app/emitters/*.py"]\nrequire = ["app.events:validate"]'
MISSING = "app/emitters/a.py:1 `app.emitters.a` does not import `app.events:validate`"


@pytest.mark.parametrize(
    ("text", "keys", "expected"),
    [
        ("from app.events import validate\n", VALIDATE, []),
        ("from ..events import validate as v\n", VALIDATE, []),
        ("from app.events import *\n", VALIDATE, []),
        ("from app.facade import validate\n", VALIDATE, []),
        ("def f():\n    from app.events import validate\n", VALIDATE, []),
        ("def f():\n    from app.events import validate\n", VALIDATE + "\nlazy = false", [MISSING]),
        ("from app.events import emit\n", VALIDATE, [MISSING]),
        ("import app.events\n", VALIDATE, [MISSING]),
        ("# from app.events import validate\n", VALIDATE, [MISSING]),
        ("import typing as t\nif t.TYPE_CHECKING:\n    from app.events import validate\n", VALIDATE, [MISSING]),
        (
            "import typing as t\nif t.TYPE_CHECKING:\n    from app.events import validate\n",
            VALIDATE + "\ntype-checking = true",
            [],
        ),
        (
            "import app.events\n",
            'scope = ["app/emitters/*.py"]\nrequire = ["app.events", "app.facade"]',
            ["app/emitters/a.py:1 `app.emitters.a` does not import `app.facade`"],
        ),
        (
            "import app.events\n",
            'scope = ["app/emitters/*.py"]\nrequire = ["app.events", "app.facade"]\none-of = true',
            [],
        ),
        (
            "",
            'scope = ["app/emitters/*.py"]\nrequire = ["app.events", "app.facade"]\none-of = true',
            ["app/emitters/a.py:1 `app.emitters.a` does not import `app.events` or `app.facade`"],
        ),
        (
            "import importlib\nimportlib.import_module('app.events')\n",
            'scope = ["app/e*/*.py"]\nrequire = ["app.events"]',
            [],
        ),
    ],
)
def test_require_import(lint: Lint, text: str, keys: str, expected: list[str]) -> None:
    assert found(lint, {**EVENTS, "app/emitters/a.py": text}, "require-import", keys) == expected


DOMAINS = {"app/logs/a.py": "", "app/rules/a.py": "", "app/users.py": "", "app/shared.py": ""}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"app/logs/a.py": "import app.shared\n", "app/rules/a.py": "import app.shared\n"}, []),
        ({"app/logs/b.py": "import app.logs.a\n"}, []),
        (
            {"app/logs/a.py": "import app.users\n"},
            ["app/logs/a.py:1 `app.logs.a` imports `app.users`: `app.logs` and `app.users` are independent"],
        ),
        (
            {"app/logs/a.py": "import app.shared\n", "app/shared.py": "def f():\n    from app import rules\n"},
            [],
        ),
        (
            {"app/logs/a.py": "import app.shared\n", "app/shared.py": "def f():\n    from app.rules import a\n"},
            [
                (
                    "app/logs/a.py:1 `app.logs.a` imports `app.rules.a` indirectly "
                    "(`app.logs.a` -> `app.shared` -> `app.rules.a`): `app.logs` and `app.rules` are independent"
                )
            ],
        ),
        (
            {"app/logs/a.py": "import app.rules.a\n", "app/rules/a.py": "import app.users\n"},
            [
                "app/logs/a.py:1 `app.logs.a` imports `app.rules.a`: `app.logs` and `app.rules` are independent",
                "app/rules/a.py:1 `app.rules.a` imports `app.users`: `app.rules` and `app.users` are independent",
            ],
        ),
    ],
)
@pytest.mark.parametrize("modules", ['["app.logs", "app.rules", "app.users"]', '["app.*s"]'])
def test_independent(lint: Lint, files: dict[str, str], expected: list[str], modules: str) -> None:
    assert found(lint, {**DOMAINS, **files}, "independent", f"modules = {modules}") == expected


def test_a_chain_between_independent_modules_is_shown_import_by_import(lint: Lint) -> None:
    files = {**DOMAINS, "app/logs/a.py": "import app.shared\n", "app/shared.py": "import app.rules.a\n"}
    config = '[[rule]]\nid = "X"\nkind = "independent"\nmodules = ["app.logs", "app.rules"]\n'
    [finding] = lint(files, config, select=("X",)).findings
    assert [(step.location.file, step.text) for step in finding.witness] == [
        ("app/logs/a.py", "import app.shared"),
        ("app/shared.py", "import app.rules.a"),
    ]


def test_independent_modules_that_do_not_exist(lint: Lint) -> None:
    assert found(lint, DOMAINS, "independent", 'modules = ["app.logs", "app.gone"]') == [
        "truthline.toml:4 `app.gone` of rule `X` names no module"
    ]


VAULT = {
    "app/vault/keys.py": "import app.vault.store\n",
    "app/vault/store.py": "",
    "app/service/a.py": "",
    "app/web.py": "",
}
OPENED = "imports `app.vault.store`, which is protected"


@pytest.mark.parametrize(
    ("files", "more", "expected"),
    [
        ({"app/service/a.py": "from app.vault import store\n"}, "", []),
        ({"app/web.py": "from app.vault import store\n"}, "", [f"app/web.py:1 `app.web` {OPENED}"]),
        ({"app/web.py": "def f():\n    from .vault.store import x\n"}, "", [f"app/web.py:2 `app.web` {OPENED}"]),
        ({"app/web.py": "def f():\n    from .vault.store import x\n"}, "lazy = false", []),
        ({"app/web.py": "import app.service.a\n", "app/service/a.py": "import app.vault.store\n"}, "", []),
        (
            {"app/vault/__init__.py": "", "app/web.py": "import app.vault.store\n"},
            "as-packages = false",
            [],
        ),
        (
            {"app/vault/__init__.py": "", "app/vault/keys.py": "import app.vault\n"},
            "as-packages = false",
            ["app/vault/keys.py:1 `app.vault.keys` imports `app.vault`, which is protected"],
        ),
    ],
)
def test_protected(lint: Lint, files: dict[str, str], more: str, expected: list[str]) -> None:
    keys = f'protected-modules = ["app.vault"]\nallowed-importers = ["app.service"]\n{more}'
    assert found(lint, {**VAULT, **files}, "protected", keys) == expected


CIRCLE = {"app/a.py": "import app.b\n", "app/b.py": "import app.c\n", "app/c.py": "\nfrom app import a\n"}
AROUND = "imports go round in a circle: `app.a` -> `app.b` -> `app.c` -> `app.a`"


@pytest.mark.parametrize(
    ("files", "keys", "expected"),
    [
        (CIRCLE, "", [f"app/a.py:1 {AROUND}"]),
        ({**CIRCLE, "app/c.py": ""}, "", []),
        ({"a.py": "import b\n", "b.py": "import a\n"}, "", ["a.py:1 imports go round in a circle: `a` -> `b` -> `a`"]),
        ({"app/a.py": "import app.a\n"}, "", []),
        ({"app/__init__.py": "import app.a\n", "app/a.py": "import app\n"}, "", []),
        (CIRCLE, 'ancestors = ["app"]', [f"app/a.py:1 {AROUND}"]),
        ({"top/a.py": "", **CIRCLE}, 'ancestors = ["top"]', []),
        ({**CIRCLE, "app/c.py": "def f():\n    import app.a\n"}, "lazy = false", []),
        (CIRCLE, 'scope = ["app/a.py", "app/b.py"]', []),
        (CIRCLE, "depth = 0", []),
        (CIRCLE, "depth = 1", [f"app/a.py:1 {AROUND}"]),
        ({"x/y.py": "", **CIRCLE}, 'skip-descendants = ["app"]', []),
        (
            {"app/x/a.py": "import app.y.b\n", "app/y/c.py": "import app.x.d\n", "app/y/b.py": "", "app/x/d.py": ""},
            "",
            ["app/x/a.py:1 imports go round in a circle: `app.x` -> `app.y` -> `app.x`"],
        ),
    ],
)
def test_no_cycles(lint: Lint, files: dict[str, str], keys: str, expected: list[str]) -> None:
    assert found(lint, files, "no-cycles", keys) == expected


def test_a_circle_is_its_own_witness_and_the_shortest_of_its_knot(lint: Lint) -> None:
    files = {**CIRCLE, "app/c.py": "import app.a\nimport app.b\n"}
    [finding] = lint(files, '[[rule]]\nid = "X"\nkind = "no-cycles"\n', select=("X",)).findings
    assert [(step.location.file, step.location.span.line, step.text) for step in finding.witness] == [
        ("app/b.py", 1, "import app.c"),
        ("app/c.py", 2, "import app.b"),
    ]


def test_only_importable_from(lint: Lint) -> None:
    files = {
        "app/analytics/engine.py": "",
        "app/analytics/report.py": "import app.analytics.engine\n",
        "app/web.py": "import app.analytics.engine\n",
        "app/other.py": "note = 'app.analytics.engine'  # app.analytics.engine\n",
    }
    keys = 'forbid = ["app.analytics.engine"]\nonly-importable-from = ["app.analytics.**"]'
    assert found(lint, files, "forbid-import", keys) == ["app/web.py:1 `app.web` imports `app.analytics.engine`"]
