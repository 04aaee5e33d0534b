"""What tests answer: truth, comparisons, class checks, as far as abstract values tell."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from truthline.program.engine.attributes import class_members
from truthline.program.engine.values import (
    Class,
    Constant,
    Function,
    Instance,
    Intrinsic,
    Method,
    ModuleValue,
    Value,
    Values,
)

if TYPE_CHECKING:
    from truthline.program.engine.engine import Engine

BOTH = frozenset((True, False))
_MOST_PAIRS = 64
_MAY_BE_EMPTY = {
    "int", "bool", "float", "complex", "str", "bytes", "bytearray", "memoryview", "range", "list", "tuple", "set",
    "frozenset", "dict", "NoneType",
}  # fmt: skip
_ORDERS: dict[str, Callable[[Any, Any], Any]] = {
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
}


def truth_of(engine: Engine, values: Values) -> frozenset[bool]:
    """The answers that `bool()` of the values can give; none where nothing is known yet."""
    found: set[bool] = set()
    for value in values:
        answer = _truth(engine, value)
        if answer is None:
            return BOTH
        found.add(answer)
    return frozenset(found)


def _truth(engine: Engine, value: Value) -> bool | None:
    if isinstance(value, Constant):
        return bool(value.value)
    if isinstance(value, (Class, Function, Method, ModuleValue, Intrinsic)):
        return True
    return True if isinstance(value, Instance) and _is_always_true(engine, value) else None


def _is_always_true(engine: Engine, value: Instance) -> bool:
    """Whether nothing in the object's class, or below it where that is open, can say that it is false."""
    classes = engine.classes
    below = classes.subclasses(value.cls) if value.anywhere else ()
    for cls in (value.cls, *below):
        if classes.outside_bases(cls):
            return False
        for one in classes.order(cls):
            if one.unit.bindings.keys() & {"__bool__", "__len__"}:
                return False
            if one.unit.module == "builtins" and one.unit.name in _MAY_BE_EMPTY:
                return False
    return True


def booleans(engine: Engine, answers: Iterable[bool]) -> Values:
    """Answers as values."""
    known = frozenset(answers)
    return engine.typed("bool") if len(known) > 1 else frozenset(engine.universe.constant(one) for one in known)


def compared(engine: Engine, op: str, left: Values, right: Values) -> frozenset[bool]:
    """The answers that a comparison can give; none where an operand is not known yet."""
    if len(left) * len(right) > _MOST_PAIRS:
        return BOTH
    found: set[bool] = set()
    for one in left:
        for other in right:
            answer = _compare(engine, op, one, other)
            found.update(BOTH if answer is None else (answer,))
    return frozenset(found)


def _compare(engine: Engine, op: str, left: Value, right: Value) -> bool | None:
    if op == "contains":
        return _contains(engine, left, right)
    if op in _ORDERS:
        return _ordered(op, left, right)
    if op == "is":
        return _same(engine, left, right, by_identity=True)
    if op in ("eq", "ne"):
        answer = _same(engine, left, right, by_identity=False)
        return answer if op == "eq" or answer is None else not answer
    return None


def _ordered(op: str, left: Value, right: Value) -> bool | None:
    if isinstance(left, Constant) and isinstance(right, Constant):
        try:
            return bool(_ORDERS[op](left.value, right.value))
        except TypeError:
            return None
    return None


def _contains(engine: Engine, container: Value, item: Value) -> bool | None:
    """Membership in a tuple that is known to its end, or in a text; what can change tells nothing."""
    if isinstance(container, Constant):
        part = item.value if isinstance(item, Constant) else None
        return part in container.value if isinstance(container.value, str) and isinstance(part, str) else None
    if not isinstance(container, Instance) or container.anywhere or container.cls.unit.symbol != "builtins:tuple":
        return None
    answers: dict[Value | None, set[bool | None]] = {}
    for place, value, _ in engine.heap.contents(container):
        answers.setdefault(place, set()).add(_same(engine, value, item, by_identity=False))
    if any(place is not None and found == {True} for place, found in answers.items()):
        return True
    return False if answers and None not in answers and all(found == {False} for found in answers.values()) else None


def _same(engine: Engine, left: Value, right: Value, by_identity: bool) -> bool | None:
    """Whether two values are the same object, or equal; None where they may be or not."""
    if isinstance(left, Constant) and isinstance(right, Constant):
        return _same_constants(left, right, by_identity)
    if _is_member(engine, left) or _is_member(engine, right):
        return _same_members(engine, left, right, by_identity)
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Constant) and one.value is None and isinstance(other, Instance):
            return False if by_identity or not _may_equal_none(engine, other.cls) else None
    plain = (Class, Function, Method, ModuleValue)
    if isinstance(left, (*plain, Constant)) and isinstance(right, (*plain, Constant)):
        if left is right:
            return True if isinstance(left, (Class, ModuleValue)) else None
        return None if type(left) is type(right) and not isinstance(left, ModuleValue) else False
    return None


def _may_equal_none(engine: Engine, cls: Class) -> bool:
    if engine.classes.outside_bases(cls):
        return True
    return not cls.unit.model and bool(class_members(engine, cls, "__eq__")[1])


def _same_constants(left: Constant, right: Constant, by_identity: bool) -> bool | None:
    if left.value != right.value:
        return False
    if by_identity and not (left.value is right.value and (left.value is None or isinstance(left.value, bool))):
        return None if type(left.value) is type(right.value) else False
    return True


def _is_member(engine: Engine, value: Value) -> bool:
    return isinstance(value, Instance) and isinstance(value.site, str) and engine.classes.is_enum(value.cls)


def _same_members(engine: Engine, left: Value, right: Value, by_identity: bool) -> bool | None:
    """Members of an enumeration are one object each; two names may mean the same one."""
    if left is right:
        return True
    if not by_identity and any(_is_also_plain(engine, one) for one in (left, right)):
        return None
    if isinstance(left, Instance) and isinstance(right, Instance):
        if left.anywhere or right.anywhere or left.cls.unit is not right.cls.unit:
            return None
        contents = [engine.heap.field_values(one, "value") for one in (left, right)]
        answers = compared(engine, "eq", *contents)
        return False if answers == {False} else None
    return False if isinstance(left, Constant) or isinstance(right, Constant) else None


def _is_also_plain(engine: Engine, value: Value) -> bool:
    """A member that is a text or number as well equals what its content equals."""
    return isinstance(value, Instance) and any(
        one.unit.symbol in ("builtins:str", "builtins:int") for one in engine.classes.order(value.cls)
    )


def is_instance(engine: Engine, value: Value, classes: list[Class]) -> bool | None:
    """Whether a value is an instance of one of the classes; None where it may be or not."""
    if any(cls.unit.symbol == "builtins:object" for cls in classes):
        return True
    if isinstance(value, Instance):
        if any(engine.classes.is_subclass(value.cls, cls) for cls in classes):
            return True
        if engine.classes.outside_bases(value.cls) or any(engine.classes.is_protocol(cls) for cls in classes):
            return None
        below = value.anywhere and any(engine.classes.is_subclass(cls, value.cls) for cls in classes)
        return None if below else False
    if isinstance(value, Constant):
        own = "NoneType" if value.value is None else type(value.value).__name__
        names = {cls.unit.name for cls in classes if cls.unit.model}
        return own in names or (own == "bool" and "int" in names)
    if isinstance(value, Class):
        if any(cls.unit.symbol == "builtins:type" for cls in classes):
            return True
        return None if any(engine.classes.inherits(cls, "builtins:type") for cls in classes) else False
    if isinstance(value, (Function, ModuleValue)):
        return False
    return None


def classes_among(engine: Engine, types: Values) -> list[Class] | None:
    """The classes that the second argument of `isinstance` names; None where one of them is not known."""
    wanted: set[Value] = set()
    for value in types:
        is_tuple = isinstance(value, Instance) and value.cls.unit.name == "tuple"
        wanted |= engine.heap.item(value, None) if is_tuple and isinstance(value, Instance) else {value}
    classes = [value for value in wanted if isinstance(value, Class)]
    return sorted(classes) if classes and len(classes) == len(wanted) else None
