"""The kind `layers`: order, siblings, containers, chains, closed and optional layers, exhaustiveness."""

from collections.abc import Callable

import pytest

from truthline.model.run import Outcome

Lint = Callable[..., Outcome]

THREE = '"app.high", "app.mid", "app.low"'


def check(lint: Lint, files: dict[str, str], layers: str, more: str = "") -> list[str]:
    tree = {f"app/{name}": text for name, text in files.items()}
    config = f'[[rule]]\nid = "L"\nkind = "layers"\nlayers = [{layers}]\n{more}\n'
    outcome = lint(tree, config, select=("L", "TL003"))
    return [f"{finding.location.file}:{finding.location.span.line} {finding.message}" for finding in outcome.findings]


BASE = {"high.py": "", "mid.py": "", "low/a.py": "", "low/b.py": ""}


def test_what_is_on_no_layer_is_told_how_to_get_there(lint: Lint) -> None:
    config = '[[rule]]\nid = "L"\nkind = "layers"\nlayers = ["high", "low"]\ncontainers = ["app"]\nexhaustive = true\n'
    [finding] = lint({"app/high.py": "", "app/low.py": "", "app/free.py": ""}, config, select=("L",)).findings
    assert finding.help == "give it a layer, or name it in `exhaustive-ignores`"


@pytest.mark.parametrize(
    ("files", "layers", "found"),
    [
        ({"high.py": "import app.mid, app.low.a\n", "mid.py": "from app.low import a\n"}, THREE, []),
        (
            {"low/a.py": "import app.high\n"},
            THREE,
            ["app/low/a.py:1 `app.low.a` imports `app.high`: layer `app.high` is above `app.low`"],
        ),
        (
            {"low/a.py": "def f():\n    from ..mid import x\n"},
            THREE,
            ["app/low/a.py:2 `app.low.a` imports `app.mid`: layer `app.mid` is above `app.low`"],
        ),
        ({"low/a.py": "import app.low.b\n", "low/b.py": "import app.low.a\n"}, THREE, []),
        (
            {"low/a.py": "import app.free\n", "free.py": "import app.high\n"},
            THREE,
            [
                (
                    "app/low/a.py:1 `app.low.a` imports `app.high` indirectly "
                    "(`app.low.a` -> `app.free` -> `app.high`): layer `app.high` is above `app.low`"
                )
            ],
        ),
        ({"high.py": "import app.mid\n", "mid.py": "import app.low.a\n"}, '"app.high", "app.mid", "app.low"', []),
        (
            {"low/a.py": "import app.low.b\n"},
            '"app.high", "app.low.a | app.low.b"',
            ["app/low/a.py:1 `app.low.a` imports `app.low.b`: `app.low.a` and `app.low.b` are independent"],
        ),
        ({"low/a.py": "import app.low.b\n"}, '"app.high", "app.low.a : app.low.b"', []),
        (
            {"low/a.py": "import app.low.b\n"},
            '"app.high", { modules = ["app.low.a", "app.low.b"], independent = true }',
            ["app/low/a.py:1 `app.low.a` imports `app.low.b`: `app.low.a` and `app.low.b` are independent"],
        ),
        (
            {"high.py": "import app.low.a\n"},
            '"app.high", { modules = ["app.mid"], closed = true }, "app.low"',
            [
                (
                    "app/high.py:1 `app.high` imports `app.low.a`: "
                    "the closed layer `app.mid` lies between `app.high` and `app.low`"
                )
            ],
        ),
        ({}, '"app.high", "(app.gone)", "app.low"', []),
        ({}, '"app.high", "app.gone", "app.low"', ["truthline.toml:4 layer `app.gone` of rule `L` names no module"]),
        (
            {"low/a.py": "import app.low.b\n"},
            '"app.low.b", "app.low"',
            ["app/low/a.py:1 `app.low.a` imports `app.low.b`: layer `app.low.b` is above `app.low`"],
        ),
        ({"low/a.py": "import app.high_school\n", "high_school.py": ""}, THREE, []),
    ],
)
def test_order(lint: Lint, files: dict[str, str], layers: str, found: list[str]) -> None:
    assert check(lint, {**BASE, **files}, layers) == found


def test_imports_for_type_checking_and_in_functions_can_be_left_out(lint: Lint) -> None:
    text = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import app.high\n\ndef f():\n    import app.mid\n"
    files = {**BASE, "low/a.py": text}
    assert len(check(lint, files, THREE)) == 2
    assert len(check(lint, files, THREE, "type-checking = false")) == 1
    assert len(check(lint, files, THREE, "lazy = false")) == 1


DOMAINS = {
    "logs/web/views.py": "",
    "logs/store/rows.py": "import app.logs.web.views\n",
    "policies/web.py": "",
    "policies/store.py": "import app.logs.web.views\n",
}


def test_containers_repeat_the_layers(lint: Lint) -> None:
    assert check(lint, DOMAINS, '"web", "store"', 'containers = ["app.logs", "app.policies"]') == [
        "app/logs/store/rows.py:1 `app.logs.store.rows` imports `app.logs.web.views`: layer `web` is above `store`"
    ]


def test_containers_may_be_patterns(lint: Lint) -> None:
    assert len(check(lint, DOMAINS, '"web", "store"', 'containers = ["app.*"]')) == 1


def test_a_container_that_does_not_exist(lint: Lint) -> None:
    assert check(lint, DOMAINS, '"web", "store"', 'containers = ["app.logs", "app.gone"]')[-1:] == [
        "truthline.toml:4 container `app.gone` of rule `L` names no module"
    ]


@pytest.mark.parametrize(
    ("files", "more", "found"),
    [
        ({}, "", []),
        ({"free.py": ""}, "", ["app/free.py:1 `app.free` stands on no layer of rule `L`"]),
        ({"free/a.py": "", "free/b.py": ""}, "", ["app/free/a.py:1 `app.free` stands on no layer of rule `L`"]),
        ({"free.py": ""}, 'exhaustive-ignores = ["app.free"]', []),
        ({"__init__.py": ""}, "", []),
    ],
)
@pytest.mark.parametrize("extent", ['scope = ["app/**"]', 'containers = ["app"]'])
def test_exhaustive(lint: Lint, files: dict[str, str], more: str, found: list[str], extent: str) -> None:
    layers = THREE.replace("app.", "") if "containers" in extent else THREE
    assert check(lint, {**BASE, **files}, layers, f"{extent}\nexhaustive = true\n{more}") == found


def test_a_chain_is_a_witness(lint: Lint) -> None:
    tree = {"app/high.py": "", "app/low.py": "import app.free\n", "app/free.py": "import app.high\n"}
    [finding] = lint(tree, '[[rule]]\nid = "L"\nkind = "layers"\nlayers = ["app.high", "app.low"]\n').findings
    assert [(step.location.file, step.text) for step in finding.witness] == [
        ("app/low.py", "import app.free"),
        ("app/free.py", "import app.high"),
    ]
