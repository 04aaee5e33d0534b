"""TL301 to TL305: who dispatches what, and whether both ends exist."""

from collections.abc import Callable
from textwrap import indent

import pytest

from truthline.model.run import Outcome

Lint = Callable[..., Outcome]

REGISTRY = """
class Registry:
    def __init__(self):
        self._handlers = {}

    def register(self, name, handler):
        self._handlers[name] = handler

    def execute(self, name, context):
        return self._handlers[name].execute(context)


registry = Registry()
"""
HEAD = "from app.registry import registry\n"
HANDLERS = f"""{HEAD}

class Capture:
    def execute(self, context):
        return context


def register_all():
    registry.register("logs.capture", Capture())
    registry.register("logs.read.all", Capture())
    registry.register("policies.check", Capture())
"""
CONFIG = """
[dispatch.operations]
register = "app.registry:Registry.register"
execute = "app.registry:Registry.execute"
owner = { scope = ["app/api/{domain}/**"], operation = "{domain}.*" }
"""
ALL = (
    HEAD + '\n\ndef f():\n    registry.execute("logs.capture", {})\n    registry.execute("logs.read.all", {})\n'
    '    registry.execute("policies.check", {})\n'
)


def check(lint: Lint, text: str, config: str = CONFIG, file: str = "app/api/logs/views.py", **more: str) -> list[str]:
    files = {
        "app/__init__.py": "",
        "app/registry.py": REGISTRY,
        "app/handlers.py": HANDLERS,
        "app/everything.py": ALL,
        file: text,
        **more,
    }
    outcome = lint(files, config, select=("TL0", "TL3"))
    return [
        f"{finding.code} {finding.severity} {finding.location.file}:{finding.location.span.line} {finding.message}"
        for finding in outcome.findings
    ]


def call(operation: str) -> str:
    return f"{HEAD}\n\ndef f(name):\n    return registry.execute(\n        {operation},\n        {{}},\n    )\n"


@pytest.mark.parametrize(
    ("operation", "found"),
    [
        ('"logs.capture"', []),
        ('"logs.read.all"', []),
        (
            '"policies.check"',
            [("TL301 error app/api/logs/views.py:5 operation `policies.check` does not belong to domain `logs`")],
        ),
        ('"logs.captured"', ["TL302 error app/api/logs/views.py:5 operation `logs.captured` is never registered"]),
        (
            "name",
            [
                (
                    "TL305 warning app/api/logs/views.py:5 "
                    "the name of the operation that is dispatched here cannot be determined"
                )
            ],
        ),
    ],
)
def test_dispatches(lint: Lint, operation: str, found: list[str]) -> None:
    assert check(lint, call(operation)) == found


def test_outside_the_owners_scope_every_operation_may_be_dispatched(lint: Lint) -> None:
    assert check(lint, "", file="app/api/logs/none.py", **{"app/jobs.py": call('"policies.check"')}) == []


def test_a_file_beside_the_domains_belongs_to_none(lint: Lint) -> None:
    assert check(lint, call('"policies.check"'), file="app/api/shared.py", **{"app/api/logs/views.py": ""}) == []


def test_an_operation_that_nobody_dispatches_is_told_where_it_is_registered(lint: Lint) -> None:
    handlers = HANDLERS + '    registry.register("logs.purge", Capture())\n'
    assert check(lint, "", **{"app/handlers.py": handlers}) == [
        "TL303 warning app/handlers.py:13 operation `logs.purge` is registered but never dispatched"
    ]


def test_the_second_registration_names_the_first(lint: Lint) -> None:
    handlers = HANDLERS + '    registry.register("logs.capture", Capture())\n'
    assert check(lint, "", **{"app/handlers.py": handlers}) == [
        "TL304 error app/handlers.py:13 operation `logs.capture` is registered already at app/handlers.py:10"
    ]


def allow(entry: str) -> str:
    return f'{CONFIG}allow = [{{ {entry}, reason = "moves" }}]\n'


@pytest.mark.parametrize(
    ("entry", "codes"),
    [
        ('path = "app/api/logs/views.py", operation = "policies.check"', []),
        ('path = "app/api/**", operation = "policies.*"', []),
        ('path = "app/api/logs/views.py"', []),
        ('path = "app/api/logs/views.py", code = "TL301"', []),
        ('path = "app/api/logs/views.py", code = "TL302"', ["TL090", "TL301"]),
        ('path = "app/api/logs/views.py", operation = "logs.capture"', ["TL090", "TL301"]),
        ('path = "app/api/policies/**", operation = "policies.check"', ["TL090", "TL301"]),
    ],
)
def test_allowances(lint: Lint, entry: str, codes: list[str]) -> None:
    found = check(lint, call('"policies.check"'), allow(entry))
    assert sorted(each.partition(" ")[0] for each in found) == codes


def test_an_owner_without_files(lint: Lint) -> None:
    config = CONFIG.replace("app/api/", "app/gone/")
    assert check(lint, "", config) == [
        "TL003 error truthline.toml:5 the owner's scope of dispatch table `operations` matches no file"
    ]


def test_a_locked_table_cannot_be_silenced(lint: Lint) -> None:
    text = call('"policies.check"').replace("{},\n    )", "{},\n    )  # truthline: allow[TL301] moves")
    assert check(lint, text) == []
    found = check(lint, text, f"ignore = ['TL301']\n{CONFIG}locked = true\n")
    assert sorted(each.partition(" ")[0] for each in found) == ["TL092", "TL301"]


def test_a_handler_behind_a_protocol_is_no_registry(lint: Lint) -> None:
    """The registry has an `execute` too, but not one that the protocol's callers could call."""
    text = (
        "from typing import Protocol\n\n\nclass Step(Protocol):\n    def execute(self, context) -> dict: ...\n\n\n"
        "def run(step: Step, name):\n    return step.execute(name)\n"
    )
    assert check(lint, text) == []


FUNCTIONS = """
_handlers = {}


def register(name, handler):
    _handlers[name] = handler


def execute(name, context):
    return _handlers[name](context)
"""
OF_FUNCTIONS = CONFIG.replace("Registry.register", "register").replace("Registry.execute", "execute")


@pytest.mark.parametrize(
    ("written", "call"),
    [
        ("from app.registry import execute", "execute"),
        ("from app.registry import execute as run", "run"),
        ("from app import registry", "registry.execute"),
        ("import app.registry as operations", "operations.execute"),
    ],
)
@pytest.mark.parametrize("inside", [False, True])
def test_register_and_execute_may_be_functions_of_a_module(lint: Lint, written: str, call: str, inside: bool) -> None:
    handlers = 'from app.registry import register\n\nregister("logs.capture", len)\nregister("policies.check", len)\n'
    own = f"    {written}\n" if inside else "\n"
    calls = "".join(f'    {call}("{name}", [])\n' for name in ("logs.capture", "policies.check", "logs.gone"))
    text = f"{'' if inside else written}\n\ndef f(executes):\n{own}{calls}    executes.execute('logs.other', [])\n"
    files = {"app/registry.py": FUNCTIONS, "app/handlers.py": handlers, "app/everything.py": ""}
    assert check(lint, text, OF_FUNCTIONS, **files) == [
        "TL301 error app/api/logs/views.py:6 operation `policies.check` does not belong to domain `logs`",
        "TL302 error app/api/logs/views.py:7 operation `logs.gone` is never registered",
    ]


WRAPPED = FUNCTIONS.replace("def execute", "@logged\ndef execute").replace(
    "_handlers = {}",
    "from functools import wraps\n\n\ndef logged(function):\n    @wraps(function)\n    def wrapper(*args):\n"
    "        return function(*args)\n\n    return wrapper\n\n\n_handlers = {}",
)
CHOSEN = "try:\n    from app.fast import execute\nexcept ImportError:\n    from app.registry import execute\n"


@pytest.mark.parametrize(
    ("registry", "between", "written", "call"),
    [
        pytest.param(WRAPPED, "", "from app.registry import execute", "execute", id="decorated"),
        pytest.param(
            FUNCTIONS, "from app.registry import execute as run", "from app.between import run", "run", id="re-exported"
        ),
        pytest.param(
            FUNCTIONS, "from app import registry\nrun = registry.execute", "from app import between", "between.run",
            id="assigned",
        ),
        pytest.param(FUNCTIONS, CHOSEN, "from app.between import execute", "execute", id="chosen elsewhere"),
        pytest.param(FUNCTIONS, "", CHOSEN.rstrip(), "execute", id="chosen here"),
        pytest.param(WRAPPED, CHOSEN, "from app.between import execute as go", "go", id="all of it"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("inside", [False, True])
def test_a_dispatch_function_under_another_name(
    lint: Lint, registry: str, between: str, written: str, call: str, inside: bool
) -> None:
    handlers = 'from app.registry import register\n\nregister("logs.capture", len)\nregister("policies.check", len)\n'
    own = indent(written, "    ") if inside else "    pass"
    calls = "".join(f'    {call}("{name}", [])\n' for name in ("logs.capture", "policies.check"))
    text = f"{'' if inside else written}\n\ndef f():\n{own}\n{calls}"
    files = {
        "app/registry.py": registry,
        "app/handlers.py": handlers,
        "app/everything.py": "",
        "app/between.py": between,
    }
    line = text.splitlines().index(f'    {call}("policies.check", [])') + 1
    assert check(lint, text, OF_FUNCTIONS, **files) == [
        f"TL301 error app/api/logs/views.py:{line} operation `policies.check` does not belong to domain `logs`"
    ]


def test_a_table_may_name_what_a_module_only_imports(lint: Lint) -> None:
    handlers = 'from app.registry import register\n\nregister("logs.capture", len)\nregister("policies.check", len)\n'
    calls = '    execute("logs.capture", [])\n    execute("policies.check", [])\n'
    text = f"from app.between import execute\n\ndef f():\n{calls}"
    config = OF_FUNCTIONS.replace("app.registry:execute", "app.between:execute")
    files = {"app/registry.py": WRAPPED, "app/handlers.py": handlers, "app/everything.py": "", "app/between.py": CHOSEN}
    assert check(lint, text, config, **files) == [
        "TL301 error app/api/logs/views.py:5 operation `policies.check` does not belong to domain `logs`"
    ]


@pytest.mark.parametrize(
    "read", ["from app.registry import run\nruns = run", "import app.registry\nruns = app.registry.registry.execute"]
)
def test_a_method_under_another_name(lint: Lint, read: str) -> None:
    registry = f"{REGISTRY}run = registry.execute\n"
    text = f'{read}\n\ndef f():\n    runs("logs.capture", {{}})\n    runs("policies.check", {{}})\n'
    assert check(lint, text, **{"app/registry.py": registry}) == [
        "TL301 error app/api/logs/views.py:6 operation `policies.check` does not belong to domain `logs`"
    ]
