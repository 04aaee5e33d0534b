"""One transfer function an instruction: what its register holds, and what it executes on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from truthline.facts import code as ir
from truthline.facts.code import Register
from truthline.program.engine import loaded, recorded
from truthline.program.engine.attributes import attribute, class_members, namespace, set_attribute
from truthline.program.engine.calls import (
    Arguments,
    Outcome,
    Site,
    allocate,
    call,
    invoke,
    is_record,
    record,
    results,
    suspended,
)
from truthline.program.engine.displays import container, display
from truthline.program.engine.flow import lasting_stores, surviving
from truthline.program.engine.formatting import percent_texts, put_into_text, shown
from truthline.program.engine.outside import attribute_path, result_path
from truthline.program.engine.protocols import (
    awaited,
    entries_of,
    hook,
    item_of,
    iterate,
    special,
    store_item_of,
    truth,
)
from truthline.program.engine.reach import comes_from, reaches
from truthline.program.engine.sql import EXECUTING, is_sql
from truthline.program.engine.truths import booleans, classes_among, compared, is_instance, truth_of
from truthline.program.engine.values import (
    NOTHING,
    Class,
    Constant,
    Context,
    External,
    Function,
    Instance,
    Loaded,
    Opaque,
    Value,
    Values,
)

if TYPE_CHECKING:
    from truthline.program.engine.engine import Engine
    from truthline.program.engine.units import Unit

_MOST_TEXTS = 32
_MOST_VALUES = 256
_MOST_ROWS = 256
Row = Mapping[Register, Values]
_NO_ROW: Row = {}


def returned(engine: Engine, context: Context) -> Iterable[Value]:
    """What the `return`s of a context hold."""
    unit = context.unit
    found: set[Value] = set()
    for register, _ in unit.find(ir.Return):
        found |= engine.value(context, register)
    annotation = unit.code.returns
    if annotation is not None and all(isinstance(value, Opaque) for value in found):
        promised = {one for one in engine.types.instances(unit, annotation) if not isinstance(one, Opaque)}
        return promised or found
    return found


def yielded(engine: Engine, context: Context) -> Iterable[Value]:
    """What a generator yields."""
    found: set[Value] = set()
    for register, instruction in context.unit.find(ir.Yield):
        if reaches(engine, context, register):
            found |= engine.value(context, instruction.value)
    for register, delegated in context.unit.find(ir.YieldFrom):
        if reaches(engine, context, register):
            for base in engine.value(context, delegated.base):
                found |= iterate(engine, base)
    return found


def _const(engine: Engine, context: Context, register: Register, one: ir.Const) -> Iterable[Value]:
    return (engine.universe.constant(one.value),)


def _literal(engine: Engine, context: Context, register: Register, one: ir.Literal_) -> Iterable[Value]:
    return engine.typed(one.type if one.type in ("int", "bool", "slice", "complex", "type") else "object")


def _param(engine: Engine, context: Context, register: Register, one: ir.Param) -> Iterable[Value]:
    return engine.param(context, one.index)


def _nothing(engine: Engine, context: Context, register: Register, one: object) -> Iterable[Value]:
    return ()


def _phi(engine: Engine, context: Context, register: Register, one: ir.Phi) -> Iterable[Value]:
    origins = comes_from(engine, context, register) if one.sources else None
    ways = zip(one.args, one.sources or one.args, strict=True)
    arguments = {argument for argument, source in ways if origins is None or source in origins}
    values = frozenset().union(*(engine.value(context, argument) for argument in sorted(arguments - {register})))
    return values if len(values) <= _MOST_VALUES else _widened(engine, values)


def _widened(engine: Engine, values: Values) -> Iterable[Value]:
    """Of very many literals, only their types: they would be carried through every join that follows."""
    for value in values:
        if isinstance(value, Constant) and value.value is not None:
            yield from engine.typed(type(value.value).__name__)
        else:
            yield value


def _hint(engine: Engine, context: Context, register: Register, one: ir.Hint) -> Iterable[Value]:
    values = engine.value(context, one.value) if one.value is not None else NOTHING
    if context.unit.code.kind == "class":
        if one.value is None:
            return ()
        values = loaded.related(engine, context.unit, one.type, values)
    known = {value for value in values if not isinstance(value, Opaque)}
    if len(known) == len(values) and values:
        return values
    return known | engine.types.instances(context.unit, one.type)


def _narrow(engine: Engine, context: Context, register: Register, one: ir.Narrow) -> Iterable[Value]:
    values = engine.value(context, one.value)
    classes = classes_among(engine, engine.value(context, one.types) if one.types is not None else NOTHING)
    if classes is None:
        return values
    kept = {value for value in values if is_instance(engine, value, classes) in (one.positive, None)}
    if one.positive and any(isinstance(value, Opaque) for value in kept):
        kept = {value for value in kept if not isinstance(value, Opaque)}
        kept |= {engine.universe.make(Instance, cls) for cls in classes}
    return kept


def _load(engine: Engine, context: Context, register: Register, one: ir.Load) -> Iterable[Value]:
    return engine.names.load(context.unit.module, one.name)


def _bind(engine: Engine, context: Context, register: Register, one: ir.Bind) -> Iterable[Value]:
    return engine.value(context, one.value)


def _store_cell(engine: Engine, context: Context, register: Register, one: ir.StoreCell) -> Iterable[Value]:
    return engine.value(context, one.value)


def _load_cell(engine: Engine, context: Context, register: Register, one: ir.LoadCell) -> Iterable[Value]:
    owner: Context | None = context.closure
    if one.owner == context.unit.code.index:
        owner = context
    while owner is not None and owner.unit.code.index != one.owner:
        owner = owner.closure
    if owner is None:
        return (engine.opaque(f"the variable {one.name} of an outer function"),)
    found: set[Value] = set()
    stores = engine.bodies.index(context.unit.module).cell_stores.get((one.owner, one.name), ())
    lasting = lasting_stores(owner.unit, one.name) if owner is not context and len(stores) > 1 else None
    for unit, store in stores:
        if unit is not owner.unit:
            for inner in _contexts_within(engine, unit, owner):
                found |= engine.value(inner, store)
        elif lasting is None or store in lasting:
            found |= engine.value(owner, store)
    return found


def _contexts_within(engine: Engine, unit: Unit, owner: Context) -> Iterable[Context]:
    """The contexts of a function inside `owner` that may assign its variables: as called so far, else from anywhere."""
    engine.holders.sites(unit)
    known = [one for one in engine.contexts(unit) if not one.ambient and _is_within(one, owner)]
    return sorted(known) or [_inside(engine, unit, owner)]


def _inside(engine: Engine, unit: Unit, owner: Context) -> Context:
    closure = owner if unit.parent is owner.unit or unit.parent is None else engine.ambient(unit.parent)
    return engine.universe.context(unit, closure, (None,) * len(unit.code.params), True)


def _is_within(context: Context, owner: Context) -> bool:
    current: Context | None = context
    while current is not None:
        if current is owner:
            return True
        current = current.closure
    return False


def _attr(engine: Engine, context: Context, register: Register, one: ir.Attr) -> Iterable[Value]:
    found: set[Value] = set()
    bases = engine.value(context, one.base)
    if len(bases) == 1:
        kept = surviving(engine, context, register)
        if kept is not None:
            return kept
    for base in bases:
        found.update(attribute(engine, base, one.name))
    return found


def _set_attr(engine: Engine, context: Context, register: Register, one: ir.SetAttr) -> Iterable[Value]:
    values = engine.value(context, one.value)
    for base in engine.value(context, one.base):
        set_attribute(engine, base, one.name, values, (context, register))
    return values


def _del_attr(engine: Engine, context: Context, register: Register, one: ir.DelAttr) -> Iterable[Value]:
    special(engine, engine.value(context, one.base), "__delattr__", (), (context, register))
    return ()


def _item(engine: Engine, context: Context, register: Register, one: ir.Item) -> Iterable[Value]:
    bases = engine.value(context, one.base)
    keys = engine.known(context, one.key)
    if len(bases) == 1:
        kept = surviving(engine, context, register)
        if kept is not None:
            return kept
    found: set[Value] = set()
    for base in bases:
        found |= item_of(engine, base, keys, (context, register))
    return found


def _set_item(engine: Engine, context: Context, register: Register, one: ir.SetItem) -> Iterable[Value]:
    for row in rows(engine, context, register):
        values = row[one.value] if one.value in row else engine.value(context, one.value)
        keys = row[one.key] if one.key in row else engine.known(context, one.key)
        for base in row[one.base] if one.base in row else engine.value(context, one.base):
            store_item_of(engine, base, keys, values, (context, register))
    return ()


def rows(engine: Engine, context: Context, register: Register) -> list[Row]:
    """What the parts of each row hold that an instruction takes together; an empty row where it takes no such parts."""
    parts = context.unit.paired.get(register)
    if parts is None:
        return [{}]
    taken = [(part, one) for part in parts if isinstance(one := context.unit.code.instructions[part], ir.Unpack)]
    bases = engine.value(context, taken[0][1].base)
    if not 1 < len(bases) <= _MOST_ROWS:
        return [{}]
    return [{part: unpacked(engine, context, part, one, base) for part, one in taken} for base in sorted(bases)]


def _del_item(engine: Engine, context: Context, register: Register, one: ir.DelItem) -> Iterable[Value]:
    bases = engine.value(context, one.base)
    special(engine, bases, "__delitem__", (engine.value(context, one.key),), (context, register))
    return ()


def arguments_of(engine: Engine, context: Context, one: ir.Call, row: Row = _NO_ROW) -> Arguments:
    """The arguments of a call, stars taken apart; what stands in `row` is what a part of a row holds."""
    positional: list[Values] = []
    rest: set[Value] = set()
    for place, register in enumerate(one.args):
        values = row[register] if register in row else engine.value(context, register)
        if place in one.stars:
            spread, unordered = _spread(engine, values)
            if rest:
                rest.update(*spread)
            else:
                positional += spread
            rest |= unordered
        elif rest:
            rest |= values
        else:
            positional.append(values)
    keywords: dict[str, Values] = {}
    others: set[Value] = set()
    for name, register in one.keywords:
        values = row[register] if register in row else engine.value(context, register)
        if name is not None:
            keywords[name] = keywords.get(name, NOTHING) | values
        else:
            others |= _spread_keywords(engine, values, keywords)
    return Arguments(tuple(positional), keywords, frozenset(rest), frozenset(others))


def _spread(engine: Engine, values: Values) -> tuple[list[Values], set[Value]]:
    """The elements of `*values`: those whose place is known, and the others."""
    ordered: list[Values] = []
    unordered: set[Value] = set()
    for value in values:
        if isinstance(value, Instance) and value.cls.unit.name in ("tuple", "list") and not value.anywhere:
            entries = engine.heap.contents(value)
            known = [e[0].value for e in entries if isinstance(e[0], Constant) and isinstance(e[0].value, int)]
            for place in range(max(known, default=-1) + 1):
                found = frozenset(e[1] for e in entries if isinstance(e[0], Constant) and e[0].value == place)
                if place < len(ordered):
                    ordered[place] = ordered[place] | found
                else:
                    ordered.append(found)
            unordered |= {e[1] for e in entries if e[0] is None}
        else:
            unordered |= iterate(engine, value)
    return ordered, unordered


def _spread_keywords(engine: Engine, values: Values, keywords: dict[str, Values]) -> set[Value]:
    others: set[Value] = set()
    for value in values:
        if isinstance(value, Instance):
            for key, held in entries_of(engine, value, None):
                if isinstance(key, Constant) and isinstance(key.value, str):
                    keywords[key.value] = keywords.get(key.value, NOTHING) | {held}
                else:
                    others.add(held)
        elif isinstance(value, (Opaque, External)):
            others.add(engine.opaque("an unknown keyword argument"))
    return others


def _call(engine: Engine, context: Context, register: Register, one: ir.Call) -> Iterable[Value]:
    outcomes = engine.link(context, register)
    if not context.ambient or context.deep:
        return results(engine, outcomes)
    return frozenset(one for outcome in outcomes for one in _promised(engine, outcome))


def _promised(engine: Engine, outcome: Outcome) -> Values:
    """What a call returns by its annotation, for a context that answers from annotations."""
    if isinstance(outcome, Context) and outcome.unit.code.returns is not None and not outcome.unit.model:
        promised = engine.types.instances(outcome.unit, outcome.unit.code.returns, shallow=True)
        if not any(isinstance(value, Opaque) for value in promised):
            return promised
    return results(engine, frozenset((outcome,)))


def link(engine: Engine, context: Context, register: Register) -> Iterable[Outcome]:
    """Who is called, with what: linked, but not asked for what they return."""
    one = context.unit.code.instructions[register]
    if not isinstance(one, ir.Call) or not reaches(engine, context, register):
        return ()
    callees = engine.value(context, one.func)
    if callees and all(is_record(engine, callee) for callee in callees):
        records = {record(engine, callee, (context, register)) for callee in callees if isinstance(callee, Class)}
        return _with_recorded(engine, context, register, one, records)
    unknown = engine.solver.notes().unknown
    unknown.clear()
    if not callees and not context.unit.model:
        unknown[_NOTHING_STORED] = None
    found: set[Outcome] = set()
    for row in rows(engine, context, register):
        found |= _called(engine, context, register, one, row)
    return _with_recorded(engine, context, register, one, found)


def _called(engine: Engine, context: Context, register: Register, one: ir.Call, row: Row) -> set[Outcome]:
    """The outcomes of a call with what one row holds."""
    callees = row[one.func] if one.func in row else engine.value(context, one.func)
    arguments = arguments_of(engine, context, one, row)
    if any(isinstance(callee, Opaque) for callee in callees):
        callees = _settled(engine, context, one, callees, arguments)
    _ask_for_texts(engine, context, register, one, callees, arguments)
    found: set[Outcome] = set()
    for callee in sorted(callees) if len(callees) > 1 else callees:
        found |= invoke(engine, callee, arguments, (context, register))
        for handler, given in engine.operations(callee, arguments) if engine.operations is not None else ():
            found |= invoke(engine, handler, given, None)
    return found


def _ask_for_texts(
    engine: Engine, context: Context, register: Register, one: ir.Call, callees: Values, arguments: Arguments
) -> None:
    """`text.format(value)` on a text of which nothing is known asks every value for its text."""
    func = context.unit.code.instructions[one.func]
    if context.unit.model or not isinstance(func, ir.Attr) or func.name != "format":
        return
    if any(isinstance(callee, (Opaque, External)) for callee in callees):
        shown(engine, frozenset(arguments.every()), "", (context, register))


def _with_recorded(
    engine: Engine, context: Context, register: Register, one: ir.Call, found: Iterable[Outcome]
) -> Iterable[Outcome]:
    """Outcomes of a call, and those that a traced run showed."""
    if not engine.recorded.at(engine, context.unit, register):
        return found
    return {*found, *recorded.called(engine, (context, register), arguments_of(engine, context, one))}


def _settled(engine: Engine, context: Context, one: ir.Call, callees: Values, arguments: Arguments) -> Values:
    """Calls on an unknown receiver of which enough is known: executed SQL, and special methods asked for by a model."""
    func = context.unit.code.instructions[one.func]
    if not isinstance(func, ir.Attr):
        return callees
    known = frozenset(callee for callee in callees if not isinstance(callee, Opaque))
    if context.unit.model and func.name.startswith("__") and func.name.endswith("__"):
        return known
    if (
        func.name in EXECUTING
        and arguments.positional
        and any(is_sql(engine, value) for value in arguments.positional[0])
    ):
        return known | {engine.universe.make(External, f"sql.{func.name}")}
    return callees


_NOTHING_STORED = "nothing is known to be stored in what is called"


def _make_function(engine: Engine, context: Context, register: Register, one: ir.MakeFunction) -> Iterable[Value]:
    return (engine.function(engine.bodies.units(context.unit.module)[one.code], context),)


def _make_class(engine: Engine, context: Context, register: Register, one: ir.MakeClass) -> Iterable[Value]:
    unit = engine.bodies.units(context.unit.module)[one.code]
    cls = engine.universe.make(Class, unit, context)
    body = engine.universe.context(unit, context, ())
    engine.executes(engine.linked(body))
    if engine.classes.metaclasses(cls):
        _made_by_metaclass(engine, cls, one)
    _class_hooks(engine, cls, one)
    return (cls,)


def _made_by_metaclass(engine: Engine, cls: Class, one: ir.MakeClass) -> None:
    """`__prepare__`, `__new__` and `__init__` of the metaclass; the namespace stands for the class that they make."""
    packed = container(engine, "tuple", cls.closure, cls.unit.maker)
    for metaclass in engine.classes.metaclasses(cls):
        if not isinstance(metaclass, Class) or metaclass.unit.model or packed is None:
            continue
        engine.heap.store_item(packed, None, engine.classes.bases(cls), None)
        named, bases = frozenset((engine.universe.constant(cls.unit.name),)), frozenset((packed,))
        passed = [(name or "", value) for name, value in one.keywords if name not in (None, "metaclass")]
        keywords = {name: engine.value(cls.closure, value) for name, value in passed}
        for starter in engine.attribute(metaclass, "__prepare__"):
            if not isinstance(starter, External):
                call(engine, starter, Arguments((named, bases), keywords), None)
        given = Arguments((named, bases, namespace(engine, cls)), keywords)
        for name, first in (("__new__", metaclass), ("__init__", cls)):
            for maker in class_members(engine, metaclass, name)[1]:
                if isinstance(maker, Function) and not maker.unit.model:
                    _fill_namespace(engine, invoke(engine, maker, given.before(first), None))


def _fill_namespace(engine: Engine, outcomes: Iterable[Outcome]) -> None:
    """`namespace[name] = member` in a metaclass: the members are looked for in the class, and not in what runs here."""
    for context in outcomes:
        if isinstance(context, Context):
            for register, _ in context.unit.find(ir.SetItem):
                engine.value(context, register)


def _class_hooks(engine: Engine, cls: Class, one: ir.MakeClass) -> None:
    """`__init_subclass__` of the bases and `__set_name__` of what the body binds."""
    _, hooks = class_members(engine, cls, "__init_subclass__", cls)
    for starter in hooks:
        keywords = {name: engine.value(cls.closure, value) for name, value in one.keywords if name is not None}
        call(engine, starter, Arguments((frozenset((cls,)),), keywords), None)
    body = engine.universe.context(cls.unit, cls.closure, ())
    for name, bindings in cls.unit.bindings.items():
        for _, bind in bindings:
            for member in engine.value(body, bind.value):
                if isinstance(member, Instance) and not member.cls.unit.model:
                    for namer in class_members(engine, member.cls, "__set_name__")[1]:
                        constant = frozenset((engine.universe.constant(name),))
                        given = Arguments((frozenset((member,)), frozenset((cls,)), constant))
                        call(engine, namer, given, None)


def _import(engine: Engine, context: Context, register: Register, one: ir.Import) -> Iterable[Value]:
    name = engine.names.absolute(context.unit, one.module, one.level)
    if not one.checking:
        _executes(engine, name)
    if not engine.modules.exists(name) and engine.modules.is_first_party(name) and _is_handled(context, register):
        return ()
    return engine.names.module_value(name if one.whole else name.partition(".")[0])


def _executes(engine: Engine, name: str) -> None:
    imports = engine.solver.notes().imports
    parts = name.split(".")
    for count in range(1, len(parts) + 1):
        imports[".".join(parts[:count])] = None


def _import_from(engine: Engine, context: Context, register: Register, one: ir.ImportFrom) -> Iterable[Value]:
    module = engine.names.absolute(context.unit, one.module, one.level)
    if not one.checking:
        _executes(engine, module)
        if engine.modules.exists(f"{module}.{one.name}"):
            _executes(engine, f"{module}.{one.name}")
    if one.name == "*":
        return ()
    if not engine.bodies.has(module) and not engine.modules.exists(module):
        known = engine.names.module_value(module)
        if any(isinstance(value, Opaque) for value in known):
            return () if _is_handled(context, register) else known
    values = engine.names.member(module, one.name)
    path = f"{module}.{one.name}"
    if engine.bodies.is_model(path):
        return engine.names.module_value(path)
    return values


def _is_handled(context: Context, register: Register) -> bool:
    """Whether an exception is handled: after an import that cannot succeed, nothing is bound then."""
    place = context.unit.place(register)
    return place is not None and bool(context.unit.code.blocks[place[0]].handlers)


def _next(engine: Engine, context: Context, register: Register, one: ir.Next) -> Iterable[Value]:
    found: set[Value] = set()
    for base in engine.value(context, one.base):
        found |= iterate(engine, base)
    return found


def _unpack(engine: Engine, context: Context, register: Register, one: ir.Unpack) -> Iterable[Value]:
    return NOTHING.union(*(unpacked(engine, context, register, one, base) for base in engine.value(context, one.base)))


def unpacked(engine: Engine, context: Context, register: Register, one: ir.Unpack, base: Value) -> Values:
    """What a target holds that is unpacked from one value."""
    ordered = isinstance(base, Instance) and base.cls.unit.name in ("tuple", "list")
    row = engine.classes.row(base.cls) if isinstance(base, Instance) and one.star < 0 else ()
    if isinstance(base, Instance) and one.index < len(row):
        return engine.attribute(base, row[one.index])
    if isinstance(base, Loaded) and one.star < 0:
        return frozenset((loaded.element(engine, base, engine.universe.constant(one.index)),))
    if not ordered or not isinstance(base, Instance):
        return iterate(engine, base)
    if one.star < 0 or one.index < one.star:
        return engine.heap.item(base, engine.universe.constant(one.index))
    if one.index == one.star:
        return _starred(engine, context, register, base, one)
    return _from_end(engine, base, one)


def _starred(engine: Engine, context: Context, register: Register, base: Instance, one: ir.Unpack) -> Values:
    made = container(engine, "list", context, register)
    if made is None:
        return NOTHING
    length = _length(engine, base)
    after = one.count - one.star - 1
    for key, value, _ in engine.heap.contents(base):
        if isinstance(key, Constant) and isinstance(key.value, int) and length is not None:
            if one.star <= key.value < length - after:
                place = engine.universe.constant(key.value - one.star)
                engine.heap.store_item(made, place, (value,), (context, register))
        else:
            engine.heap.store_item(made, None, (value,), (context, register))
    return frozenset((made,))


def _from_end(engine: Engine, base: Instance, one: ir.Unpack) -> Values:
    length = _length(engine, base)
    if length is None:
        return engine.heap.item(base, None)
    return engine.heap.item(base, engine.universe.constant(length - (one.count - one.index)))


def _length(engine: Engine, base: Instance) -> int | None:
    keys = [entry[0] for entry in engine.heap.contents(base)]
    places = [key.value for key in keys if isinstance(key, Constant) and isinstance(key.value, int)]
    return max(places) + 1 if places and len(places) == len(keys) else None


def _await(engine: Engine, context: Context, register: Register, one: ir.Await) -> Iterable[Value]:
    return awaited(engine, engine.value(context, one.base))


def _yield(engine: Engine, context: Context, register: Register, one: ir.Yield) -> Iterable[Value]:
    """What is sent to the generator; nobody looks for it where nobody asks."""
    if not context.unit.uses.get(register):
        return ()
    made = engine.builtin_class("generator")
    if made is not None:
        engine.holders.of(engine.universe.make(Instance, made, context.unit, "generator", context))
    return engine.solver.read(engine.sent_node(context))


def _yield_from(engine: Engine, context: Context, register: Register, one: ir.YieldFrom) -> Iterable[Value]:
    found: set[Value] = set()
    for base in engine.value(context, one.base):
        iterate(engine, base)
        waiting = suspended(base)
        if waiting is not None:
            found |= engine.returned_by_generator(waiting)
    return found


def _caught(engine: Engine, context: Context, register: Register, one: ir.Caught) -> Iterable[Value]:
    types = engine.value(context, one.types) if one.types is not None else engine.builtin("BaseException")
    found: set[Value] = set()
    for value in types:
        if isinstance(value, Class):
            found.add(engine.universe.make(Instance, value))
        elif isinstance(value, External):
            found.add(engine.universe.make(External, result_path(value.path)))
        elif isinstance(value, Instance):
            for element in engine.heap.item(value, None):
                if isinstance(element, Class):
                    found.add(engine.universe.make(Instance, element))
    return _grouped(engine, found, (context, register)) if one.grouped else found


def _grouped(engine: Engine, caught: set[Value], site: Site) -> Iterable[Value]:
    """What `except*` binds: a group of the exceptions, of any class of groups that the program makes.

    Such a class is asked to `derive` the group of what is caught.
    """
    plain, held = engine.builtin_class("ExceptionGroup"), engine.builtin_class("tuple")
    if plain is None or held is None:
        return
    exceptions, group = allocate(engine, held, site), allocate(engine, plain, site)
    engine.heap.store_item(exceptions, None, caught, site)
    engine.heap.store_field(group, "exceptions", (exceptions,), site)
    yield group
    for cls in engine.classes.groups():
        own = engine.universe.make(Instance, cls)
        hook(engine, own, "derive", (frozenset((exceptions,)),), site)
        yield own


def _enter(engine: Engine, context: Context, register: Register, one: ir.Enter) -> Iterable[Value]:
    found: set[Value] = set()
    name = "__aenter__" if one.is_async else "__enter__"
    for base in engine.value(context, one.base):
        entered = hook(engine, base, name, (), (context, register))
        if entered is not None:
            found |= awaited(engine, entered) if one.is_async else entered
        elif isinstance(base, External):
            engine.solver.notes().externals[attribute_path(base.path, name)] = None
            found.add(loaded.entered(engine, base, name))
        elif isinstance(base, Opaque):
            found.add(base)
        else:
            found.add(base)
    return found


def _leave(engine: Engine, context: Context, register: Register, one: ir.Leave) -> Iterable[Value]:
    name = "__aexit__" if one.is_async else "__exit__"
    none = frozenset((engine.universe.constant(None),))
    left = special(engine, engine.value(context, one.base), name, (none, none, none), (context, register))
    if one.is_async:
        awaited(engine, left)
    return ()


def _binary(engine: Engine, context: Context, register: Register, one: ir.Binary) -> Iterable[Value]:
    left, right = engine.value(context, one.left), engine.value(context, one.right)
    texts = _joined_texts(engine, [left, right]) if one.op == "add" else None
    if texts is not None:
        return texts
    site = (context, register)
    if one.op == "mod":
        put_into_text(engine, left, right, site)
        written = percent_texts(engine, left, right)
        if written:
            return written
    found: set[Value] = set()
    plain: set[Value] = set()
    for value in left:
        result = hook(engine, value, f"__i{one.op}__", (right,), site) if one.in_place else None
        if result is None:
            result = hook(engine, value, f"__{one.op}__", (right,), site)
        found |= result or NOTHING
        if result is None:
            plain.add(value)
    for value in right:
        own = isinstance(value, Instance) and not value.cls.unit.model
        result = hook(engine, value, f"__r{one.op}__", (left,), site) if own else None
        found |= result or NOTHING
        if result is None and plain:
            plain.add(value)
    return found | _arithmetic(engine, frozenset(plain))


def _arithmetic(engine: Engine, values: Values) -> Values:
    """What operators of values without special methods give: the operands' own kinds."""
    found: set[Value] = set()
    for value in values:
        if isinstance(value, Constant) and value.value is not None:
            found |= engine.typed(type(value.value).__name__)
        elif isinstance(value, (External, Opaque)) or (isinstance(value, Instance) and value.cls.unit.model):
            found.add(value)
    return frozenset(found)


def _unary(engine: Engine, context: Context, register: Register, one: ir.Unary) -> Iterable[Value]:
    values = engine.value(context, one.operand)
    if one.op == "not":
        truth(engine, values, (context, register))
        return booleans(engine, (not answer for answer in truth_of(engine, values)))
    if one.op == "neg" and len(values) == 1:
        (value,) = values
        if isinstance(value, Constant) and isinstance(value.value, int) and not isinstance(value.value, bool):
            return (engine.universe.constant(-value.value),)
    return special(engine, values, f"__{one.op}__", (), (context, register)) | _arithmetic(engine, values)


_ORDERS = {"lt", "le", "gt", "ge"}
_REFLECTED = {"lt": "gt", "gt": "lt", "le": "ge", "ge": "le", "eq": "eq", "ne": "ne"}


def _compare(engine: Engine, context: Context, register: Register, one: ir.Compare) -> Iterable[Value]:
    left, right = engine.value(context, one.left), engine.value(context, one.right)
    if one.op != "is":
        _compare_by_method(engine, one, left, right, (context, register))
    return booleans(engine, (answer != one.negated for answer in compared(engine, one.op, left, right)))


def _compare_by_method(engine: Engine, one: ir.Compare, left: Values, right: Values, site: Site) -> None:
    for value in left:
        result = hook(engine, value, f"__{one.op}__", (right,), site)
        if result is None and one.op == "contains" and isinstance(value, Instance):
            iterate(engine, value)
        elif result is None and one.op == "ne":
            hook(engine, value, "__eq__", (right,), site)
        if result is None and one.op in _ORDERS and isinstance(value, Instance) and not value.cls.unit.model:
            for other in sorted(_ORDERS - {one.op}):  # `total_ordering` makes each of them from the others
                hook(engine, value, f"__{other}__", (right,), site)
    if one.op in _REFLECTED:
        for value in right:
            if isinstance(value, Instance) and not value.cls.unit.model:
                hook(engine, value, f"__{_REFLECTED[one.op]}__", (left,), site)


def _test(engine: Engine, context: Context, register: Register, one: ir.Test) -> Iterable[Value]:
    truth(engine, engine.value(context, one.value), (context, register))
    return ()


def _format(engine: Engine, context: Context, register: Register, one: ir.Format) -> Iterable[Value]:
    values = engine.value(context, one.value)
    texts = {value for value in values if isinstance(value, Constant) and isinstance(value.value, (str, int))}
    shown(engine, values, one.conversion, (context, register))
    if texts and len(texts) == len(values):
        return {engine.universe.constant(str(text.value)) for text in texts}
    return texts | engine.typed("str")


def _join(engine: Engine, context: Context, register: Register, one: ir.Join) -> Iterable[Value]:
    parts = [engine.value(context, part) for part in one.parts]
    texts = _joined_texts(engine, parts)
    return texts if texts is not None else engine.typed("str")


def _joined_texts(engine: Engine, parts: list[Values]) -> Values | None:
    """The concatenations of constant strings; None where a part is not known."""
    texts = [""]
    for values in parts:
        known = [one.value for one in values if isinstance(one, Constant) and isinstance(one.value, str)]
        if not known or len(known) != len(values) or len(known) * len(texts) > _MOST_TEXTS:
            return None
        texts = [text + part for text in texts for part in known]
    return frozenset(engine.universe.constant(text) for text in texts)


def _raise(engine: Engine, context: Context, register: Register, one: ir.Raise) -> Iterable[Value]:
    found: set[Value] = set()
    for value in engine.value(context, one.value) if one.value is not None else NOTHING:
        if isinstance(value, Class):
            found |= call(engine, value, Arguments(), (context, register))
        else:
            found.add(value)
    return found


def _return(engine: Engine, context: Context, register: Register, one: ir.Return) -> Iterable[Value]:
    return engine.value(context, one.value)


TRANSFER: dict[type[ir.Instruction], Callable[[Any, Context, Register, Any], Iterable[Value]]] = {
    ir.Const: _const,
    ir.Literal_: _literal,
    ir.Start: _nothing,
    ir.Param: _param,
    ir.Undefined: _nothing,
    ir.Phi: _phi,
    ir.Hint: _hint,
    ir.Narrow: _narrow,
    ir.Load: _load,
    ir.Bind: _bind,
    ir.StoreGlobal: _store_cell,
    ir.LoadCell: _load_cell,
    ir.StoreCell: _store_cell,
    ir.Attr: _attr,
    ir.SetAttr: _set_attr,
    ir.DelAttr: _del_attr,
    ir.Item: _item,
    ir.SetItem: _set_item,
    ir.DelItem: _del_item,
    ir.Call: _call,
    ir.MakeFunction: _make_function,
    ir.MakeClass: _make_class,
    ir.Build: display,
    ir.BuildDict: display,
    ir.Import: _import,
    ir.ImportFrom: _import_from,
    ir.Next: _next,
    ir.Unpack: _unpack,
    ir.Await: _await,
    ir.Yield: _yield,
    ir.YieldFrom: _yield_from,
    ir.Return: _return,
    ir.Raise: _raise,
    ir.Caught: _caught,
    ir.Enter: _enter,
    ir.Leave: _leave,
    ir.Binary: _binary,
    ir.Unary: _unary,
    ir.Compare: _compare,
    ir.Format: _format,
    ir.Join: _join,
    ir.Test: _test,
}
