"""Objects that SQLAlchemy loads, by the classes that a query names.

What a library returns is external, and stays so, for evidence is recognised by its paths. A `Loaded` value is
such an external that also tells the mapped classes it is about: `select(User)` and its result yield objects of `User`,
`session.get(User, 1)` is one. Where code asks such an object for what its class defines (methods, properties,
relationships), that is found besides what the path says; its columns are external as before.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

from truthline.facts.code import Call, Const
from truthline.program.engine.happening import ROOTS, is_mapped
from truthline.program.engine.outside import attribute_path, element_path, result_path
from truthline.program.engine.values import (
    Class,
    Constant,
    External,
    Function,
    Instance,
    Loaded,
    Opaque,
    Value,
    Values,
)

if TYPE_CHECKING:
    from truthline.facts.code import Register, Type
    from truthline.program.engine.calls import Arguments
    from truthline.program.engine.engine import Engine
    from truthline.program.engine.units import Unit

NAMING = frozenset(
    ("select", "query", "aliased", "with_polymorphic", "with_entities", "with_only_columns", "add_entity")
)
"""What makes a query that yields objects of the classes that it is passed."""
EXECUTING = frozenset(("execute", "scalars", "exec", "stream", "stream_scalars", "from_statement", "paginate", "union"))
"""What yields what the query yields that it is passed."""
KEYED = frozenset(("get", "get_one", "get_or_404", "one_or_404", "first_or_404", "merge", "scalar"))
"""What returns an object: of the class, or as the query or the object that it is passed."""
FINDING = frozenset(
    (
        "first", "one", "one_or_none", "scalar", "scalar_one", "scalar_one_or_none", "get", "get_one", "get_or_404",
        "first_or_404", "one_or_404", "fetchone", "next", "pop",
    )
)  # fmt: skip
"""Methods of a query or of its result that return one object, or one row of them."""
RELATING = frozenset(("relationship", "Relationship", "relation", "dynamic_loader", "composite"))
MAPPED = frozenset(("Mapped", "DynamicMapped", "WriteOnlyMapped"))
_PASSING_ON = frozenset(
    (
        "filter", "filter_by", "where", "all", "order_by", "limit", "offset", "options", "select", "values", "items",
        "copy", "setdefault", "_asdict", "_mapping", "_tuple", "tuple", "t", *FINDING,
    )
)  # fmt: skip
"""Attributes of a row, or of what a relationship holds, that lead to the same objects."""
_QUERY_PROPERTY = "sqlalchemy.orm.query_property()"
_MOST_CLASSES = 8


def result(engine: Engine, callee: External, arguments: Arguments) -> External:
    """What a call of something external returns, with the classes that it is about."""
    path, name = result_path(callee.path), callee.path.rpartition(".")[2]
    if name == "query_property":
        return engine.universe.make(External, _QUERY_PROPERTY)
    if name in RELATING and arguments.positional:
        return _made(engine, path, _targets(engine, arguments.positional[0]), True)
    if name in NAMING or name in EXECUTING or name in KEYED:
        classes = [one for value in _ordered(arguments) for one in _about(engine, callee, value, name)]
        if classes:
            return _made(engine, path, classes, name in KEYED)
    if isinstance(callee, Loaded) and not callee.is_object:
        return _made(engine, path, callee.classes, name in FINDING)
    return engine.universe.make(External, path)


def _ordered(arguments: Arguments) -> Iterable[Value]:
    for values in (*arguments.positional, arguments.rest, *arguments.keywords.values()):
        yield from sorted(values)


def _about(engine: Engine, callee: External, value: Value, name: str) -> Iterable[Class]:
    """The classes of the objects that an argument lets a call return."""
    if isinstance(value, Loaded):
        if not value.is_object or name == "merge":
            yield from value.classes
    elif isinstance(value, Class) and not value.unit.model:
        if name not in EXECUTING and (callee.path.startswith(ROOTS) or is_mapped(engine, value)):
            yield value
    elif isinstance(value, Instance) and name == "merge" and is_mapped(engine, value.cls):
        yield value.cls


def _made(engine: Engine, path: str, classes: Iterable[Class], is_object: bool) -> External:
    told = tuple(dict.fromkeys(classes))[:_MOST_CLASSES]
    return engine.universe.make(Loaded, path, told, is_object) if told else engine.universe.make(External, path)


def _targets(engine: Engine, values: Values) -> Iterable[Class]:
    """The classes that the first argument of a relationship means: one, its name, or a function that returns it."""
    from truthline.program.engine.calls import Arguments, call

    for value in sorted(values):
        if isinstance(value, Class):
            yield value
        elif isinstance(value, Constant) and isinstance(value.value, str):
            yield from named(engine, value.value)
        elif isinstance(value, Function):
            yield from (one for one in call(engine, value, Arguments(), None) if isinstance(one, Class))


def named(engine: Engine, name: str) -> Iterable[Class]:
    """The mapped classes of a name, wherever they are defined."""
    last = name.rpartition(".")[2]
    for module in engine.modules.files_defining(last):
        for one in sorted(engine.names.global_(module.name, last)):
            if isinstance(one, Class) and not one.unit.model:
                yield one


# -- relationships -------------------------------------------------------------------------------


def related(engine: Engine, unit: Unit, annotation: Type, values: Values) -> Values:
    """What a class body says of an annotated relationship: the objects of the classes that the annotation names."""
    if not any(isinstance(value, External) and _is_relationship(value) for value in values):
        return values
    classes = list(_written(engine, unit, annotation))
    return frozenset(
        _made(engine, value.path, classes, True)
        if isinstance(value, External) and not isinstance(value, Loaded) and _is_relationship(value)
        else value
        for value in values
    )


def of_base(engine: Engine, base: External, owner: Value, name: str) -> External:
    """What an external base gives under a name; `Model.query` is a query of the class that is asked."""
    classes = (owner,) if name == "query" and isinstance(owner, Class) and base.path.startswith(ROOTS) else ()
    return _made(engine, attribute_path(base.path, name), classes, False)


def of_member(engine: Engine, member: External, owner: Class) -> External:
    """What an external member of a class is when the class is asked: of `query_property()`, a query of that class."""
    classes = (owner,) if member.path == _QUERY_PROPERTY else ()
    return _made(engine, member.path, classes, False) if classes else member


def _is_relationship(value: External) -> bool:
    return value.path.endswith("()") and value.path[:-2].rpartition(".")[2] in RELATING


def _written(engine: Engine, unit: Unit, annotation: Type) -> Iterable[Class]:
    """The classes in an annotation; a name that its module does not know is looked for as the ORM does."""
    for part in annotation.args:
        yield from _written(engine, unit, part)
    if annotation.args or annotation.name in ("", "|", "None"):
        return
    values = engine.types.resolve(unit, annotation.name)
    classes = [value for value in sorted(values) if isinstance(value, Class) and not value.unit.model]
    yield from classes or (() if values else named(engine, annotation.name))


def _referred(engine: Engine, cls: Class, name: str) -> Iterable[Value]:
    """What stands under a name because a relationship elsewhere says so: `relationship("Order", backref=name)`."""
    back: frozenset[tuple[str, Class, Value]] = engine.solver.read(
        engine.solver.node(("backrefs",), partial(_backrefs, engine))
    )
    for named_so, owner, held in back:
        if named_so == name and isinstance(held, Loaded) and any(one.unit is cls.unit for one in held.classes):
            yield _made(engine, f"sqlalchemy.orm.backref().{name}", (owner,), True)


def _backrefs(engine: Engine) -> Iterable[tuple[str, Class, Value]]:
    """Every name that a relationship gives to its other side, with the class and the relationship."""
    for module in engine.modules.files_mentioning("backref"):
        for unit, _, made in engine.bodies.index(module.name).classes:
            body = engine.bodies.units(module.name)[made.code]
            owner = engine.universe.make(Class, body, engine.ambient(unit))
            context = engine.universe.context(body, owner.closure, ())
            for register, call in body.find(Call):
                for keyword, value in call.keywords:
                    name = _backref(body, value) if keyword == "backref" else None
                    if name is not None:
                        yield from ((name, owner, held) for held in engine.value(context, register))


def _backref(unit: Unit, register: Register) -> str | None:
    """The text of `backref="name"` or `backref=backref("name", ...)`."""
    written = unit.code.instructions[register]
    if isinstance(written, Call) and written.args:
        written = unit.code.instructions[written.args[0]]
    return written.value if isinstance(written, Const) and isinstance(written.value, str) else None


# -- objects -------------------------------------------------------------------------------------


def attribute(engine: Engine, value: Loaded, name: str) -> Iterable[Value]:
    """An attribute of a query, which is about the same classes, or of an object, as its classes define it."""
    path = attribute_path(value.path, name)
    if not value.is_object:
        return (engine.universe.make(Loaded, path, value.classes, False),)
    rows = tuple(cls for cls in value.classes if cls.unit.name == name)
    if rows:
        return (engine.universe.make(Loaded, path, rows, True),)
    found = frozenset(one for cls in value.classes for one in _of_class(engine, cls, name))
    if found or name not in _PASSING_ON:
        return found | {engine.universe.make(External, path)}
    return (engine.universe.make(Loaded, path, value.classes, False),)


def _of_class(engine: Engine, cls: Class, name: str) -> Iterable[Value]:
    from truthline.program.engine.attributes import attribute as attribute_of
    from truthline.program.engine.attributes import class_members

    if _is_column(engine, cls, name):
        return
    if class_members(engine, cls, name)[0] is None:
        yield from _referred(engine, cls, name)
    for one in attribute_of(engine, engine.universe.make(Instance, cls), name):
        if isinstance(one, Loaded) or not isinstance(one, (External, Opaque)):
            yield one


def _is_column(engine: Engine, cls: Class, name: str) -> bool:
    """Whether a class only declares an attribute, and something external makes it."""
    from truthline.program.engine.attributes import class_members

    if any(name in sub.unit.bindings for sub in engine.classes.subclasses(cls)):
        return False
    holder, members = class_members(engine, cls, name)
    if holder is None:
        return False
    return all(isinstance(one, (External, Constant)) and not isinstance(one, Loaded) for one in members)


def entered(engine: Engine, value: External, name: str) -> External:
    """What entering something external as a context gives: of a query's result, the result."""
    path = result_path(attribute_path(value.path, name))
    return _made(engine, path, value.classes if isinstance(value, Loaded) else (), False)


def objects(engine: Engine, value: Loaded) -> frozenset[Instance]:
    """The objects for which a value stands when a protocol asks it."""
    if not value.is_object:
        return frozenset()
    return frozenset(engine.universe.make(Instance, cls) for cls in value.classes)


def element(engine: Engine, value: External, place: Value | None) -> External:
    """What iterating over something external yields, or what stands at a place in it.

    A query, a row and what a relationship holds lead to the objects themselves; in a row of several their place tells.
    """
    path = element_path(value.path)
    if not isinstance(value, Loaded):
        return engine.universe.make(External, path)
    number = place.value if isinstance(place, Constant) else None
    is_placed = value.is_object and isinstance(number, int) and 0 <= number < len(value.classes)
    classes = (value.classes[number],) if is_placed and isinstance(number, int) else value.classes
    return engine.universe.make(Loaded, path, classes, True)
