"""The protocols behind syntax: special methods, iteration, indexing, truth."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

from truthline.program.engine import happening, loaded
from truthline.program.engine.attributes import attribute, class_members
from truthline.program.engine.calls import Arguments, Site, allocate, call, run, suspended
from truthline.program.engine.contexts import PLAIN
from truthline.program.engine.outside import element_path, result_path
from truthline.program.engine.values import (
    NOTHING,
    Class,
    Constant,
    External,
    Instance,
    Loaded,
    Method,
    Opaque,
    Super,
    Value,
    Values,
)

if TYPE_CHECKING:
    from truthline.program.engine.engine import Engine


def argument(arguments: Arguments, place: int) -> Values:
    """What stands at a place of an intrinsic's arguments."""
    return arguments.positional[place] if place < len(arguments.positional) else arguments.rest


def texts(values: Values) -> list[str]:
    """The constant strings among values."""
    return [one.value for one in values if isinstance(one, Constant) and isinstance(one.value, str)]


def touch(engine: Engine, value: Value, mode: str, key: Value | None = None) -> None:
    """Notes that the instruction being computed observes ("read") or changes ("write") a container, or takes
    something out of it ("remove"): what stands under a key, or anything."""
    engine.solver.notes().touches[(mode, value, key)] = None


def iterate(engine: Engine, value: Value) -> Values:
    """What iterating over a value yields."""
    if isinstance(value, (External, Opaque)):
        return frozenset((_element(engine, value, None),)) | _iterated(engine, value)
    if isinstance(value, Constant):
        return _text_item(engine, type(value.value).__name__, engine.typed("int"))
    if isinstance(value, Class) and engine.classes.is_enum(value):
        return _enum_members(engine, value)
    if isinstance(value, Class):
        answered = hook(engine, value, "__iter__", (), None) or NOTHING
        return frozenset(element for one in answered for element in iterate(engine, one))
    if not isinstance(value, Instance):
        return NOTHING
    waiting = suspended(value)
    if waiting is not None:
        run(engine, waiting)
        return engine.yielded(waiting)
    for name in ("__iter__", "__aiter__", "__next__", "__anext__"):
        _, hooks = class_members(engine, value.cls, name)
        if hooks:
            found: set[Value] = set()
            for method in attribute(engine, value, name):
                result = (
                    awaited(engine, call(engine, method, Arguments(), None))
                    if name == "__anext__"
                    else call(engine, method, Arguments(), None)
                )
                if name.endswith("next__"):
                    found |= result
                else:
                    for one in result:
                        found |= _from_iterator(engine, one, value)
            return frozenset(found)
    row = engine.classes.row(value.cls)
    if row:
        return frozenset(one for name in row for one in attribute(engine, value, name))
    if is_container(engine, value):
        touch(engine, value, "read")
        return engine.heap.keys(value) if _is_mapping(engine, value) else engine.heap.item(value, None)
    if class_members(engine, value.cls, "__getitem__")[1]:
        return item_of(engine, value, engine.typed("int"), None)
    if value.cls.unit.model:
        return _modelled_item(engine, value, engine.typed("int"))
    return frozenset((engine.opaque(f"what iterating over {value.cls.unit.symbol} yields"),))


def _element(engine: Engine, value: External | Opaque, place: Value | None) -> Value:
    return value if isinstance(value, Opaque) else loaded.element(engine, value, place)


def _iterated(engine: Engine, value: External | Opaque) -> Values:
    """What a loaded object yields whose class says how it is iterated; iterating over a query loads its objects."""
    if not isinstance(value, Loaded):
        return NOTHING
    if not value.is_object:
        happening.loads(engine, value)
    answered = hook(engine, value, "__iter__", (), None)
    return frozenset(element for one in answered or NOTHING for element in iterate(engine, one))


def _enum_members(engine: Engine, cls: Class) -> Values:
    found: set[Value] = set()
    for name in cls.unit.bindings:
        if not name.startswith("_"):
            found |= {one for one in engine.attribute(cls, name) if isinstance(one, Instance)}
    return frozenset(found)


def _from_iterator(engine: Engine, iterator: Value, source: Instance) -> Values:
    """Iterators that are their own source are asked for `__next__`."""
    if not isinstance(iterator, Instance):
        return iterate(engine, iterator)
    for name in ("__next__", "__anext__"):
        if class_members(engine, iterator.cls, name)[1] and not iterator.cls.unit.model:
            found: set[Value] = set()
            for method in attribute(engine, iterator, name):
                found |= awaited(engine, call(engine, method, Arguments(), None))
            return frozenset(found)
    return iterate(engine, iterator) if iterator is not source else NOTHING


def is_container(engine: Engine, value: Instance) -> bool:
    return any(one.unit.symbol in _CONTAINERS for one in engine.classes.order(value.cls))


_CONTAINERS = {"builtins:list", "builtins:tuple", "builtins:set", "builtins:dict", "builtins:frozenset"}


def _is_mapping(engine: Engine, value: Instance) -> bool:
    return any(one.unit.symbol == "builtins:dict" for one in engine.classes.order(value.cls))


def item_of(engine: Engine, base: Value, keys: Values, site: Site | None) -> Values:
    """What `base[key]` is."""
    if isinstance(base, (External, Opaque)):
        places: Iterable[Value | None] = keys if isinstance(base, Loaded) and keys else (None,)
        answered = hook(engine, base, "__getitem__", (keys,), site)
        return frozenset(_element(engine, base, place) for place in places) | (answered or NOTHING)
    if isinstance(base, Constant):
        _ask_for_bounds(engine, keys)
        return _text_item(engine, type(base.value).__name__, keys)
    if isinstance(base, Class):
        answered = hook(engine, base, "__getitem__", (keys,), site)
        return _class_item(engine, base, keys, site) if answered is None else answered
    if not isinstance(base, Instance):
        return NOTHING
    _, hooks = class_members(engine, base.cls, "__getitem__")
    row = () if hooks else engine.classes.row(base.cls)
    if row:
        return frozenset(one for name in placed(row, keys) for one in attribute(engine, base, name))
    if hooks:
        return _all_called(engine, attribute(engine, base, "__getitem__"), Arguments((keys,)), site)
    if base.anywhere and not base.cls.unit.model and not hooks:
        return frozenset((engine.opaque(f"an item of {base.cls.unit.symbol}"),))
    return _plain_item(engine, base, keys, site)


def placed(row: tuple[str, ...], keys: Iterable[Value]) -> tuple[str, ...]:
    """The fields of a named tuple that keys mean: all of them where one is no known place."""
    places = [key.value if isinstance(key, Constant) else None for key in keys]
    if not places or not all(isinstance(place, int) and -len(row) <= place < len(row) for place in places):
        return row
    return tuple(row[place] for place in places if isinstance(place, int))


def _all_called(engine: Engine, callees: Iterable[Value], given: Arguments, site: Site | None) -> Values:
    return frozenset(one for callee in callees for one in call(engine, callee, given, site))


def _class_item(engine: Engine, cls: Class, keys: Values, site: Site | None) -> Values:
    if engine.classes.is_enum(cls):
        names = [key.value for key in keys if isinstance(key, Constant) and isinstance(key.value, str)]
        if len(names) == len(keys) and names:
            return frozenset(one for name in names for one in engine.attribute(cls, name))
        return _enum_members(engine, cls)
    if class_members(engine, cls, "__class_getitem__")[1]:
        given = Arguments((keys,))
        return frozenset((cls,)) | _all_called(engine, attribute(engine, cls, "__class_getitem__"), given, site)
    return frozenset((cls,))


def _plain_item(engine: Engine, base: Instance, keys: Values, site: Site | None) -> Values:
    if not is_container(engine, base):
        return _modelled_item(engine, base, keys)
    touch(engine, base, "read")
    found: set[Value] = set()
    for key in keys:
        is_slice = isinstance(key, Instance) and key.cls.unit.symbol == "builtins:slice"
        found |= _sliced(engine, base, key, site) if is_slice else item_under(engine, base, key)
    look_up(engine, base, keys, site)
    _, missing = class_members(engine, base.cls, "__missing__")
    if missing:
        found |= _all_called(engine, attribute(engine, base, "__missing__"), Arguments((keys,)), site)
    return frozenset(found)


def _modelled_item(engine: Engine, base: Instance, keys: Values) -> Values:
    """An element of an object of the standard library that is no container."""
    symbol = base.cls.unit.symbol
    if symbol in PLAIN:
        return _text_item(engine, base.cls.unit.name, keys)
    return frozenset((engine.universe.make(External, element_path(result_path(symbol.replace(":", ".")))),))


def _text_item(engine: Engine, kind: str, keys: Values) -> Values:
    """An element of a text is a text, one of bytes a number; a part of either is of its own kind."""
    if kind == "str":
        return engine.typed("str")
    if kind != "bytes":
        return NOTHING
    parts = [key for key in keys if isinstance(key, Instance) and key.cls.unit.symbol == "builtins:slice"]
    return (engine.typed("bytes") if parts else NOTHING) | (engine.typed("int") if len(parts) < len(keys) else NOTHING)


def _sliced(engine: Engine, base: Instance, key: Value, site: Site | None) -> Values:
    """`base[a:b:c]`: a new list or tuple; what stands where is known if the bounds and all places are."""
    if base.cls.unit.symbol not in ("builtins:list", "builtins:tuple") or site is None or not isinstance(key, Instance):
        return frozenset((base,))
    made = allocate(engine, base.cls, site)
    entries = engine.heap.contents(base)
    chosen = sliced_places(engine, base, key)
    if chosen is None:
        engine.heap.store_item(made, None, (entry[1] for entry in entries), site)
        return frozenset((made,))
    for key_value, value, _ in entries:
        if isinstance(key_value, Constant) and key_value.value in chosen:
            place = chosen.index(int(str(key_value.value)))
            engine.heap.store_item(made, engine.universe.constant(place), (value,), site)
    return frozenset((made,))


def sliced_places(engine: Engine, base: Instance, key: Value) -> list[int] | None:
    """The places of a list or tuple that a slice takes, in their order; None where one or a bound is not known."""
    is_sequence = base.cls.unit.symbol in ("builtins:list", "builtins:tuple")
    if not is_sequence or not isinstance(key, Instance) or key.cls.unit.symbol != "builtins:slice":
        return None
    entries = engine.heap.contents(base)
    places = [entry[0].value for entry in entries if isinstance(entry[0], Constant)]
    parts = [_bounds(engine, engine.heap.item(key, engine.universe.constant(place))) for place in range(3)]
    known = [place for place in places if isinstance(place, int)]
    if None in parts or len(known) < len(entries) or (parts[2] or (1,))[0] == 0:
        return None
    lower, upper, step = (part[0] for part in parts if part is not None)
    return list(range(max(known, default=-1) + 1))[lower:upper:step]


def _ask_for_bounds(engine: Engine, keys: Values) -> None:
    """What indexes a text or slices it: each part is asked for its number."""
    special(engine, keys, "__index__", (), None)
    for key in keys:
        if isinstance(key, Instance) and key.cls.unit.symbol == "builtins:slice":
            special(engine, engine.heap.item(key, None), "__index__", (), None)


def _bounds(engine: Engine, values: Values) -> tuple[int | None] | None:
    """A part of a slice, where it is one number or left out."""
    special(engine, values, "__index__", (), None)
    parts = [one.value for one in values if isinstance(one, Constant)]
    known = [part for part in parts if part is None or isinstance(part, int)]
    return (known[0],) if len(known) == len(values) == 1 else None


def item_under(engine: Engine, base: Instance, key: Value) -> Values:
    """What stands under a key; a negative index counts from the end where that is known."""
    if isinstance(key, Constant) and isinstance(key.value, int) and key.value < 0 and not _is_mapping(engine, base):
        places = [entry[0].value for entry in engine.heap.contents(base) if isinstance(entry[0], Constant)]
        whole = len(places) == len(engine.heap.contents(base)) and all(isinstance(place, int) for place in places)
        end = max((place for place in places if isinstance(place, int)), default=-1) + 1
        return engine.heap.item(base, engine.universe.constant(end + key.value) if whole else None)
    return engine.heap.item(base, key)


def store_item_of(engine: Engine, base: Value, keys: Values, values: Values, site: Site) -> None:
    """`base[key] = value`."""
    if not isinstance(base, Instance):
        return
    _, hooks = class_members(engine, base.cls, "__setitem__")
    if hooks:
        _all_called(engine, attribute(engine, base, "__setitem__"), Arguments((keys, values)), site)
        return
    touch(engine, base, "write")
    look_up(engine, base, keys, site)
    for key in keys:
        replaced = values
        if isinstance(key, Instance) and key.cls.unit.symbol == "builtins:slice":
            replaced = frozenset(element for value in values for element in iterate(engine, value))
        engine.heap.store_item(base, key, replaced, site)


def entries_of(engine: Engine, mapping: Instance, site: Site | None) -> Iterable[tuple[Value | None, Value]]:
    """What `**mapping` takes, by key: the content of a container, else what `keys()` and `[key]` give."""
    if mapping.cls.unit.model or is_container(engine, mapping):
        for key, value, _ in engine.heap.contents(mapping):
            yield key, value
        return
    keys = frozenset(
        key for found in special(engine, frozenset((mapping,)), "keys", (), site) for key in iterate(engine, found)
    )
    for key in keys:
        for value in item_of(engine, mapping, frozenset((key,)), site):
            yield engine.heap.as_key(key), value


def look_up(engine: Engine, base: Instance, keys: Values, site: Site | None) -> None:
    """What looking for keys asks of them: the place of an element, or a hash, and whether they equal what is there."""
    if not any(isinstance(key, (Instance, Loaded)) for key in keys):
        return
    if any(one.unit.symbol in ("builtins:list", "builtins:tuple") for one in engine.classes.order(base.cls)):
        special(engine, keys, "__index__", (), site)
        return
    hashed(engine, keys, site)
    for key in keys:
        if isinstance(key, Instance) and not key.cls.unit.model and class_members(engine, key.cls, "__eq__")[1]:
            held = engine.heap.keys(base) if _is_mapping(engine, base) else engine.heap.item(base, None)
            hook(engine, key, "__eq__", (held,), site)


def hashed(engine: Engine, values: Values, site: Site | None) -> None:
    """`hash(value)`; of a tuple, that of its elements."""
    for value in values:
        if not isinstance(value, (Instance, Loaded)):
            continue
        if isinstance(value, Instance) and value.cls.unit.symbol in ("builtins:tuple", "builtins:frozenset"):
            for part in answering_within(engine, value, "__hash__"):
                hook(engine, part, "__hash__", (), site)
        else:
            hook(engine, value, "__hash__", (), site)


def answering_within(engine: Engine, container: Instance, name: str) -> Values:
    """The objects in a container, and in containers in it, whose class has a special method."""
    key = ("answering within", container, name)
    return engine.solver.read(engine.solver.node(key, partial(_find_answering, engine, container, name)))


def _find_answering(engine: Engine, container: Instance, name: str) -> Iterable[Value]:
    for one in {held for key, value, _ in engine.heap.contents(container) for held in (key, value)}:
        if isinstance(one, Loaded):
            yield one
        elif isinstance(one, Instance):
            if _answers(engine, one, name):
                yield one
            elif is_container(engine, one):
                yield from answering_within(engine, one, name)


def _answers(engine: Engine, value: Instance, name: str) -> bool:
    """Whether an object's class has a special method, or a subclass where the object is any of them."""
    classes = (value.cls, *(engine.classes.subclasses(value.cls) if value.anywhere else ()))
    return any(class_members(engine, cls, name)[1] for cls in classes)


def hook(engine: Engine, value: Value, name: str, given: tuple[Values, ...], site: Site | None) -> Values | None:
    """Calls a special method where the value's class has it; None where it has not."""
    if isinstance(value, Loaded):
        answers = [hook(engine, one, name, given, site) for one in sorted(loaded.objects(engine, value))]
        known = [answer for answer in answers if answer is not None]
        return NOTHING.union(*known) if known else None
    if not isinstance(value, (Instance, Class, Super)):
        return None
    hooks: set[Value] = set()
    if isinstance(value, Super):
        hooks = {one for one in attribute(engine, value, name) if not isinstance(one, External)}
    elif isinstance(value, Class):
        for metaclass in engine.classes.metaclasses(value):
            if isinstance(metaclass, Class):
                for member in class_members(engine, metaclass, name)[1]:
                    hooks.add(engine.universe.make(Method, member, value))
    elif class_members(engine, value.cls, name)[1]:
        hooks = set(attribute(engine, value, name))
    elif value.anywhere:
        hooks = {
            one
            for sub in engine.classes.subclasses(value.cls)
            if class_members(engine, sub, name)[1]
            for one in attribute(engine, engine.universe.make(Instance, sub), name)
        }
    if not hooks:
        return None
    return frozenset(one for hook in sorted(hooks) for one in call(engine, hook, Arguments(given), site))


def special(
    engine: Engine,
    values: Values,
    name: str,
    given: tuple[Values, ...],
    site: Site | None,
) -> Values:
    found: set[Value] = set()
    for value in values:
        result = hook(engine, value, name, given, site)
        if result is not None:
            found |= result
    return frozenset(found)


def truth(engine: Engine, values: Values, site: Site | None) -> None:
    """`bool(value)`: `__bool__`, else `__len__`."""
    for value in values:
        if isinstance(value, (Instance, Loaded)) and hook(engine, value, "__bool__", (), site) is None:
            hook(engine, value, "__len__", (), site)


def awaited(engine: Engine, values: Values) -> Values:
    """What awaiting values gives: coroutines run, objects with `__await__` are asked, everything else is itself."""
    found: set[Value] = set()
    for value in values:
        waiting = suspended(value)
        if waiting is not None and not waiting.unit.code.is_generator:
            found |= run(engine, waiting)
            continue
        result = hook(engine, value, "__await__", (), None)
        found |= {value} if result is None else _awaited_by(engine, result)
    return frozenset(found)


def _awaited_by(engine: Engine, results: Values) -> Values:
    """`__await__` returns an iterator, whose return value is the result; models return the result itself."""
    found: set[Value] = set()
    for result in results:
        waiting = suspended(result)
        if waiting is not None:
            run(engine, waiting)
            found |= engine.returned_by_generator(waiting)
        else:
            found.add(result)
    return frozenset(found)
