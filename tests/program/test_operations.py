"""What `[dispatch.*]` adds to the call graph: the handler of a known name, where the code does not show the call."""

from pathlib import Path

import pytest
from tests.program.programs import analyse

TABLE = '[dispatch.operations]\nregister = "{at}.register"\nexecute = "{at}.execute"\nhandler-method = "run"\n'
HANDLERS = """
from app import state
class Cached:
    def run(self, key): return state.get(key)
class Stored:
    def run(self, key): return key
def cached(key): return state.get(key)
def stored(key): return key
"""
HIDDEN = """
from somewhere import store
class Registry:
    def register(self, name, handler=None):
        return store.put(name, handler)
    def execute(self, name, key):
        return store.call(name, key)
registry = Registry()
"""
SHOWN = """
class Registry:
    def __init__(self): self.handlers = {}
    def register(self, name, handler): self.handlers[name] = handler
    def execute(self, name, key): return self.handlers[name].run(key, "more")
registry = Registry()
"""
FLOW = "from app.registry import registry\ndef decide(key):\n    return registry.execute({name}, key)\n"


def verdict(directory: Path, registry: str, boot: str, name: str, at: str = "app.registry:Registry") -> str:
    boot = f"from app.registry import registry\nfrom app.handlers import Cached, Stored, cached, stored\n{boot}"
    flow = FLOW.format(name=name)
    files = {"app/registry.py": registry, "app/handlers.py": HANDLERS, "app/boot.py": boot, "app/flow.py": flow}
    return analyse(directory, files, TABLE.format(at=at)).verdict.verdict


@pytest.mark.parametrize(
    "boot",
    [
        'registry.register("read", Cached())\nregistry.register("list", Stored())\n',
        'registry.register("read", Cached)\nregistry.register("list", Stored)\n',
        'registry.register("read", cached)\nregistry.register(name="list", handler=stored)\n',
        'registry.register("read")(cached)\nregistry.register("list")(stored)\n',
        'for name, handler in {"read": cached, "list": stored}.items():\n    registry.register(name, handler)\n',
        'def add(name, handler):\n    registry.register(name, handler)\nadd("read", cached)\nadd("list", stored)\n',
    ],
)
@pytest.mark.parametrize(("name", "expected"), [('"read"', "violated"), ('"list"', "clean"), ('"gone"', "clean")])
def test_a_handler_runs_under_its_name(boot: str, name: str, expected: str, tmp_path: Path) -> None:
    assert verdict(tmp_path, HIDDEN, boot, name) == expected


@pytest.mark.parametrize(("name", "expected"), [('"read"', "violated"), ('"list"', "clean")])
def test_a_registry_outside_the_analysed_code(name: str, expected: str, tmp_path: Path) -> None:
    registry = "from somewhere import Registry\nregistry = Registry()\n"
    boot = 'registry.register("read", Cached())\nregistry.register("list", Stored())\n'
    assert verdict(tmp_path, registry, boot, name, "somewhere:Registry") == expected


def test_a_name_that_nobody_knows_may_be_any(tmp_path: Path) -> None:
    boot = 'registry.register("read", Cached())\n'
    assert verdict(tmp_path, HIDDEN, boot, "input()") == "violated"


def test_where_the_code_shows_the_call_the_table_adds_none(tmp_path: Path) -> None:
    """The registry passes two arguments: a call with one would run a handler that tells them apart otherwise."""
    boot = (
        "class Careful:\n    def run(self, key, more=None):\n"
        "        return Cached().run(key) if more is None else key\n"
        'registry.register("read", Careful())\n'
    )
    assert verdict(tmp_path, SHOWN, boot, '"read"') == "clean"
    assert verdict(tmp_path, SHOWN.replace(', "more"', ""), boot, '"read"') == "violated"
