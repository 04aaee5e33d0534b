"""What libraries run when an object is made of the fields of its class: validators, converters, hooks after the fields.

A model's class takes part with methods of these names: `_on_made(obj, name)` runs for each member of the class of an
object that is made, `_converted(value)` is what a field holds of what it is given.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

from truthline.facts.code import Call, Hint, Instruction
from truthline.program.engine.values import NOTHING, Class, Instance, Value, Values

if TYPE_CHECKING:
    from truthline.program.engine.engine import Engine

AFTER = ("__post_init__", "__attrs_post_init__", "model_post_init")
"""Methods that run when the fields of a new object are filled."""
FIELD = "dataclasses:Field"


def is_field(engine: Engine, value: Value) -> bool:
    """Whether a member of a class only declares a field."""
    return isinstance(value, Instance) and value.cls.unit.model and engine.classes.inherits(value.cls, FIELD)


def finish(engine: Engine, instance: Instance) -> None:
    """Runs what the class of a new object has for it."""
    from truthline.program.engine.attributes import class_members
    from truthline.program.engine.calls import Arguments, invoke

    for name in AFTER:
        for hook in class_members(engine, instance.cls, name)[1]:
            taken = engine.classes.init_variables(instance.cls) if name == "__post_init__" else ()
            given = Arguments(tuple(engine.heap.field_values(instance, one) for one in taken))
            invoke(engine, hook, given.before(instance), None)
    for name, member in members_with(engine, instance.cls, "_on_made"):
        named = frozenset((engine.universe.constant(name),))
        for hook in class_members(engine, member.cls, "_on_made")[1]:
            invoke(engine, hook, Arguments((frozenset((member,)), frozenset((instance,)), named)), None)


def validated(engine: Engine, classes: Iterable[Class]) -> Iterable[Instance]:
    """An object of each class, made by a framework, and of the data models that their fields name."""
    pending = list(classes)
    made: dict[Class, Instance] = {}
    while pending:
        cls = pending.pop()
        if cls not in made:
            made[cls] = engine.universe.make(Instance, cls)
            finish(engine, made[cls])
            pending += _models_in_fields(engine, cls)
    return made.values()


def _models_in_fields(engine: Engine, cls: Class) -> Iterable[Class]:
    if engine.classes.inherits(cls, "pydantic:BaseModel"):
        for one in engine.classes.order(cls):
            for _, hint in () if one.unit.model else one.unit.find(Hint):
                yield from engine.types.named(one.unit, hint.type)


def converted(engine: Engine, cls: Class, name: str, values: Values) -> Values:
    """What a field holds of what it is given."""
    from truthline.program.engine.attributes import class_members
    from truthline.program.engine.calls import Arguments, call

    found: set[Value] = set()
    fields = [one for one in class_members(engine, cls, name)[1] if isinstance(one, Instance) and one.cls.unit.model]
    for field in fields:
        for hook in class_members(engine, field.cls, "_converted")[1]:
            found |= call(engine, hook, Arguments((frozenset((field,)), values)), None)
    return frozenset(found) or values


def members_with(engine: Engine, cls: Class, hook: str) -> list[tuple[str, Instance]]:
    """The members of a class, its own and inherited ones, that are objects of a model with a certain method."""
    node = engine.solver.node(("members with", cls, hook), partial(_members_with, engine, cls, hook))
    found: frozenset[tuple[str, Instance]] = engine.solver.read(node)
    return sorted(found, key=repr)


def _members_with(engine: Engine, cls: Class, hook: str) -> Iterable[tuple[str, Instance]]:
    from truthline.program.engine.attributes import class_members

    for one in engine.classes.order(cls):
        context = engine.universe.context(one.unit, one.closure, ())
        for name, bindings in () if one.unit.model else one.unit.bindings.items():
            made = [bind.value for _, bind in bindings if _is_made(one.unit.code.instructions[bind.value])]
            for member in NOTHING.union(*(engine.value(context, register) for register in made)):
                if not isinstance(member, Instance) or not member.cls.unit.model:
                    continue
                if class_members(engine, member.cls, hook)[1]:
                    yield name, member


def _is_made(written: Instruction) -> bool:
    """Whether a class body binds a name to what a call returns: nothing else is an object of a model."""
    return isinstance(written, Call) or (isinstance(written, Hint) and written.value is not None)
