"""Which fixtures a test can mean: those of its class, its module, and of the `conftest.py` files above it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from truthline.facts.code import Call
from truthline.program.engine.calls import Arguments, Site
from truthline.program.engine.protocols import argument, texts
from truthline.program.engine.units import Unit
from truthline.program.engine.values import NOTHING, Constant, Function, Instance, Method, Value, Values

if TYPE_CHECKING:
    from truthline.program.engine.engine import Engine

_FIXTURE = "pytest:_Fixture"
_CONFTEST = "conftest"
Scope = list[tuple[str, Instance]]


def can_be_collected(engine: Engine, unit: Unit) -> bool:
    """Whether fixtures can be meant for a function: something of pytest's stands in its file or in a conftest above."""
    if not unit.is_function or unit.module not in engine.modules.by_name:
        return False
    modules = [unit.module, *_conftests(engine, unit)]
    return any(engine.modules.by_name[name] in engine.modules.files_mentioning("pytest") for name in modules)


def _conftests(engine: Engine, unit: Unit) -> list[str]:
    """The modules of the `conftest.py` files that count for a file, the nearest first."""
    above = PurePosixPath(unit.file).parents
    found = [module for module in engine.modules.by_file.values() if PurePosixPath(module.file).stem == _CONFTEST]
    near = [module for module in found if PurePosixPath(module.file).parent in above and module.name != unit.module]
    return [module.name for module in sorted(near, key=lambda one: -len(one.file))]


def _scopes(engine: Engine, unit: Unit) -> Iterable[Scope]:
    """The fixtures of a function's class, of its module and of what stands above, nearest first."""
    if unit.owner is not None:
        yield _defined_in(engine, unit.owner)
    for name in (unit.module, *_conftests(engine, unit)):
        units = engine.bodies.units(name)
        yield _defined_in(engine, units[0]) if units else []


def _defined_in(engine: Engine, scope: Unit) -> Scope:
    context = engine.ambient(scope) if scope.parent is not None else engine.universe.context(scope, None, ())
    return [
        (next(iter(_names(engine, one)), name), one)
        for name, bindings in scope.bindings.items()
        for _, bind in bindings
        if isinstance(scope.code.instructions[bind.value], Call)
        for one in sorted(engine.value(context, bind.value), key=repr)
        if isinstance(one, Instance) and one.cls.unit.symbol == _FIXTURE
    ]


def _names(engine: Engine, fixture: Instance) -> list[str]:
    return texts(engine.heap.field_values(fixture, "named"))


def _unit(test: Value) -> Unit | None:
    function = test.function if isinstance(test, Method) else test
    return function.unit if isinstance(function, Function) else None


def _fixtures(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    """`fixtures(test, name, asker)`: the nearest of that name; a fixture that asks for its own name means the next."""
    asker = argument(arguments, 2)
    found: set[Value] = set()
    for unit in filter(None, map(_unit, argument(arguments, 0))):
        for name in texts(argument(arguments, 1)):
            found |= _nearest(engine, unit, name, asker)
    return found


def _nearest(engine: Engine, unit: Unit, name: str, asker: Values) -> Values:
    for scope in _scopes(engine, unit):
        named = frozenset(one for own, one in scope if own == name and one not in asker)
        if named:
            return named
    return NOTHING


def _used_unasked(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    """`used_unasked(test)`: the fixtures with `autouse` that count for a test."""
    return {
        one
        for unit in filter(None, map(_unit, argument(arguments, 0)))
        for scope in _scopes(engine, unit)
        for _, one in scope
        if any(
            isinstance(given, Constant) and given.value is True for given in engine.heap.field_values(one, "autouse")
        )
    }


TESTING: dict[str, Callable[[Any, Arguments, Site | None], Iterable[Value]]] = {
    "fixtures": _fixtures,
    "used_unasked": _used_unasked,
}
