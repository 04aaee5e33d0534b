"""The call graph of some files: who calls whom, under PyCG's names.

Every function that the files define and every module body is an entry. A module's body stands under the module's
name, a function under its qualified name (`pkg.mod.Class.method`, `pkg.mod.f.<lambda1>`), a builtin as
`<builtin>.print`, a method of a builtin type as `<**PyStr**>.join`, code that is not analysed by the path that leads
to it. Models are looked through: what `map(f, xs)` calls is called by whoever iterates over it.
"""

from __future__ import annotations

from collections.abc import Iterable

from truthline.facts.code import Attr, Call, Load, Register
from truthline.program.engine.attributes import class_members
from truthline.program.engine.engine import Engine
from truthline.program.engine.units import Unit
from truthline.program.engine.values import (
    Class,
    Constant,
    Context,
    External,
    Function,
    Instance,
    Intrinsic,
    Method,
    Value,
)
from truthline.program.slices import Slice

_NOT_CALLABLE = "builtins.TypeError"
_TYPES = {
    "str": "PyStr", "dict": "PyDict", "list": "PyList", "set": "PySet", "tuple": "PyTuple", "int": "PyNum",
    "float": "PyNum", "complex": "PyNum", "bool": "PyBool",
}  # fmt: skip


def call_graph(engine: Engine, files: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """By caller, its callees, both in order of their names."""
    wanted = set(files)
    modules = [name for name, module in sorted(engine.modules.by_name.items()) if module.file in wanted]
    part = _reached(engine, modules)
    edges: dict[str, set[str]] = {}
    for module in modules:
        for unit in engine.bodies.units(module):
            if unit.code.kind != "class":
                edges.setdefault(node_name(unit), set())
    for context in part.arrivals:
        for callee in _callees(part, context):
            edges.setdefault(node_name(_caller(context.unit)), set()).add(callee)
    for callee in sorted({one for found in edges.values() for one in found}):
        edges.setdefault(callee, set())
    return {caller: tuple(sorted(edges[caller])) for caller in sorted(edges)}


def node_name(unit: Unit) -> str:
    """The name of a function or module body."""
    if unit.module == "builtins" and unit.model:
        return f"<builtin>.{unit.code.qualname}"
    return f"{unit.module}.{unit.code.qualname}" if unit.code.qualname else unit.module


def _reached(engine: Engine, modules: list[str]) -> Slice:
    """What the bodies execute, and every function besides that they do not: it may be called from anywhere."""
    entries = [context for name in modules if (context := engine.module(name)) is not None]
    part = Slice(engine, entries)
    while True:
        reached = {context.unit for context in part.arrivals}
        missing = next(
            (
                unit
                for name in modules
                for unit in engine.bodies.units(name)
                if unit.is_function and unit not in reached and (unit.parent in reached or not _is_inner(unit))
            ),
            None,
        )
        if missing is None:
            return part
        entries.append(engine.ambient(missing, deep=True))
        part = Slice(engine, entries)


def _is_inner(unit: Unit) -> bool:
    """Whether a function stands inside another: it exists only where that one runs."""
    outer = unit.parent
    while outer is not None and not outer.is_function:
        outer = outer.parent
    return outer is not None


def _caller(unit: Unit) -> Unit:
    """A class body runs in the function or module that holds it."""
    while unit.code.kind == "class" and unit.parent is not None:
        unit = unit.parent
    return unit


def _callees(part: Slice, context: Context) -> Iterable[str]:
    for register in part.executable(context):
        for target in part.effects(context, register).targets:
            if target.unit.code.kind not in ("class", "module"):
                yield node_name(target.unit)
        yield from _outside(part.engine, context, register)


def _outside(engine: Engine, context: Context, register: Register) -> Iterable[str]:
    """What an instruction calls that is not analysed."""
    call = context.unit.code.instructions[register]
    callees = engine.value(context, call.func) if isinstance(call, Call) else frozenset()
    constructors = {path for value in callees for path in _outside_constructors(engine, value)}
    yield from (f"{path}.__init__" for path in constructors)
    for path in engine.execute(context, register).externals:
        if path != _NOT_CALLABLE and path not in constructors:
            yield _external_name(path)
    # Of the standard library's decorators nobody writes that they are called.
    if isinstance(call, Call) and not _decorates(context.unit, register, call):
        func = context.unit.code.instructions[call.func]
        for value in callees:
            written = func.name if isinstance(func, (Attr, Load)) else None
            name = _model_name(value, written)
            if isinstance(value, Intrinsic) and isinstance(func, Load):
                name = f"<builtin>.{func.name}"
            if name is not None:
                yield name


def _outside_constructors(engine: Engine, value: Value) -> Iterable[str]:
    """The bases that are not analysed and whose constructor makes an object of a class without one of its own."""
    if isinstance(value, Class) and not value.unit.model and not class_members(engine, value, "__init__")[1]:
        yield from (base.path for base in engine.classes.outside_bases(value) if isinstance(base, External))


def _decorates(unit: Unit, register: Register, call: Call) -> bool:
    """Whether a call is a decorator at work, which stands where the decorator does."""
    return unit.code.where(register) == unit.code.where(call.func)


def _external_name(path: str) -> str:
    plain = path.replace("()", "")
    return f"<builtin>.{plain.removeprefix('builtins.')}" if plain.startswith("builtins.") else plain


def _class_name(value: Value) -> str:
    is_builtin = isinstance(value, Class) and value.unit.model and value.unit.module == "builtins"
    return value.unit.name if is_builtin and isinstance(value, Class) else ""


def _model_name(value: Value, written: str | None) -> str | None:
    """The name of a function or class of the standard library, or of a method of a builtin type."""
    if isinstance(value, Method) and isinstance(value.function, (Function, Class)):
        bound = value.bound.cls if isinstance(value.bound, Instance) else value.bound
        own = type(value.bound.value).__name__ if isinstance(value.bound, Constant) else _class_name(bound)
        if own in _TYPES:
            return f"<**{_TYPES[own]}**>.{written or value.function.unit.name}"
        value = value.function if isinstance(bound, Class) and bound is value.bound else value
    if isinstance(value, (Function, Class)) and value.unit.model and not value.unit.code.qualname.startswith("_"):
        return node_name(value.unit)
    return None
