"""Attributes that are stored by a computed name: `setattr(cls, name, f)`, `globals()[name] = f`, `vars(x).update(...)`.

Syntax does not tell which name such a statement stores. So the names that each of them can mean are computed once, and
whoever reads an attribute has those statements computed that can mean its name.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

from truthline.facts.code import Attr, Call, Load, Register, SetItem
from truthline.facts.targets import ANY_NAME
from truthline.program.engine.solver import Node
from truthline.program.engine.units import Unit
from truthline.program.engine.values import Constant, Context, Instance, Values

if TYPE_CHECKING:
    from truthline.program.engine.engine import Engine

Place = tuple[Context, Register]
_NAMESPACES = {"globals", "locals", "vars"}
_FILLING = {"update", "setdefault", "__setitem__"}


def run_stores(engine: Engine, name: str) -> None:
    """Computes every statement that can store an attribute of that name by computing it."""
    engine.solver.read(engine.solver.node(("stores by name", name), partial(_run_stores, engine, name)))


def _run_stores(engine: Engine, name: str) -> Iterable[Place]:
    engine.solver.read(engine.solver.node("computed names", partial(_find_names, engine)))
    for context, register in sorted(engine.solver.read(_storing(engine, name))):
        engine.value(context, register)
    return ()


def _storing(engine: Engine, name: str) -> Node:
    """The statements that can mean a name, in the contexts in which they can: each is looked at by itself."""
    return engine.solver.node(("storing by name", name), None)


def _find_names(engine: Engine) -> Iterable[Place]:
    for module in engine.modules.files_storing(ANY_NAME):
        for unit in engine.bodies.units(module.name):
            for register in _places(unit):
                key = ("names stored at", unit, register)
                engine.solver.read(engine.solver.node(key, partial(_note_names, engine, unit, register)))
    return ()


def _note_names(engine: Engine, unit: Unit, register: Register) -> Iterable[Place]:
    """Notes each name that a statement can mean, for whoever asks for it."""
    for context in engine.precise(engine.ambient(unit, deep=True), register):
        for name in _names(engine, context, register):
            engine.solver.push(_storing(engine, name), ((context, register),))
    return ()


def _places(unit: Unit) -> Iterable[Register]:
    for register, store in unit.find(SetItem):
        if _is_namespace(unit, store.base):
            yield register
    for register, call in unit.find(Call):
        func = unit.code.instructions[call.func]
        if isinstance(func, Load):
            if func.name == "setattr" and len(call.args) == 3:
                yield register
        elif isinstance(func, Attr) and func.name in _FILLING and _is_namespace(unit, func.base):
            yield register


def _is_namespace(unit: Unit, register: Register) -> bool:
    made = unit.code.instructions[register]
    if isinstance(made, Call):
        func = unit.code.instructions[made.func]
        return isinstance(func, Load) and func.name in _NAMESPACES
    return isinstance(made, Attr) and made.name == "__dict__"


def _names(engine: Engine, context: Context, register: Register) -> Iterable[str]:
    """The names that a store of this module's kinds can mean, as far as they are constant."""
    store = context.unit.code.instructions[register]
    if isinstance(store, SetItem):
        return _texts(engine.value(context, store.key))
    if not isinstance(store, Call):
        return ()
    func = context.unit.code.instructions[store.func]
    if isinstance(func, Load):
        return _texts(engine.value(context, store.args[1]))
    given = [name for name, _ in store.keywords if name is not None]
    for argument in store.args[:1]:
        values = engine.value(context, argument)
        given += _texts(values)
        given += _texts(frozenset(key for one in values if isinstance(one, Instance) for key in engine.heap.keys(one)))
    return given


def _texts(values: Values) -> list[str]:
    return [one.value for one in values if isinstance(one, Constant) and isinstance(one.value, str)]
