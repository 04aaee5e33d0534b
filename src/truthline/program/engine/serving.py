"""How functions are entered from outside: through their decorators, and by frameworks that fill their parameters.

Models say both. `inject(function, provider)` calls a function as a framework does that looks at its signature: each
parameter holds what the provider returns for it, and what runs to find that out runs at the parameter.
`serve(function, around)` says that whoever calls the function from outside calls `around` instead.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

from truthline.facts.code import Attr, Call, MakeFunction, Param, Register, Start, Type
from truthline.program.engine.attributes import attribute, class_members
from truthline.program.engine.calls import Arguments, Outcomes, Site, call, default, invoke, suspended
from truthline.program.engine.protocols import iterate
from truthline.program.engine.solver import Node, Notes
from truthline.program.engine.units import Unit
from truthline.program.engine.values import (
    NOTHING,
    Class,
    Constant,
    Context,
    Function,
    Instance,
    Method,
    Opaque,
    Value,
    Values,
)

if TYPE_CHECKING:
    from truthline.program.engine.engine import Engine

ANNOTATED = "typing:_Annotated"
_NAMED = ("positional", "keyword")


class Serving:
    """What runs around a call that comes from outside."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._filled: dict[Context, dict[int, dict[Node, None]]] = {}

    # -- what models say ----------------------------------------------------------------------

    def serve(self, function: Value, around: frozenset[tuple[Value, tuple[Value, ...]]]) -> None:
        """Whoever calls the function from outside calls one of `around` instead, with what is passed there if known."""
        self.engine.solver.push(self._arounds(function), around)

    def _arounds(self, function: Value) -> Node:
        plain = function.function if isinstance(function, Method) else function
        return self.engine.solver.node(("served", plain), None)

    def inject(self, callee: Value, provider: Value, given: Arguments, site: Site | None) -> Outcomes:
        """Calls a value; of each parameter that `given` does not name, the provider is asked."""
        signed = [(one, index) for one in self._signed(callee) for index in self._open(one, callee, given)]
        keywords = dict(given.keywords)
        for function, index in signed:
            name = function.unit.code.params[index].name
            keywords[name] = keywords.get(name, NOTHING) | self._fill(function, provider, index)
        found = invoke(self.engine, callee, Arguments(given.positional, keywords), site)
        started = self._started(found)
        for function, index in signed:
            node = self._provided(function, provider, index)
            own = [context for context in started if context.unit is function.unit]
            for context in own:
                self._filled.setdefault(context, {}).setdefault(index, {})[node] = None
            if not own and node.notes is not None:  # a decorator's function stands before the one that is looked at
                self.engine.solver.notes().targets.update(node.notes.targets)
        return found

    def _started(self, outcomes: Outcomes) -> list[Context]:
        """The contexts that a call runs, coroutines and generators included."""
        waiting = (suspended(one) for one in outcomes)
        return [*self.engine.solver.notes().targets, *(one for one in waiting if one is not None)]

    def _signed(self, callee: Value) -> Iterable[Function]:
        """The functions whose signature is looked at."""
        engine = self.engine
        if isinstance(callee, Function):
            wrapped = [one for one in engine.heap.field_values(callee, "__wrapped__") if isinstance(one, Function)]
            yield from wrapped or (callee,)
        elif isinstance(callee, Method):
            yield from self._signed(callee.function)
        elif isinstance(callee, (Class, Instance)):
            cls, name = (callee, "__init__") if isinstance(callee, Class) else (callee.cls, "__call__")
            for member in sorted(class_members(engine, cls, name)[1]):
                yield from self._signed(member)

    def _open(self, function: Function, callee: Value, given: Arguments) -> Iterable[int]:
        """The parameters that the call leaves open."""
        taken = len(given.positional) + (not isinstance(callee, Function))
        for index, spec in enumerate(function.unit.code.params):
            if index >= taken and spec.kind in _NAMED and spec.name not in given.keywords:
                yield index

    # -- parameters ---------------------------------------------------------------------------

    def _fill(self, function: Function, provider: Value, index: int) -> Values:
        """What a parameter holds; something unknown where the provider has nothing."""
        node = self._provided(function, provider, index)
        values: Values = self.engine.solver.read(node)
        name = function.unit.code.params[index].name
        if not values:
            unknown = self.engine.opaque(f"what is passed for {name} of {function.unit.symbol}")
            self.engine.solver.postpone(node, (unknown,))
        if any(isinstance(value, Opaque) for value in values):
            return values | self._defaults(function, index)
        return values

    def _provided(self, function: Function, provider: Value, index: int) -> Node:
        key = ("provided", function, provider, index)
        return self.engine.solver.node(key, partial(self._provide, function, provider, index))

    def _provide(self, function: Function, provider: Value, index: int) -> Iterable[Value]:
        engine = self.engine
        name = engine.universe.constant(function.unit.code.params[index].name)
        types, metadata = self._annotation(function, index)
        none = frozenset((engine.universe.constant(None),))
        markers = self._defaults(function, index) | metadata
        given = Arguments((frozenset((name,)), markers or none, types or none))
        return call(engine, provider, given, None)

    def _defaults(self, function: Function, index: int) -> Values:
        context = self.engine.universe.context(
            function.unit, function.closure, (None,) * len(function.unit.code.params)
        )
        return default(self.engine, context, index)

    def _annotation(self, function: Function, index: int) -> tuple[Values, Values]:
        """What a parameter is annotated with: classes, and the rest of an `Annotated`."""
        engine, unit = self.engine, function.unit
        made = unit.parent.code.instructions[unit.maker] if unit.parent is not None and unit.maker >= 0 else None
        written = [
            engine.value(function.closure, register)
            for number, register in (made.annotations if isinstance(made, MakeFunction) else ())
            if number == index
        ]
        annotation = unit.code.params[index].annotation
        values = written[0] if written else self._named(unit, annotation)
        types: set[Value] = set()
        metadata: set[Value] = set()
        for value in values:
            parts = annotated(engine, value)
            types |= parts[0] if parts else {value}
            metadata |= parts[1] if parts else set()
        return frozenset(types), frozenset(metadata)

    def _named(self, unit: Unit, annotation: Type | None) -> Values:
        names = annotation.args if annotation is not None and annotation.name == "|" else (annotation,)
        found: set[Value] = set()
        for one in names:
            if one is not None and one.name not in ("", "|", "None"):
                found |= self.engine.types.resolve(unit, one.name)
        return frozenset(value for value in found if not isinstance(value, Opaque))

    # -- what a slice asks --------------------------------------------------------------------

    def places(self, context: Context, is_entry: bool) -> tuple[Register, ...]:
        """The places of a context at which something runs that no instruction calls."""
        numbers = self._filled_in(context, is_entry)
        if not numbers and not is_entry:
            return ()
        unit = context.unit
        params = tuple(register for register, param in unit.find(Param) if param.index in numbers)
        return params + (tuple(register for register, _ in unit.find(Start)) if is_entry else ())

    def notes(self, context: Context, register: Register, is_entry: bool) -> list[Notes]:
        """What runs at such a place."""
        instruction = context.unit.code.instructions[register]
        if isinstance(instruction, Param):
            nodes: Iterable[Node] = self._filled_in(context, is_entry).get(instruction.index, ())
        elif isinstance(instruction, Start) and is_entry:
            nodes = (self._around(context.unit),)
        else:
            return []
        for node in nodes:
            self.engine.solver.read(node)
        return [node.notes for node in nodes if node.notes is not None]

    def _filled_in(self, context: Context, is_entry: bool) -> dict[int, dict[Node, None]]:
        if not is_entry:
            return self._filled.get(context, {})
        found: dict[int, dict[Node, None]] = {}
        for called in self.engine.contexts(context.unit):
            for index, nodes in self._filled.get(called, {}).items():
                found.setdefault(index, {}).update(nodes)
        return found

    # -- entries ------------------------------------------------------------------------------

    def _around(self, unit: Unit) -> Node:
        return self.engine.solver.node(("around", unit), partial(self._enter, unit))

    def _enter(self, unit: Unit) -> Iterable[Value]:
        """Calls what stands around an entry: frameworks that serve it, and decorators of the analysed code."""
        engine = self.engine
        for own in self._functions(unit):
            for handle in self._handles(own):
                engine.holders.of(handle)
                for around, passed in self._outermost(handle, {handle}):
                    self._run(around, _passing(passed) if passed else self._anything(own))
                if handle is not own and (_is_first_party(handle) or _is_standard(handle)):
                    self._run(handle, self._arguments(own))
        if unit.owner is not None:
            self._link_class(unit.owner)
        self._collect(unit)
        return ()

    def _collect(self, unit: Unit) -> None:
        """Calls a function as pytest does, where fixtures can be meant for its parameters."""
        from truthline.program.engine.testing import can_be_collected

        if not can_be_collected(self.engine, unit):
            return
        for own in self._functions(unit):
            receiver = self.engine.classes.receiver(unit, own.closure, False)
            test = own if receiver is None else self.engine.universe.make(Method, own, receiver)
            for collect in self.engine.names.global_("pytest", "_collect"):
                self._run(collect, _passing((test,)))

    def _outermost(self, handle: Value, seen: set[Value]) -> Iterable[tuple[Value, tuple[Value, ...]]]:
        """What stands around a function, and around that in turn; it is passed what the innermost says."""
        for around, passed in sorted(self.engine.solver.read(self._arounds(handle))):
            if around in seen:
                continue
            outer = list(self._outside(around, seen | {around}))
            yield from ((one, passed or given) for one, given in outer or [(around, passed)])

    def _outside(self, around: Value, seen: set[Value]) -> Iterable[tuple[Value, tuple[Value, ...]]]:
        """What stands around a function that a framework made, such as a view; a method of its own objects is the end.

        Where a method goes would lead to every object of its class: to all routes of the program.
        """
        if isinstance(around, Function):
            self.engine.holders.of(around)
            yield from self._outermost(around, seen)

    def _functions(self, unit: Unit) -> list[Function]:
        engine = self.engine
        if unit.parent is None:
            return []
        engine.holders.sites(unit)
        made_in = [engine.ambient(unit.parent)]
        if unit.parent.is_function:
            made_in += sorted(engine.contexts(unit.parent))
        return [engine.function(unit, closure) for closure in dict.fromkeys(made_in)]

    def _handles(self, function: Function) -> Iterable[Value]:
        """The function, and what each of its decorators makes of it, inside out."""
        yield function
        parent, register = function.unit.parent, function.unit.maker
        while parent is not None:
            decorated = next(
                (user for user in parent.uses.get(register, ()) if _decorates(parent, user, register)), None
            )
            if decorated is None:
                return
            values = self.engine.value(function.closure, decorated)
            yield from sorted(one for one in values if one is not function)
            register = decorated

    def decorated(self, unit: Unit) -> list[Function]:
        """The functions of the analysed code that a call of a function by its name runs instead of it."""
        found: dict[Function, None] = {}
        for own in self._functions(unit):
            handles = list(self._handles(own))
            for handle in handles[-1:] if len(handles) > 1 else ():
                function = handle.function if isinstance(handle, Method) else handle
                if isinstance(function, Function) and not function.unit.model:
                    found[function] = None
        return list(found)

    def _arguments(self, function: Function) -> Arguments:
        """What a call from outside passes: the receiver, and anything else."""
        receiver = self.engine.classes.receiver(function.unit, function.closure, False)
        positional = () if receiver is None else (frozenset((receiver,)),)
        anything = self._anything(function)
        return Arguments(positional, {}, anything.rest, anything.keyword_rest)

    def _anything(self, function: Function) -> Arguments:
        unknown = frozenset((self.engine.opaque(f"what is passed to {function.unit.symbol}"),))
        return Arguments((), {}, unknown, unknown)

    def _run(self, callee: Value, given: Arguments) -> None:
        for outcome in invoke(self.engine, callee, given, None):
            waiting = suspended(outcome)
            if waiting is not None:
                self.engine.executes(waiting)

    def _link_class(self, owner: Unit) -> None:
        """Calls of the class's own methods, where a framework may be told of its objects: `View.as_view()`."""
        engine = self.engine
        if owner.parent is None:
            return
        cls = engine.universe.make(Class, owner, engine.ambient(owner.parent))
        for one in (cls, *engine.classes.subclasses(cls)):
            for context, register in sorted(engine.holders.of(one)):
                for user in context.unit.uses.get(register, ()):
                    if isinstance(context.unit.code.instructions[user], Attr):
                        for caller in context.unit.uses.get(user, ()):
                            if isinstance(context.unit.code.instructions[caller], Call):
                                self._link_all(context, caller, set())

    def _link_all(self, context: Context, call: Register, seen: set[Context]) -> None:
        """Calls something, and lets the models do all that they do there, also what nobody asks the result for."""
        self.engine.link(context, call)
        for target in self.engine.execute(context, call).targets:
            if target.unit.model and target not in seen:
                seen.add(target)
                for register, _ in target.unit.find(Call):
                    self._link_all(target, register, seen)


def _passing(values: tuple[Value, ...]) -> Arguments:
    return Arguments(tuple(frozenset((value,)) for value in values))


def annotated(engine: Engine, value: Value) -> tuple[set[Value], set[Value]] | None:
    """The type and the metadata of an `Annotated[...]`; None for anything else."""
    if not isinstance(value, Instance) or value.cls.unit.symbol != ANNOTATED:
        return None
    types: set[Value] = set()
    metadata: set[Value] = set()
    for parts in attribute(engine, value, "parts"):
        if isinstance(parts, Instance):
            for key, one, _ in engine.heap.contents(parts):
                (types if isinstance(key, Constant) and key.value == 0 else metadata).add(one)
    return types, metadata


def settled(engine: Engine, values: Values) -> Values:
    """What a framework makes of a result: a generator is run to its `yield`, a coroutine is awaited."""
    found: set[Value] = set()
    for value in values:
        waiting = suspended(value)
        if waiting is None:
            found.add(value)
        elif waiting.unit.code.is_generator:
            found |= iterate(engine, value)
        else:
            engine.executes(waiting)
            found |= engine.returned(waiting)
    return frozenset(found)


def _decorates(unit: Unit, user: Register, register: Register) -> bool:
    instruction = unit.code.instructions[user]
    return isinstance(instruction, Call) and instruction.args == (register,) and instruction.func < register


def _is_standard(value: Value) -> bool:
    """Whether this is what a decorator of the standard library makes of a function, such as a `ContextDecorator`."""
    return isinstance(value, Function) and value.unit.module.partition(".")[0] in sys.stdlib_module_names


def _is_first_party(value: Value) -> bool:
    if isinstance(value, Method):
        return _is_first_party(value.function)
    unit = value.unit if isinstance(value, Function) else value.cls.unit if isinstance(value, Instance) else None
    return unit is not None and not unit.model
