"""What is write-only: a flow may warm a cache, and nothing that it sees there may get any further."""

from pathlib import Path

import pytest
from tests.program.programs import analyse

STATE = """
_cache = {}
_tenants = {}
_count = 0
_holder = None


class Registry:
    def __init__(self):
        self._items = {}

    def register(self, key, value):
        if key in self._items:
            return
        self._items[key] = value

    def find(self, key):
        return self._items.get(key)


def registry():
    global _holder
    if _holder is None:
        _holder = Registry()
    return _holder


def put(key, value):
    _cache[key] = value


def put_once(key, value):
    if key not in _cache:
        _cache[key] = value


def remember(tenant, key):
    if tenant not in _tenants:
        _tenants[tenant] = set()
    _tenants[tenant].add(key)


def collect(key, value):
    _tenants.setdefault(key, set()).add(value)


def hit():
    global _count
    _count += 1


def bump(key):
    _cache[key] = _cache.get(key, 0) + 1


def forget(key):
    if key in _cache:
        del _cache[key]


def get(key):
    return _cache.get(key)


def put_and_tell(key, value):
    known = key in _cache
    _cache[key] = value
    return known


def must_be_new(key):
    if key in _cache:
        raise ValueError(key)
    _cache[key] = 1


def each():
    for key in _cache:
        yield key
"""
WRITE_ONLY = {
    "a store": "put(x, 1)",
    "a store unless it is there": "put_once(x, 1)",
    "a register with an early return": "registry().register(x, 1)",
    "setdefault": "collect(x, 1)",
    "creating the holder on first use": "registry()",
    "a test that only chooses between writes": "remember(x, 1)",
    "a counter of a module": "hit()",
    "a counter under a key": "bump(x)",
    "a deletion": "forget(x)",
}
OBSERVED = {
    "a result that nobody takes: the function returns it": "get(x)",
    "a result that is returned": "return get(x)",
    "a result that is tested": "if get(x):\n        return 1",
    "a result that is raised": "raise ValueError(get(x))",
    "a result that is stored elsewhere": "x.found = get(x)",
    "a result that is passed out": "other(get(x))",
    "a result in a list": "found = []\n    found.append(get(x))\n    return found",
    "a result in a display": "return {'a': get(x)}",
    "a result in a text": "return f'{get(x)}'",
    "a result that is compared": "return get(x) is None",
    "a result that chooses a value": "a = 1\n    if get(x):\n        a = 2\n    return a",
    "a write that tells what was there": "return put_and_tell(x, 1)",
    "an error where it is there": "must_be_new(x)",
    "an error where it is missing": "try:\n        registry()._items[x]\n    except KeyError:\n        return False",
    "an error that is left to the caller": "_cache[x]",
    "iteration": "return list(each())",
    "a method of the holder": "return registry().find(x)",
}
FLOW = (
    "from app.state import *\nfrom app.state import _cache\n\ndef other(x):\n    return x\n\n\ndef decide(x):\n    {}\n"
)


@pytest.mark.parametrize("name", WRITE_ONLY)
def test_what_only_goes_into_the_state_is_no_reach(tmp_path: Path, name: str) -> None:
    found = analyse(tmp_path, {"app/state.py": STATE, "app/flow.py": FLOW.format(WRITE_ONLY[name])})
    assert (found.verdict.verdict, found.ways) == ("clean", ())


@pytest.mark.parametrize("name", OBSERVED)
def test_what_gets_out_is(tmp_path: Path, name: str) -> None:
    found = analyse(tmp_path, {"app/state.py": STATE, "app/flow.py": FLOW.format(OBSERVED[name])})
    assert found.verdict.verdict == "violated"
    assert {way.depth for way in found.ways} == {"read"}


def test_a_forbidden_state_is_not_even_written(tmp_path: Path) -> None:
    files = {"app/state.py": STATE, "app/flow.py": FLOW.format("put(x, 1)")}
    [way] = analyse(tmp_path, files, 'role = "forbidden"\n').ways
    assert (way.depth, way.target, way.location.span.line) == ("write", "app.state:_cache", 9)


def test_objects_may_be_named_or_left_out(tmp_path: Path) -> None:
    files = {"app/state.py": STATE, "app/flow.py": FLOW.format("return get(x)")}
    named = 'objects = ["app.state:_tenants"]\n'
    assert {way.depth for way in analyse(tmp_path / "all", files).ways} == {"read"}
    assert {way.depth for way in analyse(tmp_path / "one", files, named).ways} == {"call"}


def test_one_mistake_is_one_finding(tmp_path: Path) -> None:
    text = "from app import state\n\n\ndef decide(x):\n    a = state.get(x)\n    b = state._cache\n    return a, b[x]\n"
    ways = analyse(tmp_path, {"app/flow.py": text}).ways
    assert [(way.depth, way.location.span.line) for way in ways] == [("read", 5), ("read", 7)]


def test_binding_what_a_holder_has_that_may_not_be_there_yet_is_no_read(tmp_path: Path) -> None:
    text = "from app import state\n\n\ndef decide(x):\n    items = state.registry()._items\n    return x in items\n"
    ways = analyse(tmp_path, {"app/state.py": STATE, "app/flow.py": text}).ways
    assert [(way.depth, way.location.span.line) for way in ways] == [("read", 6)]


def test_an_import_alone_is_a_way_where_nothing_deeper_is(tmp_path: Path) -> None:
    ways = analyse(tmp_path, {"app/flow.py": "def decide(x):\n    from app import state\n    return x\n"}).ways
    assert [(way.depth, way.target) for way in ways] == [("import", "app.state")]


def test_harmless_names_are_no_way(tmp_path: Path) -> None:
    text = "from app.state import get\n\n\ndef decide(x):\n    return get(x)\n"
    state = "LIMIT = 3\n_cache = {}\n\n\ndef get(x):\n    return LIMIT\n"
    files = {"app/state.py": state, "app/flow.py": text}
    assert analyse(tmp_path / "a", files).verdict.verdict == "violated"
    assert (
        analyse(tmp_path / "b", files, 'harmless = ["app.state:get", "app.state:LIMIT"]\n').verdict.verdict == "clean"
    )
