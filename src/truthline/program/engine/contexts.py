"""Which calls and objects are told apart, and which are merged so that there is an end of them.

Contexts split on what selects a target. The limits stand in docs/analysis.md under *Contexts*.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from truthline.facts.code import Param, Register
from truthline.program.engine.values import (
    DEEPEST,
    Class,
    Constant,
    Context,
    Function,
    Instance,
    Method,
    ModuleValue,
    Super,
    Value,
    Values,
)

if TYPE_CHECKING:
    from truthline.program.engine.engine import Engine
    from truthline.program.engine.units import Unit

_SELECTING_TEXT = re.compile(r"[\w.:/\-*{}<>]{1,100}")
PLAIN = frozenset(f"builtins:{name}" for name in ("str", "bytes", "int", "float", "bool", "complex"))
"""Classes whose objects are not told apart, for they hold nothing else and select nothing."""
_MOST_COMBINATIONS = 24
_MOST_BY_OBJECT = 20
"""Of a function that has more contexts, the objects that are passed are merged, receivers excepted."""
_MOST_BY_RECEIVER = 60
"""Of one that has more than that, all objects, and functions that were made in a call."""
_MOST_CONTEXTS = 6000
"""Of one that has more than that, all values."""
_MOST_OBJECTS = 10
"""The objects of one instruction that are told apart by the context in which it runs; of more, by what is named."""

Choices = dict[int, list[Value | None]]
"""The parameters by which contexts are told apart, and the values for each (None: whatever else is passed)."""


def _selects(value: Value) -> bool:
    """Whether a context is worth telling apart by this value."""
    if isinstance(value, Constant):
        return isinstance(value.value, str) and _SELECTING_TEXT.fullmatch(value.value) is not None
    if isinstance(value, Instance):
        return value.cls.unit.symbol not in PLAIN
    return isinstance(value, (Function, Method, Class, ModuleValue, Super))


def _is_told_apart(unit: Unit, value: Value, index: int, known: int) -> bool:
    """Whether a function that has so many contexts gets more of them by this value.

    Objects are what multiplies without end, for each context makes its own. The containers of a program do not: were
    they merged where a model changes them (`list.append`), each would hold what any of them holds.
    """
    if known > _MOST_CONTEXTS:
        return False
    if index == 0 and unit.model and unit.owner is not None:
        return True
    if known > _MOST_BY_RECEIVER:
        return _is_named(value)
    if known > _MOST_BY_OBJECT:
        return index == 0 or not isinstance(value, (Instance, Method)) or _is_named(value)
    return True


def _is_named(value: Value) -> bool:
    """Whether this is a text, a class, a function, or an object that the body of a module made.

    There are as many of them as the program is long, whatever calls what.
    """
    if value.depth > 0 or isinstance(value, (Method, Super)):
        return False
    return not isinstance(value, Instance) or (value.context is not None and value.context.unit.parent is None)


def _split(unit: Unit, bound: list[Values], known: int) -> Choices:
    choices: Choices = {}
    combinations = 1
    for index, values in enumerate(bound):
        if index not in _selecting_parameters(unit):
            continue
        telling = (one for one in values if _selects(one) and _is_told_apart(unit, one, index, known))
        selecting: list[Value | None] = [*sorted(telling)]
        if not selecting:
            continue
        if len(selecting) < len(values):
            selecting.append(None)
        if index > 0 and combinations * len(selecting) > _MOST_COMBINATIONS:
            continue
        combinations *= len(selecting)
        choices[index] = selecting
    return choices


def contexts_called(engine: Engine, callee: Function, bound: list[Values]) -> Iterable[tuple[Context, list[Values]]]:
    """The contexts that a call runs, and what each parameter receives there."""
    unit = callee.unit
    choices = _split(unit, bound, engine.count_contexts(unit))
    for combination in itertools.product(*choices.values()):
        chosen = dict(zip(choices, combination, strict=True))
        key = tuple(chosen.get(index) for index in range(len(bound)))
        received = [_merged(values, index, choices, chosen) for index, values in enumerate(bound)]
        yield engine.universe.context(unit, callee.closure, key), received


def _merged(values: Values, index: int, choices: Choices, chosen: dict[int, Value | None]) -> Values:
    """What a parameter receives in one combination."""
    if index not in choices:
        return values
    value = chosen[index]
    return frozenset((value,)) if value is not None else values.difference(choices[index])


def _selecting_parameters(unit: Unit) -> frozenset[int]:
    """The parameters whose value can select what is called, read or stored."""
    known = _SELECTING.get(unit)
    if known is None:
        known = _SELECTING[unit] = frozenset(_find_selecting(unit))
    return known


_SELECTING: dict[Unit, frozenset[int]] = {}
_INDIFFERENT = {"Test", "Format", "Join", "Binary", "Unary"}


def _find_selecting(unit: Unit) -> Iterable[int]:
    for register, param in unit.find(Param):
        users = [type(unit.code.instructions[user]).__name__ for user in unit.uses.get(register, ())]
        if any(name not in _INDIFFERENT for name in users):
            yield param.index


# -- objects -------------------------------------------------------------------------------------


def told_apart(engine: Engine, cls: Class, context: Context, register: Register) -> Context:
    """The context by which an object that an instruction makes is told apart from others that it makes."""
    made = engine.heap.count_objects(cls.unit, context.unit, register)
    if context.depth >= DEEPEST or made >= _MOST_CONTEXTS:
        return _merged_context(engine, context, (None,) * len(context.key))
    if made >= _MOST_OBJECTS:
        named = (value if value is not None and _is_named(value) else None for value in context.key)
        return _merged_context(engine, context, tuple(named))
    return context


def widened(engine: Engine, context: Context) -> Context:
    """The context to which an object's identity refers: where it is nested too deep, the merged one."""
    return context if context.depth < DEEPEST else _merged_context(engine, context, (None,) * len(context.key))


def _merged_context(engine: Engine, context: Context, key: tuple[Value | None, ...]) -> Context:
    """The context that stands for all of its unit and closure that share what the key keeps."""
    if key == context.key:
        return context
    merged = engine.universe.context(context.unit, context.closure, key)
    for index in range(len(key)):
        engine.hand_over(merged, index, engine.param(context, index))
    return engine.linked(merged)
