"""Where a value is read that was kept: in an attribute, a variable, a default, a field of a record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from truthline.facts import code as ir
from truthline.facts.code import Register
from truthline.program.bodies import BodyStore
from truthline.program.engine.engine import Engine
from truthline.program.engine.units import Unit
from truthline.program.engine.values import Class, Instance, ModuleValue, Value
from truthline.program.logs.definitions import called_name
from truthline.program.logs.tainted import Passing, Storing, Taint
from truthline.program.modules import Modules

Place = tuple[Unit, Register]

ENGINE_BUDGET = 10_000
"""Computations for the classes of objects; what is asked after them is not followed through attributes and records."""
_MOST_READERS = 40
_TELLING = frozenset(("dataclass", "define", "frozen", "mutable", "attrs"))
_TELLING_BASES = ("NamedTuple", "BaseModel", "BaseSettings", "SQLModel")


class KeptValues:
    """Finds the readers of what functions keep; those from which a value `goes_on` nowhere are not asked about."""

    def __init__(self, modules: Modules, bodies: BodyStore, goes_on: Callable[[Unit, Register, Taint], bool]) -> None:
        self._engine = Engine(modules, bodies, ENGINE_BUDGET)
        self._goes_on = goes_on

    def readers(self, unit: Unit, storing: Storing) -> Iterator[Place]:
        """The registers that read what a function, or the body of a class or module, stores."""
        if storing.kind == "attribute":
            yield from self._of_attribute(storing.name, self._classes(unit, storing.base), storing.taint)
        elif storing.kind == "cell":
            index = self._engine.bodies.index(unit.module)
            yield from index.cells.get((storing.code, storing.name), ())
        elif storing.kind == "default":
            yield from self._of_default(unit, storing)
        elif unit.code.kind == "class":
            yield from self._of_attribute(storing.name, frozenset((unit,)), storing.taint)
        else:
            yield from self._of_name(unit, storing)

    def field_readers(self, unit: Unit, passing: Passing) -> Iterator[Place]:
        """The registers that read a field of the records which a call makes of what it is passed."""
        call = unit.code.instructions[passing.call]
        if isinstance(call, ir.Call):
            for value in sorted(self._values(unit, call.func), key=repr):
                if isinstance(value, Class) and not value.unit.model:
                    name = _field(self._fields(value), passing.place)
                    if name is not None:
                        yield from self._of_attribute(name, frozenset((value.unit,)), passing.taint)

    def told_fields(self, unit: Unit, register: Register) -> tuple[tuple[str, Register], ...]:
        """The fields of the record that a call makes, with what they are given, where it tells them when printed."""
        call = unit.code.instructions[register]
        if not isinstance(call, ir.Call) or not called_name(unit, call)[:1].isupper():
            return ()
        classes = [one for one in self._values(unit, call.func) if isinstance(one, Class) and not one.unit.model]
        if len(classes) != 1 or not self._tells(classes[0]):
            return ()
        fields = self._fields(classes[0])
        hidden = _hidden(classes[0].unit)
        given: list[tuple[int | str, Register]] = [*enumerate(call.args)]
        given += [(word, value) for word, value in call.keywords if word is not None]
        named = ((_field(fields, place), value) for place, value in given)
        return tuple((name, value) for name, value in named if name is not None and name not in hidden)

    # -- one kind each ------------------------------------------------------------------------

    def _of_attribute(self, name: str, classes: frozenset[Unit], taint: Taint) -> Iterator[Place]:
        found = (place for place in self._attributes(name, taint) if classes and self._is_of(*place, classes))
        yield from islice(found, _MOST_READERS)

    def _attributes(self, name: str, taint: Taint) -> Iterator[Place]:
        for module in self._engine.modules.files_mentioning(name):
            for unit, register in self._engine.bodies.index(module.name).attributes.get(name, ()):
                if unit.place(register) is not None and self._goes_on(unit, register, taint):
                    yield unit, register

    def _is_of(self, unit: Unit, register: Register, classes: frozenset[Unit]) -> bool:
        """Whether an attribute is read of an object of one of the classes, or of a class of theirs."""
        attr = unit.code.instructions[register]
        assert isinstance(attr, ir.Attr)
        return any(not classes.isdisjoint(above) for above in self._orders(unit, attr.base))

    def _classes(self, unit: Unit, base: Register) -> frozenset[Unit]:
        """The classes of which a register holds an object, those that an analysed file defines."""
        return frozenset(order[0] for order in self._orders(unit, base) if order)

    def _orders(self, unit: Unit, base: Register) -> Iterator[tuple[Unit, ...]]:
        """For each class of which a register may hold an object: that class and those above it."""
        if unit.code.instructions[base] == ir.Param(0) and unit.owner is not None:
            yield from ((unit.owner, *order) for order in self._above(unit.owner))
            return
        for value in self._values(unit, base, deep=isinstance(unit.code.instructions[base], ir.Param)):
            cls = value.cls if isinstance(value, Instance) else value
            if isinstance(cls, Class):
                yield tuple(one.unit for one in self._engine.classes.order(cls) if not one.unit.model)

    def _above(self, cls: Unit) -> Iterator[tuple[Unit, ...]]:
        if cls.parent is not None:
            made = self._engine.universe.make(Class, cls, self._engine.ambient(cls.parent))
            yield tuple(one.unit for one in self._engine.classes.order(made) if not one.unit.model)

    def _of_default(self, unit: Unit, storing: Storing) -> Iterator[Place]:
        for inner in unit.inner:
            if inner.code.index == storing.code:
                found = (register for register, one in inner.find(ir.Param) if one.index == storing.index)
                yield from ((inner, register) for register in found)

    def _of_name(self, unit: Unit, storing: Storing) -> Iterator[Place]:
        """The readers of a module's variable: there, and in modules that import it or the module."""
        yield from self._engine.bodies.index(unit.module).loads.get(storing.name, ())
        found = (
            place
            for module in self._engine.modules.files_mentioning(storing.name)
            if module.name != unit.module
            for place in self._imported(unit.module, module.name, storing)
        )
        yield from islice(found, _MOST_READERS)

    def _imported(self, source: str, module: str, storing: Storing) -> Iterator[Place]:
        index = self._engine.bodies.index(module)
        last = source.rpartition(".")[2]
        for unit, register in index.imports.get(storing.name, ()):
            one = unit.code.instructions[register]
            if isinstance(one, ir.ImportFrom) and f".{source}".endswith(f".{one.module}" if one.module else last):
                yield unit, register
        for unit, register in index.attributes.get(storing.name, ()):
            attr = unit.code.instructions[register]
            if isinstance(attr, ir.Attr) and self._goes_on(unit, register, storing.taint):
                values = self._values(unit, attr.base)
                if any(isinstance(one, ModuleValue) and one.name == source for one in values):
                    yield unit, register

    # -- records ------------------------------------------------------------------------------

    def _fields(self, cls: Class) -> list[str]:
        """The fields that a class takes in order; none where a function of its own takes the arguments."""
        inits = (init for init in self._engine.classes.methods_named(cls.unit, "__init__") if not init.model)
        return [] if any(inits) else self._engine.classes.parameters(cls)

    def _tells(self, cls: Class) -> bool:
        """Whether an object prints its fields: a record of a library that makes them so, without a text of its own."""
        texts = (one for name in ("__repr__", "__str__") for one in self._engine.classes.methods_named(cls.unit, name))
        own = any(not one.model for one in texts)
        order = self._engine.classes.order(cls)
        decorated = any(self._engine.classes.decorators(one.unit) & _TELLING for one in order)
        bases = self._engine.classes.library_bases(cls)
        return not own and (decorated or any(base.endswith(_TELLING_BASES) for base in bases))

    def _values(self, unit: Unit, register: Register, *, deep: bool = False) -> frozenset[Value]:
        """What a register can hold; where `deep`, also what the calls of its function pass.

        Nothing is said where the budget is spent.
        """
        node = self._engine.node(self._engine.ambient(unit, deep=deep), register)
        found: frozenset[Value] = self._engine.solver.solve(node)
        return frozenset() if self._engine.solver.exhausted else found


def _field(fields: list[str], place: int | str) -> str | None:
    if isinstance(place, int):
        return fields[place] if place < len(fields) else None
    return place if place in fields else None


def _hidden(cls: Unit) -> frozenset[str]:
    """The fields that say `repr=False`."""
    found = []
    for _, bind in cls.find(ir.Bind):
        for call in _calls(cls, bind.value):
            for word, value in call.keywords:
                said = cls.code.instructions[value]
                if word == "repr" and isinstance(said, ir.Const) and said.value is False:
                    found.append(bind.name)
    return frozenset(found)


def _calls(cls: Unit, register: Register) -> Iterable[ir.Call]:
    one = cls.code.instructions[register]
    inner = one.value if isinstance(one, ir.Hint) else register
    call = cls.code.instructions[inner] if inner is not None else one
    return (call,) if isinstance(call, ir.Call) else ()
