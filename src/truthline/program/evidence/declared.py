"""How SQLAlchemy learns of a class: what says that it is mapped, and to which table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from truthline.facts.code import Attr, Build, BuildDict, Call, Const, Load, Register, Return
from truthline.program.engine.attributes import class_members
from truthline.program.engine.units import Unit
from truthline.program.engine.values import Class, Constant, Context, External, Opaque
from truthline.program.evidence.tables import Table
from truthline.program.modules import Found

if TYPE_CHECKING:
    from truthline.program.engine.engine import Engine

_LIBRARIES = ("sqlalchemy.", "sqlmodel.", "flask_sqlalchemy.", "sqlalchemy_utils.", "advanced_alchemy.")
_DECORATORS = frozenset(("mapped", "mapped_as_dataclass", "as_declarative"))
_IMPERATIVE = ("map_imperatively", "mapper")


class Declared:
    """The tables behind classes: declared in their bodies, by a decorator, or by a call that maps them."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def is_mapped(self, cls: Class) -> bool:
        """Whether a base, a metaclass, a decorator or a call makes it a mapped class."""
        if any(path.startswith(_LIBRARIES) for path in self.engine.classes.library_bases(cls)):
            return True
        if any(isinstance(base, Opaque) for base in self.engine.classes.outside_bases(cls)) and self.is_named(cls):
            return True
        metaclasses = self.engine.classes.metaclasses(cls)
        if any(isinstance(one, External) and one.path.startswith(_LIBRARIES) for one in metaclasses):
            return True
        return cls.unit in self._imperative or any(map(self._is_decorated, self.engine.classes.order(cls)))

    def is_named(self, cls: Class) -> bool:
        """Whether it says what its table is called, be it in a way that cannot be read."""
        return class_members(self.engine, cls, "__tablename__")[0] is not None

    def is_concrete(self, cls: Class) -> bool:
        """Whether its table repeats the columns of the classes above, whose tables are not read with it."""
        for _, bind in cls.unit.bindings.get("__mapper_args__", ()):
            for key, value in _pairs(cls.unit, bind.value):
                if constant(cls.unit.code.instructions[key]) == "concrete":
                    return constant(cls.unit.code.instructions[value]) is True
        return False

    def table(self, cls: Class) -> Table | None:
        """The table of a mapped class; None where it has none, or its name is not known."""
        if constant(self._own(cls, "__abstract__")) is True:
            return None
        if cls.unit in self._imperative:
            return self.written(*self._imperative[cls.unit])
        holder, members = class_members(self.engine, cls, "__tablename__")
        texts = [one.value for one in members if isinstance(one, Constant) and isinstance(one.value, str)]
        if not texts and holder is None and (table := self._core_table(cls)) is not None:
            return table
        name = min(texts) if texts else self._computed_name(cls, holder)
        return None if name is None else Table(name, self._schema(cls))

    # -- what maps a class --------------------------------------------------------------------

    def _is_decorated(self, cls: Class) -> bool:
        body, maker = cls.unit.parent, cls.unit.maker
        for user in body.uses.get(maker, ()) if body is not None else ():
            call = body.code.instructions[user] if body is not None else None
            if body is not None and isinstance(call, Call) and call.args == (maker,) and is_mapping(body, call):
                return True
        return False

    @cached_property
    def _imperative(self) -> dict[Unit, tuple[Context, Register]]:
        """By class, the table that a call maps it to: `registry.map_imperatively(Order, orders)`."""
        found: dict[Unit, tuple[Context, Register]] = {}
        for name in _IMPERATIVE:
            for module in self.engine.modules.files_mentioning(name):
                for unit in self.engine.bodies.units(module.name):
                    for _, call in unit.find(Call):
                        if called_name(unit, call) == name and len(call.args) > 1:
                            context = self.engine.ambient(unit)
                            for value in self.engine.value(context, call.args[0]):
                                if isinstance(value, Class):
                                    found[value.unit] = (context, call.args[1])
        return found

    # -- names --------------------------------------------------------------------------------

    def _computed_name(self, cls: Class, holder: Class | None) -> str | None:
        """The name that a `declared_attr` or a library makes of the class's."""
        if holder is not None:
            return self._returned_name(cls, holder.unit)
        paths = [one.path for one in self.engine.classes.outside_bases(cls) if isinstance(one, External)]
        if any(path.startswith("sqlmodel.") for path in paths):
            keyword = self.engine.classes.keyword(cls, "table")
            is_table = any(isinstance(one, Constant) and one.value is True for one in keyword)
            return cls.unit.name.lower() if is_table else None
        if any(path.startswith("flask_sqlalchemy.") for path in paths):
            return _in_snake_case(cls.unit.name)
        return None

    def _returned_name(self, cls: Class, holder: Unit) -> str | None:
        """What a `declared_attr` returns for the class; words with underscores where it searches for capitals."""
        for method in holder.inner:
            if method.name == "__tablename__" and method.is_function:
                context = self.engine.ambient(method, bound=cls)
                values = [one for _, back in method.find(Return) for one in self.engine.value(context, back.value)]
                texts = [one.value for one in values if isinstance(one, Constant) and isinstance(one.value, str)]
                if texts:
                    return min(texts)
                named = {attribute.name for _, attribute in method.find(Attr)}
                return _in_snake_case(cls.unit.name) if {"__name__", "sub"} <= named else None
        return None

    def _core_table(self, cls: Class) -> Table | None:
        """`__table__ = Table("name", ...)`."""
        for one in self.engine.classes.order(cls):
            for _, bind in one.unit.bindings.get("__table__", ()):
                return self.written(self.engine.universe.context(one.unit, one.closure, ()), bind.value)
        return None

    def written(self, context: Context, register: Register) -> Table | None:
        """The table of a `Table("name", ..., schema="schema")` that stands here, itself or by a name of the module."""
        made = context.unit.code.instructions[register]
        if isinstance(made, Load):
            return self.bare(context.unit.module, made.name)
        if not isinstance(made, Call) or not self._makes_table(context, made) or not made.args:
            return None
        name = self._text(context, made.args[0])
        schemas = [self._text(context, value) for keyword, value in made.keywords if keyword == "schema"]
        return Table(name, schemas[0] if schemas else None) if name is not None else None

    def bare(self, module: str, name: str) -> Table | None:
        """What `name = Table("table", ...)` of a module, or of one that it imports, means."""
        found = self.engine.modules.lookup(module, name)
        body = self.engine.module(found.module) if isinstance(found, Found) and found.name else None
        for _, bind in body.unit.bindings.get(found.name, ()) if body is not None and isinstance(found, Found) else ():
            return self.written(body, bind.value) if body is not None else None
        return None

    def _makes_table(self, context: Context, call: Call) -> bool:
        callees = self.engine.value(context, call.func)
        paths = [one.path for one in callees if isinstance(one, External)]
        return any(path.endswith(".Table") for path in paths) if paths else called_name(context.unit, call) == "Table"

    def _text(self, context: Context, register: Register) -> str | None:
        values = self.engine.value(context, register)
        texts = [one.value for one in values if isinstance(one, Constant) and isinstance(one.value, str)]
        return min(texts, default=None)

    def _schema(self, cls: Class) -> str | None:
        for one in self.engine.classes.order(cls):
            for _, bind in one.unit.bindings.get("__table_args__", ()):
                for key, value in _pairs(one.unit, bind.value):
                    if constant(one.unit.code.instructions[key]) == "schema":
                        found = constant(one.unit.code.instructions[value])
                        return found if isinstance(found, str) else None
        return None

    def _own(self, cls: Class, name: str) -> object:
        bound = cls.unit.bindings.get(name, ())
        return cls.unit.code.instructions[bound[-1][1].value] if bound else None


def is_mapping(unit: Unit, call: Call) -> bool:
    """Whether a call is a decorator's that maps a class and hands it back: `@registry.mapped`, `@as_declarative()`."""
    return called_name(unit, call) in _DECORATORS


def called_name(unit: Unit, call: Call) -> str | None:
    """The last name of what is called, as it is written; of what a call returns, that of the inner call."""
    func = unit.code.instructions[call.func]
    if isinstance(func, Call):
        return called_name(unit, func)
    name = getattr(func, "name", None)
    return name if isinstance(name, str) else None


def constant(instruction: object) -> object:
    """The value of a literal; None for anything else."""
    return instruction.value if isinstance(instruction, Const) else None


def _in_snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def _pairs(unit: Unit, register: Register) -> Iterator[tuple[Register, Register]]:
    """The entries of a dict display, or of one at the end of a tuple."""
    made = unit.code.instructions[register]
    if isinstance(made, Build) and made.items:
        made = unit.code.instructions[made.items[-1]]
    entries: Iterable[tuple[Register | None, Register]] = made.items if isinstance(made, BuildDict) else ()
    for key, value in entries:
        if key is not None:
            yield key, value
