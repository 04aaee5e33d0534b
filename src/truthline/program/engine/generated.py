"""Methods that a decorator generates for a class from its fields: `__repr__`, `__eq__`, the order, `__hash__`.

Which of them there are is told by the decorator's options (`eq=False`); which fields take part, by `field(...)`.
What they do is the model's class `_Generated`, in Python.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from truthline.facts.code import Call, Hint, Register
from truthline.program.engine.attributes import attribute
from truthline.program.engine.calls import Arguments, Site
from truthline.program.engine.protocols import argument, texts
from truthline.program.engine.values import Class, Constant, Instance, Intrinsic, Method, Value, Values

if TYPE_CHECKING:
    from truthline.program.engine.engine import Engine
    from truthline.program.engine.units import Unit


def _generating(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    """`generating("repr eq", cls, order=True)`: marks a class; without one, the decorator with these options."""
    chosen = {name for text in texts(argument(arguments, 0)) for name in text.split()}
    for option, values in arguments.keywords.items():
        answers = {bool(one.value) if isinstance(one, Constant) else True for one in values if not _is_default(one)}
        if answers:
            chosen = chosen | {option} if True in answers else chosen - {option}
    options = engine.universe.constant(" ".join(sorted(chosen)))
    if len(arguments.positional) < 2:
        return (engine.universe.make(Method, engine.universe.make(Intrinsic, "generating"), options),)
    for cls in arguments.positional[1]:
        if isinstance(cls, Class):
            engine.classes.generate(cls, options)
    return arguments.positional[1]


def _is_default(value: Value) -> bool:
    return isinstance(value, Constant) and value.value is None


def _field_values(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    """`field_values(obj, "eq compare")`: what the fields hold of which no such option is false."""
    options = {name for text in texts(argument(arguments, 1)) for name in text.split()}
    return {
        value
        for obj in argument(arguments, 0)
        if isinstance(obj, Instance)
        for name, _ in engine.classes.fields(obj.cls)
        if not _is_left_out(engine, obj.cls, name, options)
        for value in attribute(engine, obj, name)
    }


def _is_left_out(engine: Engine, cls: Class, name: str, options: set[str]) -> bool:
    """Whether the call that declares a field (`field(compare=False)`) says no to one of the options."""
    holder = next((one for one in engine.classes.order(cls) if name in one.unit.bindings), None)
    if holder is None:
        return False
    body = engine.universe.context(holder.unit, holder.closure, ())
    return any(
        option in options and _is_false(engine.value(body, register))
        for _, bind in holder.unit.bindings[name]
        for option, register in _keywords(holder.unit, bind.value)
    )


def _keywords(unit: Unit, register: Register) -> Iterable[tuple[str | None, Register]]:
    declared = unit.code.instructions[register]
    if isinstance(declared, Hint) and declared.value is not None:
        declared = unit.code.instructions[declared.value]
    return declared.keywords if isinstance(declared, Call) else ()


def _is_false(values: Values) -> bool:
    return bool(values) and all(isinstance(one, Constant) and one.value is False for one in values)


GENERATING: dict[str, Callable[[Any, Arguments, Site | None], Iterable[Value]]] = {
    "generating": _generating,
    "field_values": _field_values,
}
