"""What annotations alone say of a register's class, without asking the engine for values.

Used to rule out places before values are computed there: most receivers of a large code base are annotated, or
made or returned by something that is.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from truthline.facts.code import (
    Attr,
    Await,
    Call,
    Hint,
    ImportFrom,
    Item,
    Load,
    Next,
    Param,
    Phi,
    Register,
    SetAttr,
    Type,
    Unpack,
)
from truthline.program.engine.values import Class, External, Function, Instance

if TYPE_CHECKING:
    from truthline.program.engine.engine import Engine
    from truthline.program.engine.units import Unit

Declaration = tuple["Unit", Type]
"""A type expression, and the unit in whose scope its names are read."""
_DEEPEST = 8
_ELEMENT_METHODS = {"get": 1, "pop": -1, "setdefault": 1, "popitem": -1}
_ASYNC = {"Awaitable", "Coroutine"}


class Declared:
    """Declared types of registers."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._known: dict[tuple[Unit, Register], tuple[Declaration, ...] | None] = {}

    def classes(self, unit: Unit, register: Register) -> frozenset[Class] | None:
        """The first-party classes a register is declared to be of (none for others); None where nothing is said."""
        declarations = self.types(unit, register, 0)
        if declarations is None:
            return None
        found: set[Class] = set()
        for scope, annotation in declarations:
            resolved = self._resolve(scope, annotation)
            if resolved is None:
                return None
            found |= resolved
        return frozenset(found)

    def _resolve(self, scope: Unit, annotation: Type) -> set[Class] | None:
        if annotation.name == "|":
            parts = [self._resolve(scope, part) for part in annotation.args]
            return None if any(part is None for part in parts) else {one for part in parts if part for one in part}
        found: set[Class] = set()
        for value in self.engine.types.instances(scope, annotation):
            if isinstance(value, Instance):
                found.add(value.cls)
            elif not isinstance(value, External) and annotation.name != "None":
                return None
        return found

    def types(self, unit: Unit, register: Register, depth: int) -> tuple[Declaration, ...] | None:
        """The type expressions a register is declared by."""
        key = (unit, register)
        if key not in self._known:
            self._known[key] = None
            found = None if depth > _DEEPEST else self._find(unit, register, depth + 1)
            self._known[key] = tuple(found) if found is not None else None
        return self._known[key]

    def _find(self, unit: Unit, register: Register, depth: int) -> Iterable[Declaration] | None:
        instruction = unit.code.instructions[register]
        match instruction:
            case Param(index=index):
                annotation = unit.code.params[index].annotation
                if index == 0 and unit.owner is not None and "staticmethod" not in self.engine.classes.decorators(unit):
                    return self._own(unit)
                return None if annotation is None else ((unit, annotation),)
            case Hint(type=annotation):
                return ((unit, annotation),)
            case Await(base=base):
                return self.types(unit, base, depth)
            case Phi(args=args):
                return self._all(unit, args, depth)
            case Item(base=base) | Next(base=base):
                return self._elements(unit, base, depth)
            case Unpack(base=base):
                return self._elements(unit, base, depth)
            case Attr(base=base, name=name):
                return self._field(unit, base, name, depth)
            case Call():
                return self._called(unit, instruction, depth)
        return None

    def _own(self, unit: Unit) -> Iterable[Declaration] | None:
        if unit.owner is None or unit.owner.parent is None or "classmethod" in self.engine.classes.decorators(unit):
            return None
        return ((unit.owner.parent, Type(unit.owner.name)),)

    def _all(self, unit: Unit, registers: Iterable[Register], depth: int) -> Iterable[Declaration] | None:
        found: list[Declaration] = []
        for register in registers:
            one = self.types(unit, register, depth)
            if one is None:
                return None
            found += one
        return found

    def _elements(self, unit: Unit, base: Register, depth: int) -> Iterable[Declaration] | None:
        containers = self.types(unit, base, depth)
        if containers is None:
            return None
        found: list[Declaration] = []
        for scope, annotation in containers:
            named = [part for part in _options(annotation) if part.name not in ("None", "str")]
            for part in named:
                if not part.args:
                    return None
                found.append((scope, part.args[-1]))
        return found

    def _field(self, unit: Unit, base: Register, name: str, depth: int) -> Iterable[Declaration] | None:
        owners = self._classes_of(unit, base, depth)
        if not owners:
            return None
        found: list[Declaration] = []
        for cls in owners:
            declared = next(
                (one for part in self.engine.classes.order(cls) for one in _declared_in(part.unit, name)), None
            )
            if declared is None:
                return None
            found.append(declared)
        return found

    def _classes_of(self, unit: Unit, register: Register, depth: int) -> frozenset[Class]:
        return (self.types(unit, register, depth) is not None and self.classes(unit, register)) or frozenset()

    def _called(self, unit: Unit, call: Call, depth: int) -> Iterable[Declaration] | None:
        func = unit.code.instructions[call.func]
        if isinstance(func, (Load, ImportFrom)):
            return self._named_call(unit, call.func)
        if not isinstance(func, Attr):
            return None
        if func.name in _ELEMENT_METHODS:
            elements = self._elements(unit, func.base, depth)
            if elements is not None:
                return elements
        owners = self._classes_of(unit, func.base, depth)
        found: list[Declaration] = []
        for cls in owners:
            method = next(iter(self.engine.classes.methods_named(cls.unit, func.name)), None)
            if method is None or method.code.returns is None:
                return None
            found.append((method, method.code.returns))
        return found or None

    def _named_call(self, unit: Unit, func: Register) -> Iterable[Declaration] | None:
        found: list[Declaration] = []
        for value in self.engine.value(self.engine.ambient(unit), func):
            if isinstance(value, Class) and value.unit.parent is not None and not value.unit.model:
                found.append((value.unit.parent, Type(value.unit.name)))
            elif isinstance(value, Function) and value.unit.code.returns is not None and not value.unit.model:
                found.append((value.unit, value.unit.code.returns))
            else:
                return None
        return found or None


def _options(annotation: Type) -> tuple[Type, ...]:
    if annotation.name == "|":
        return annotation.args
    return annotation.args if annotation.name.rpartition(".")[2] in _ASYNC else (annotation,)


def _declared_in(cls: Unit, name: str) -> Iterable[Declaration]:
    """A field's annotation in a class body, or at an assignment to `self.name` in a method."""
    for _, bind in cls.bindings.get(name, ()):
        hint = cls.code.instructions[bind.value]
        if isinstance(hint, Hint):
            yield cls, hint.type
    for method in cls.inner:
        for _, store in method.find(SetAttr):
            if store.name == name:
                hint = method.code.instructions[store.value]
                if isinstance(hint, Hint):
                    yield method, hint.type
                elif isinstance(hint, Param) and method.code.params[hint.index].annotation is not None:
                    annotation = method.code.params[hint.index].annotation
                    if annotation is not None:
                        yield method, annotation
