"""What an annotation admits."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from truthline.facts.code import Type
from truthline.program.engine.outside import result_path
from truthline.program.engine.values import Class, External, Instance, Opaque, Value, Values

if TYPE_CHECKING:
    from truthline.program.engine.engine import Engine
    from truthline.program.engine.units import Unit

_BUILTIN = {
    "List": "list", "Dict": "dict", "Set": "set", "FrozenSet": "set", "Tuple": "tuple", "Sequence": "list",
    "MutableSequence": "list", "Iterable": "list", "Iterator": "list", "Collection": "list", "Mapping": "dict",
    "MutableMapping": "dict", "DefaultDict": "dict", "OrderedDict": "dict", "AsyncIterator": "list",
    "Generator": "list", "AsyncGenerator": "list", "AsyncIterable": "list", "Text": "str", "AbstractSet": "set",
    "frozenset": "set", "deque": "list",
}  # fmt: skip
_TRANSPARENT = {"Awaitable", "Coroutine"}
_VARIABLES = ("TypeVar()", "ParamSpec()", "TypeVarTuple()")
_ANYTHING = {"Any", "object", "Callable", "TypeVar", "ParamSpec", "Self", "NoReturn", "Never"}


class Types:
    """Values of annotated names."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def instances(self, unit: Unit, annotation: Type, shallow: bool = False) -> Values:
        """Any object that the annotation, as written in `unit`, admits."""
        values = frozenset(self._instances(unit, annotation))
        return frozenset(self._shallow(value) for value in values) if shallow else values

    def _shallow(self, value: Value) -> Value:
        if isinstance(value, Instance) and value.anywhere and not value.shallow:
            return self.engine.universe.make(Instance, value.cls, None, None, None, value.hint, True)
        return value

    def _instances(self, unit: Unit, annotation: Type) -> Iterable[Value]:
        name = annotation.name
        last = name.rpartition(".")[2]
        if name == "|":
            for part in annotation.args:
                yield from self._instances(unit, part)
        elif name == "None":
            yield self.engine.universe.constant(None)
        elif last in _TRANSPARENT:
            if annotation.args:
                yield from self._instances(unit, annotation.args[-1])
        elif last in _ANYTHING or not name:
            yield self.engine.opaque(f"annotated as {name or 'something unreadable'}")
        elif last in ("type", "Type"):
            yield from (one for part in annotation.args for one in self._classes(unit, part))
        else:
            yield from self._named(unit, annotation)

    def _named(self, unit: Unit, annotation: Type) -> Iterable[Value]:
        last = annotation.name.rpartition(".")[2]
        builtin = self.engine.builtin_class(_BUILTIN[last]) if last in _BUILTIN else None
        if builtin is not None:
            yield self._any(builtin, unit, annotation)
            return
        for value in self._plain(self.resolve(unit, annotation.name)):
            if isinstance(value, Class):
                if value.unit.model:
                    yield self._any(value, unit, annotation)
                else:
                    for one in self._admitted(value):
                        yield self.engine.universe.make(Instance, one)
            elif isinstance(value, External) and not value.path.endswith(_VARIABLES):
                yield self.engine.universe.make(External, result_path(value.path))
            else:
                yield self.engine.opaque(f"annotated as {annotation.name}")

    def _plain(self, values: Values) -> Iterable[Value]:
        """The values of a name, the type of an `Annotated` for what is called by one."""
        from truthline.program.engine.serving import annotated

        for value in values:
            parts = annotated(self.engine, value)
            yield from (value,) if parts is None else parts[0]

    def _admitted(self, cls: Class) -> Iterable[Class]:
        if self.engine.classes.is_abstract(cls):
            return self.engine.classes.implementers(cls)
        return (cls,)

    def _any(self, cls: Class, unit: Unit, annotation: Type) -> Instance:
        hint = (unit, annotation) if annotation.args else None
        return self.engine.universe.make(Instance, cls, None, None, None, hint)

    def _classes(self, unit: Unit, annotation: Type) -> Iterable[Value]:
        for value in self.resolve(unit, annotation.name):
            if isinstance(value, Class):
                yield value
                yield from self.engine.classes.subclasses(value)
            elif isinstance(value, (External, Opaque)):
                yield value

    def named(self, unit: Unit, annotation: Type) -> Iterable[Class]:
        """The classes of the analysed code that stand anywhere in an annotation."""
        for part in annotation.args:
            yield from self.named(unit, part)
        for value in self._plain(self.resolve(unit, annotation.name)) if annotation.name not in ("", "|") else ():
            if isinstance(value, Class) and not value.unit.model:
                yield value

    def resolve(self, unit: Unit, name: str) -> Values:
        """The value of a dotted name as an annotation of `unit` sees it."""
        first, *rest = name.split(".")
        values = self._first(unit, first)
        for part in rest:
            values = frozenset(one for value in values for one in self.engine.attribute(value, part))
        return values

    def _first(self, unit: Unit, name: str) -> Values:
        scope: Unit | None = unit
        while scope is not None and scope.parent is not None:
            if scope.is_function:
                local = self._local(scope, name)
                if local:
                    return local
            elif name in scope.bindings:
                context = self.engine.ambient(scope)
                return frozenset(
                    one for _, bind in scope.bindings[name] for one in self.engine.value(context, bind.value)
                )
            scope = scope.parent
        return self.engine.names.load(unit.module, name)

    def _local(self, unit: Unit, name: str) -> Values:
        """Classes defined and names imported inside a function."""
        context = self.engine.ambient(unit)
        found: set[Value] = set()
        for inner in unit.inner:
            if inner.code.kind == "class" and inner.name == name:
                found |= self.engine.value(context, inner.maker)
        for place, register in self.engine.bodies.index(unit.module).imports.get(name, ()):
            if place is unit:
                found |= self.engine.value(context, register)
        return frozenset(found)

    def elements(self, value: Instance, key: bool = False) -> Values:
        """What an annotated container holds: its last argument, or its first for the keys of a mapping."""
        if value.hint is None:
            return frozenset((self.engine.opaque(f"the content of {value!r} is not known"),))
        unit, annotation = value.hint
        arguments = [part for part in annotation.args if part.name]
        if not arguments:
            return frozenset((self.engine.opaque(f"the content of {annotation.name} is not known"),))
        if value.cls.unit.name == "tuple":
            return frozenset(one for part in arguments for one in self.instances(unit, part, value.shallow))
        return self.instances(unit, arguments[0 if key else -1], value.shallow)
