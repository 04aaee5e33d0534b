"""Calls: arguments bound to parameters, contexts told apart, instances made."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from truthline.facts.code import Call, MakeFunction, ParamSpec, Register
from truthline.program.engine import happening, loaded, records
from truthline.program.engine.contexts import PLAIN, contexts_called, told_apart, widened
from truthline.program.engine.values import (
    NOTHING,
    Class,
    Constant,
    Context,
    External,
    Function,
    Instance,
    Intrinsic,
    Loaded,
    Method,
    ModuleValue,
    Opaque,
    Super,
    Value,
    Values,
)

if TYPE_CHECKING:
    from truthline.program.engine.engine import Engine
    from truthline.program.engine.units import Unit

Site = tuple[Context, Register]
Outcome = Value | Context
Outcomes = frozenset[Outcome]
_MOST_PLACES = 32
"""The arguments in `*args` that are told apart: a function that passes on more than it got would never end."""


class Arguments(msgspec.Struct, frozen=True):
    """What a call passes. `rest` may stand at any position after `positional`, `keyword_rest` under any keyword."""

    positional: tuple[Values, ...] = ()
    keywords: dict[str, Values] = {}
    rest: Values = NOTHING
    keyword_rest: Values = NOTHING

    def before(self, value: Value) -> Arguments:
        """The same call with one more argument in front."""
        return Arguments((frozenset((value,)), *self.positional), self.keywords, self.rest, self.keyword_rest)

    def every(self) -> set[Value]:
        """All values that are passed."""
        found = set(self.rest) | self.keyword_rest
        for values in (*self.positional, *self.keywords.values()):
            found |= values
        return found


def call(engine: Engine, callee: Value, arguments: Arguments, site: Site | None) -> Values:
    """What calling a value returns; notes on the node being computed what is called."""
    return results(engine, invoke(engine, callee, arguments, site))


def results(engine: Engine, outcomes: Outcomes) -> Values:
    """The values that outcomes stand for: a context is asked for what it returns."""
    found: set[Value] = set()
    for outcome in outcomes:
        if isinstance(outcome, Context):
            found |= engine.returned(outcome)
        else:
            found.add(outcome)
    return frozenset(found)


def invoke(engine: Engine, callee: Value, arguments: Arguments, site: Site | None) -> Outcomes:
    """Calls a value without asking what it returns: the contexts that run, and the values that are known at once."""
    if isinstance(callee, Function):
        return _invoke_function(engine, callee, arguments, site)
    if isinstance(callee, Method):
        return invoke(engine, callee.function, arguments.before(callee.bound), site)
    if isinstance(callee, Class):
        return _instantiate(engine, callee, arguments, site)
    if isinstance(callee, Intrinsic):
        from truthline.program.engine.intrinsics import INTRINSICS

        return frozenset(INTRINSICS[callee.name](engine, arguments, site))
    if isinstance(callee, Instance):
        return _call_instance(engine, callee, arguments, site)
    if isinstance(callee, External):
        own = sorted(loaded.objects(engine, callee)) if isinstance(callee, Loaded) else []
        answered = (_call_instance(engine, one, arguments, site) for one in own)
        return _call_external(engine, callee, arguments).union(_decorated(arguments, site), *answered)
    if isinstance(callee, Opaque):
        engine.solver.notes().unknown[callee.reason] = None
        return frozenset((engine.opaque(_unresolved(callee.reason)),))
    if isinstance(callee, (ModuleValue, Super)) or (isinstance(callee, Constant) and callee.value is not None):
        engine.solver.notes().externals["builtins.TypeError"] = None
    return frozenset()


def _unresolved(reason: str) -> str:
    """The reason for the result of an unresolved call; it does not grow along a chain of them."""
    return reason if reason.startswith(_RESULT) else f"{_RESULT}{reason}"


_RESULT = "the result of an unresolved call: "

# -- functions -----------------------------------------------------------------------------------


def _invoke_function(engine: Engine, callee: Function, arguments: Arguments, site: Site | None) -> Outcomes:
    bound = bind(engine, callee, arguments, site)
    found: set[Outcome] = set()
    for context, received in contexts_called(engine, callee, bound):
        for index, values in enumerate(received):
            engine.hand_over(context, index, values)
        found.add(_outcome(engine, engine.linked(context)))
    return frozenset(found)


def _outcome(engine: Engine, context: Context) -> Outcome:
    """What the call evaluates to.

    A generator or coroutine is only made here: it runs where it is iterated or awaited.
    """
    code = context.unit.code
    if code.is_generator or code.is_async:
        kind = "generator" if code.is_generator else "coroutine"
        cls = engine.builtin_class(kind)
        if cls is not None:
            return engine.universe.make(Instance, cls, context.unit, kind, context)
    engine.executes(context)
    return context


def run(engine: Engine, context: Context) -> Values:
    """The body is executed: what it returns."""
    engine.executes(context)
    return engine.returned(context)


def suspended(value: Outcome) -> Context | None:
    """The context that a generator or coroutine object runs when somebody asks for its values."""
    if isinstance(value, Instance) and value.site in ("generator", "coroutine"):
        return value.context
    return None


def bind(engine: Engine, callee: Function, arguments: Arguments, site: Site | None) -> list[Values]:
    """What each parameter receives, defaults included."""
    specs = callee.unit.code.params
    positional = [index for index, spec in enumerate(specs) if spec.kind in ("positional", "positional-only")]
    received: list[Values] = [NOTHING] * len(specs)
    taken: set[str] = set()
    for place, index in enumerate(positional):
        received[index] = _received(arguments, place, specs[index])
        taken.add(specs[index].name)
    for index, spec in enumerate(specs):
        if spec.kind == "keyword":
            received[index] = arguments.keywords.get(spec.name, NOTHING) | arguments.keyword_rest
            taken.add(spec.name)
    for index, spec in enumerate(specs):
        if spec.kind == "vararg":
            for packed in _container(engine, "tuple", callee, index, site):
                received[index] = _packed(packed, engine, arguments, len(positional))
        elif spec.kind == "kwarg":
            for packed in _container(engine, "dict", callee, index, site):
                received[index] = _named(packed, engine, arguments, taken)
        elif spec.has_default and not _is_given(arguments, spec, index, positional):
            received[index] = received[index] | _default(engine, callee.unit, callee.closure, index)
    return received


def _received(arguments: Arguments, place: int, spec: ParamSpec) -> Values:
    values = arguments.positional[place] if place < len(arguments.positional) else arguments.rest
    if spec.kind == "positional-only":
        return values
    if place >= len(arguments.positional):
        values = values | arguments.keyword_rest
    return values | arguments.keywords.get(spec.name, NOTHING)


def _is_given(arguments: Arguments, spec: ParamSpec, index: int, positional: list[int]) -> bool:
    if spec.name in arguments.keywords:
        return True
    return index in positional and positional.index(index) < len(arguments.positional)


def _packed(packed: Instance, engine: Engine, arguments: Arguments, count: int) -> Values:
    """The tuple of `*args`."""
    for place, values in enumerate(arguments.positional[count:]):
        key = engine.universe.constant(place) if place < _MOST_PLACES else None
        engine.heap.store_item(packed, key, values, None)
    engine.heap.store_item(packed, None, arguments.rest, None)
    return frozenset((packed,))


def _named(packed: Instance, engine: Engine, arguments: Arguments, taken: set[str]) -> Values:
    """The dict of `**kwargs`."""
    for name, values in arguments.keywords.items():
        if name not in taken:
            engine.heap.store_item(packed, engine.universe.constant(name), values, None)
    engine.heap.store_item(packed, None, arguments.keyword_rest, None)
    return frozenset((packed,))


def _container(engine: Engine, kind: str, callee: Function, index: int, site: Site | None) -> Iterable[Instance]:
    """The tuple or dict that collects arguments: one for each call site ("*2@17": parameter 2, call 17).

    There is none where the budget was spent before the class was looked for.
    """
    cls = engine.builtin_class(kind)
    if cls is not None:
        context, register = site if site is not None else (callee.closure, -1)
        context = widened(engine, context)
        yield engine.universe.make(Instance, cls, callee.unit, f"*{index}@{register}", context)


def default(engine: Engine, context: Context, index: int) -> Values:
    """The default of a parameter."""
    if context.closure is None or not context.unit.code.params[index].has_default:
        return NOTHING
    return _default(engine, context.unit, context.closure, index)


def _default(engine: Engine, unit: Unit, closure: Context, index: int) -> Values:
    if unit.parent is None or unit.maker < 0:
        return NOTHING
    made = unit.parent.code.instructions[unit.maker]
    for number, register in made.defaults if isinstance(made, MakeFunction) else ():
        if number == index:
            return engine.value(closure, register)
    return NOTHING


# -- objects -------------------------------------------------------------------------------------


def _instantiate(engine: Engine, cls: Class, arguments: Arguments, site: Site | None) -> Outcomes:
    from truthline.program.engine.attributes import class_members

    for metaclass in engine.classes.metaclasses(cls):
        if isinstance(metaclass, Class):
            _, hooks = class_members(engine, metaclass, "__call__")
            if hooks:
                given = arguments.before(cls)
                return frozenset(one for hook in hooks for one in invoke(engine, hook, given, site))
    return frozenset(create(engine, cls, arguments, site))


def create(engine: Engine, cls: Class, arguments: Arguments, site: Site | None) -> Values:
    """`type.__call__`: `__new__`, then `__init__` of what it made."""
    from truthline.program.engine.attributes import class_members

    if engine.classes.is_enum(cls):
        if class_members(engine, cls, "_missing_")[1]:
            for fallback in engine.attribute(cls, "_missing_"):
                call(engine, fallback, arguments, site)
        return frozenset((engine.universe.make(Instance, cls),))
    _, makers = class_members(engine, cls, "__new__")
    made: set[Value] = set()
    for maker in makers:
        made |= call(engine, maker, arguments.before(cls), site)
    if not makers:
        made.add(allocate(engine, cls, site))
    for one in made:
        if isinstance(one, Instance) and engine.classes.is_subclass(one.cls, cls):
            _initialise(engine, one, arguments, site)
    return frozenset(made)


def allocate(engine: Engine, cls: Class, site: Site | None) -> Instance:
    """A new object, told apart by where it is made."""
    if site is None or cls.unit.symbol in PLAIN:
        instance = engine.universe.make(Instance, cls)
    else:
        context = told_apart(engine, cls, *site)
        instance = engine.universe.make(Instance, cls, context.unit, site[1], context)
    engine.heap.made(instance)
    return instance


def _initialise(engine: Engine, instance: Instance, arguments: Arguments, site: Site | None) -> None:
    from truthline.program.engine.attributes import class_members

    _, initialisers = class_members(engine, instance.cls, "__init__")
    for initialiser in initialisers:
        invoke(engine, initialiser, arguments.before(instance), site)
    if not initialisers and not instance.cls.unit.model:
        if not is_lazy(instance):
            _fill_fields(engine, instance, arguments)
        outside = [base for base in engine.classes.outside_bases(instance.cls) if isinstance(base, External)]
        for base in outside:
            _call_external(engine, base, arguments)


def _fill_fields(engine: Engine, instance: Instance, arguments: Arguments) -> None:
    """A dataclass or a model that no call of the text makes by its own name."""
    placed = engine.classes.parameters(instance.cls)
    every = [*(name for name, _ in engine.classes.fields(instance.cls)), *engine.classes.init_variables(instance.cls)]
    for name in every:
        values = arguments.keywords.get(name, NOTHING) | arguments.keyword_rest
        if name in placed:
            place = placed.index(name)
            values = values | (arguments.positional[place] if place < len(arguments.positional) else arguments.rest)
        engine.heap.store_field(instance, name, values or _defaults(engine, instance, name), None)
    records.finish(engine, instance)


def is_record(engine: Engine, cls: Value) -> bool:
    """Whether calling a class only fills its fields: a dataclass, a model, nothing with a say of its own."""
    from truthline.program.engine.attributes import class_members

    if not isinstance(cls, Class) or cls.unit.model or engine.classes.is_enum(cls):
        return False
    if any(class_members(engine, cls, name)[1] for name in ("__init__", "__new__")):
        return False
    return not any(isinstance(one, Class) for one in engine.classes.metaclasses(cls))


def record(engine: Engine, cls: Class, site: Site) -> Instance:
    """A new record. What its fields hold is computed from the call when somebody reads them."""
    instance = allocate(engine, cls, site)
    records.finish(engine, instance)
    return instance


def is_lazy(instance: Instance) -> bool:
    """Whether the fields of a record are read off the call that made it."""
    if instance.context is None or not isinstance(instance.site, int) or instance.context.unit.model:
        return False
    return isinstance(instance.context.unit.code.instructions[instance.site], Call)


def constructed(engine: Engine, instance: Instance, name: str) -> Values:
    """What the call that made a record passes for a field, or the field's default."""
    if not is_lazy(instance) or not is_record(engine, instance.cls) or instance.context is None:
        return NOTHING
    placed = engine.classes.parameters(instance.cls)
    place = placed.index(name) if name in placed else -1
    given = _passed(engine, instance.context, instance.site, place, name)
    if not engine.classes.takes(instance.cls, name):
        return given
    return records.converted(engine, instance.cls, name, given or _defaults(engine, instance, name))


def _passed(engine: Engine, context: Context, register: object, place: int, name: str) -> Values:
    from truthline.program.engine.transfer import arguments_of

    call_site = context.unit.code.instructions[register] if isinstance(register, int) else None
    if not isinstance(call_site, Call):
        return NOTHING
    if call_site.stars or any(keyword is None for keyword, _ in call_site.keywords):
        spread = arguments_of(engine, context, call_site)
        values = spread.keywords.get(name, NOTHING) | spread.keyword_rest | spread.rest
        return values | (spread.positional[place] if 0 <= place < len(spread.positional) else NOTHING)
    for keyword, value in call_site.keywords:
        if keyword == name:
            return engine.value(context, value)
    return engine.value(context, call_site.args[place]) if 0 <= place < len(call_site.args) else NOTHING


def _defaults(engine: Engine, instance: Instance, name: str) -> Values:
    """What a field holds that nothing is passed for. A node of its own, for factories may make more of the same."""
    node = engine.solver.node(("default of", instance.cls, name), partial(_default_of, engine, instance.cls, name))
    values: Values = engine.solver.read(node)
    if node.notes is not None:
        engine.solver.notes().targets.update(node.notes.targets)
    return values


def _default_of(engine: Engine, cls: Class, name: str) -> Iterable[Value]:
    from truthline.program.engine.attributes import class_members

    _, declared = class_members(engine, cls, name)
    return frozenset(one for field in declared for one in _field_default(engine, field, None))


def _field_default(engine: Engine, declared: Value, site: Site | None) -> Values:
    """`field(default_factory=f)` calls `f` for each object."""
    if not isinstance(declared, Instance) or not records.is_field(engine, declared):
        return frozenset((declared,))
    found: set[Value] = set(engine.heap.field_values(declared, "default"))
    for factory in engine.heap.field_values(declared, "default_factory"):
        found |= call(engine, factory, Arguments(), site)
    return frozenset(found)


def _call_instance(engine: Engine, callee: Instance, arguments: Arguments, site: Site | None) -> Outcomes:
    from truthline.program.engine.attributes import attribute, class_members

    _, hooks = class_members(engine, callee.cls, "__call__")
    if hooks:
        bound = sorted(attribute(engine, callee, "__call__"))
        return frozenset(one for hook in bound for one in invoke(engine, hook, arguments, site))
    outside = engine.classes.outside_bases(callee.cls)
    if outside and not callee.cls.unit.model:
        return _call_external(engine, engine.universe.make(External, f"{callee.cls.unit.name}()"), arguments)
    return frozenset()


def _decorated(arguments: Arguments, site: Site | None) -> Values:
    """What a decorator that is not analysed may hand back: the function or class that is defined under it."""
    if site is None or len(arguments.positional) != 1 or arguments.keywords:
        return NOTHING
    return frozenset(
        one
        for one in arguments.positional[0]
        if isinstance(one, (Function, Class)) and one.closure is site[0] and one.unit.code.kind != "lambda"
    )


def _call_external(engine: Engine, callee: External, arguments: Arguments) -> Outcomes:
    """Code that is not analysed may call back what it was handed."""
    notes = engine.solver.notes()
    notes.externals[callee.path] = None
    for value in sorted(arguments.every()):
        waiting = suspended(value)
        if waiting is not None:
            engine.executes(waiting)
        elif isinstance(value, (Function, Method)):
            given = engine.opaque(f"what {callee.path} passes to its callback")
            made = invoke(engine, value, Arguments(rest=frozenset((given,)), keyword_rest=frozenset((given,))), None)
            for one in made:
                later = suspended(one)
                if later is not None:
                    engine.executes(later)
    returned = loaded.result(engine, callee, arguments)
    happening.called(engine, callee, arguments, returned)
    return frozenset((returned,))
