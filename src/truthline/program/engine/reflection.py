"""Intrinsics that look at objects: special methods by name, namespaces, dispatch by class."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from truthline.program.engine.attributes import class_members
from truthline.program.engine.calls import Arguments, Site, allocate, suspended
from truthline.program.engine.formatting import filled, shown
from truthline.program.engine.protocols import (
    argument,
    hashed,
    iterate,
    look_up,
    special,
    texts,
    touch,
    truth,
)
from truthline.program.engine.records import members_with, validated
from truthline.program.engine.texts import TEXTS
from truthline.program.engine.values import (
    NOTHING,
    Class,
    Constant,
    External,
    Function,
    Instance,
    Method,
    ModuleValue,
    Opaque,
    Value,
    Values,
)

if TYPE_CHECKING:
    from truthline.program.engine.engine import Engine
    from truthline.program.engine.units import Unit


def _length(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    special(engine, argument(arguments, 0), "__len__", (), site)
    return ()


def _truth(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    truth(engine, argument(arguments, 0), site)
    return engine.typed("bool")


def _format(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    """`str(x)`: `__str__`, else `__repr__`; a constant string stays what it is."""
    found: set[Value] = set()
    for value in argument(arguments, 0):
        if isinstance(value, Constant) and isinstance(value.value, str):
            found.add(value)
            continue
        if isinstance(value, Constant) and isinstance(value.value, int):
            found.add(engine.universe.constant(str(value.value)))
            continue
        result = shown(engine, frozenset((value,)), "s", site)
        found |= {one for one in result if isinstance(one, Constant)} or engine.typed("str")
    return found or engine.typed("str")


def _represent(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    """`repr(x)`."""
    shown(engine, argument(arguments, 0), "r", site)
    return engine.typed("str")


def _hashed(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    """`hashed(x, mapping)`: `hash(x)`, and the comparisons where it is looked for in a container."""
    for base in argument(arguments, 1):
        if isinstance(base, Instance):
            look_up(engine, base, argument(arguments, 0), site)
    hashed(engine, argument(arguments, 0), site)
    return ()


def _items(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    """`dict.items()`: a list of pairs that keep each value with its key."""
    listed, paired = engine.builtin_class("list"), engine.builtin_class("tuple")
    if listed is None or paired is None:
        return ()
    found: set[Value] = set()
    zero, one = engine.universe.constant(0), engine.universe.constant(1)
    for base in argument(arguments, 0):
        if not isinstance(base, Instance):
            found.add(base)
            continue
        touch(engine, base, "read")
        pairs = engine.universe.make(Instance, listed, listed.unit, ("items of", base), base.context)
        for key, value, _ in engine.heap.contents(base):
            names = engine.heap.key_values(key) if key is not None else (engine.opaque(f"a key of {base!r}"),)
            place = ("item", key, "of", base) if key is not None else ("any item of", base)
            pair = engine.universe.make(Instance, paired, paired.unit, place, base.context)
            engine.heap.store_item(pair, zero, names, None)
            engine.heap.store_item(pair, one, (value,), None)
            engine.heap.store_item(pairs, None, (pair,), None)
        found.add(pairs)
    return found


def _key_list(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    listed = engine.builtin_class("list")
    if listed is None:
        return ()
    found: set[Value] = set()
    for base in argument(arguments, 0):
        if isinstance(base, Instance):
            touch(engine, base, "read")
            keys = engine.universe.make(Instance, listed, listed.unit, ("keys of", base), base.context)
            engine.heap.store_item(keys, None, engine.heap.keys(base), None)
            found.add(keys)
        else:
            found.add(base)
    return found


def _not_mapping(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    """What is iterated pair by pair: everything but mappings."""
    return {
        value
        for value in argument(arguments, 0)
        if not (isinstance(value, Instance) and engine.classes.inherits(value.cls, "builtins:dict"))
        and not isinstance(value, (External, Opaque))
    }


def _zipped(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    """A list with one tuple: an element of each iterable, in its place."""
    listed, paired = engine.builtin_class("list"), engine.builtin_class("tuple")
    if listed is None or paired is None or site is None:
        return ()
    rows = allocate(engine, listed, site)
    row = engine.universe.make(Instance, paired, site[0].unit, f"row at {site[1]}", site[0])
    for packed in argument(arguments, 0):
        if isinstance(packed, Instance):
            for key, iterable, _ in engine.heap.contents(packed):
                engine.heap.store_item(row, key, iterate(engine, iterable), site)
    engine.heap.store_item(rows, None, (row,), site)
    return (rows,)


def _flattened(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    """The iterable of `min(iterable)` and of `min(a, b)`."""
    found: set[Value] = set()
    for packed in argument(arguments, 0):
        if isinstance(packed, Instance):
            entries = engine.heap.contents(packed)
            places = {entry[0] for entry in entries}
            found |= {packed} if len(places) != 1 else {entry[1] for entry in entries}
    return found


def _next(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    found: set[Value] = set()
    for value in argument(arguments, 0):
        if isinstance(value, Instance) and not value.cls.unit.model:
            hooked = special(engine, frozenset((value,)), "__next__", (), site)
            found |= hooked or special(engine, frozenset((value,)), "__anext__", (), site)
        else:
            found |= iterate(engine, value)
    return found


def _iter(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    found: set[Value] = set()
    for value in argument(arguments, 0):
        hooked = NOTHING
        if isinstance(value, Instance) and not value.cls.unit.model:
            hooked = special(engine, frozenset((value,)), "__iter__", (), site)
        found |= hooked or {value}
    return found


def _method_of(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    """A function read through an instance is bound, read through its class it is not."""
    found: set[Value] = set()
    for function in argument(arguments, 0):
        for bound in argument(arguments, 1):
            is_none = isinstance(bound, Constant) and bound.value is None
            found.add(function if is_none else engine.universe.make(Method, function, bound))
    return found


def _plain_functions(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    return {one for one in argument(arguments, 0) if isinstance(one, Function)}


def _first_annotation(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    """The class by which `@register` dispatches a function: the annotation of its first argument."""
    found: set[Value] = set()
    for function in argument(arguments, 0):
        if isinstance(function, Function):
            params = function.unit.code.params[1:] if function.unit.owner is not None else function.unit.code.params
            annotation = params[0].annotation if params else None
            if annotation is not None:
                promised = engine.types.instances(function.unit, annotation)
                found |= {one.cls for one in promised if isinstance(one, Instance)}
    return found


def _dispatched(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    """The implementation for a class: its own, else that of the nearest base, else the default."""
    found: set[Value] = set()
    for table in argument(arguments, 0):
        for cls in argument(arguments, 1):
            found |= _implementation(engine, table, cls) or argument(arguments, 2)
    return found


def _implementation(engine: Engine, table: Value, cls: Value) -> Values:
    if not isinstance(table, Instance):
        return NOTHING
    if not isinstance(cls, Class):
        return engine.heap.item(table, None)
    for base in engine.classes.order(cls):
        exact = frozenset(value for key, value, _ in engine.heap.contents(table) if key is base)
        if exact:
            return exact
    return frozenset(value for key, value, _ in engine.heap.contents(table) if key is None)


def _attribute_path(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    """`attrgetter("a.b")`."""
    found: set[Value] = set()
    for packed in argument(arguments, 1):
        names = engine.heap.item(packed, None) if isinstance(packed, Instance) else NOTHING
        for path in texts(names):
            values = argument(arguments, 0)
            for part in path.split("."):
                values = frozenset(one for value in values for one in engine.attribute(value, part))
            found |= values
    return found


def _replaced(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    """`dataclasses.replace`: the same object, with other fields as well."""
    for obj in argument(arguments, 0):
        _store_all(engine, obj, argument(arguments, 1), site)
    return argument(arguments, 0)


def _set_all(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    for obj in argument(arguments, 0):
        _store_all(engine, obj, argument(arguments, 1), site)
    return ()


def _store_all(engine: Engine, obj: Value, mappings: Values, site: Site | None) -> None:
    if isinstance(obj, (Opaque, Constant)):
        return
    for mapping in mappings:
        if isinstance(mapping, Instance):
            for key, value, _ in engine.heap.contents(mapping):
                if isinstance(key, Constant) and isinstance(key.value, str):
                    engine.heap.store_field(obj, key.value, (value,), site)


def _field_dict(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    """`dataclasses.asdict`."""
    cls = engine.builtin_class("dict")
    if cls is None or site is None:
        return ()
    result = allocate(engine, cls, site)
    for obj in argument(arguments, 0):
        for name, _ in engine.classes.fields(obj.cls) if isinstance(obj, Instance) else ():
            key = engine.universe.constant(name)
            engine.heap.store_item(result, key, engine.attribute(obj, name), site)
    return (result,)


def _loaded_module(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    """`sys.modules[name]`: names that are not constant mean any module, of which nothing is known."""
    names = argument(arguments, 0)
    found: set[Value] = set()
    for name in texts(names):
        found |= engine.names.module_value(name)
    if len(texts(names)) < len(names):
        found.add(engine.opaque("a module is taken from sys.modules by a name that is not constant"))
    return found


def _make_class(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    """`type(name, bases, namespace)`: an unknown class, of which the namespace's values are the members."""
    if len(arguments.positional) < 4:
        return ()
    made = _being_made(engine, argument(arguments, 3))
    if made:
        return made
    found: set[Value] = {base for packed in argument(arguments, 2) for base in iterate(engine, packed)}
    for namespace in argument(arguments, 3):
        for base in found:
            _store_all(engine, base, frozenset((namespace,)), site)
    return found or {engine.opaque("a class is made by type()")}


def _being_made(engine: Engine, namespaces: Values) -> Values:
    """The classes whose statements have filled the namespaces with which a metaclass is called."""
    packed = (one for one in namespaces if isinstance(one, Instance) and one.cls.unit.symbol == "builtins:_namespace")
    owners = (owner for one in packed for owner in engine.heap.field_values(one, "owner"))
    return frozenset(owner for owner in owners if isinstance(owner, Class))


def _members(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    """`members(obj, hook)`: the members of an object's class that are objects of a model with a method `hook`."""
    return {
        member
        for obj in argument(arguments, 0)
        if isinstance(obj, Instance)
        for hook in texts(argument(arguments, 1))
        for _, member in members_with(engine, obj.cls, hook)
    }


def _validate(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    """`validate(cls)`: a framework makes an object of a class of the analysed code, and those that its fields name."""
    return validated(engine, (one for one in argument(arguments, 0) if isinstance(one, Class) and not one.unit.model))


def _answered(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    """`answered(function)`: the classes that the annotation of its result names."""
    for one in argument(arguments, 0):
        function = one.function if isinstance(one, Method) else one
        if isinstance(function, Function) and function.unit.code.returns is not None:
            yield from engine.types.named(function.unit, function.unit.code.returns)


def _written(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    """`written(cls, name)`: what the class bodies themselves bind, whatever is set on the class later."""
    return {
        value
        for cls in argument(arguments, 0)
        if isinstance(cls, Class)
        for name in texts(argument(arguments, 1))
        for value in _bound_in(engine, cls, name)
    }


def _bound_in(engine: Engine, cls: Class, name: str) -> Values:
    holder = next((one for one in engine.classes.order(cls) if name in one.unit.bindings), None)
    if holder is None:
        return NOTHING
    context = engine.universe.context(holder.unit, holder.closure, ())
    return NOTHING.union(*(engine.value(context, bind.value) for _, bind in holder.unit.bindings[name]))


def _hasattr(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    """`hasattr` reads the attribute, so that a property runs."""
    for name in texts(argument(arguments, 1)):
        for base in argument(arguments, 0):
            engine.attribute(base, name)
    return engine.typed("bool")


def _attribute_names(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    """`dir(x)`: the names that the classes, the module or the class define, special ones left out."""
    found: set[Value] = set()
    for value in argument(arguments, 0):
        names = {name for unit in _defining(engine, value) for name in unit.bindings if not name.startswith("__")}
        found.update(engine.universe.constant(name) for name in sorted(names))
        if not names:
            found |= engine.typed("str")
    return found or engine.typed("str")


def _methods(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    """`methods(x, prefix)`: the methods of an object whose names begin so, in classes of the analysed code."""
    for value in argument(arguments, 0):
        for prefix in texts(argument(arguments, 1)):
            units = [unit for unit in _defining(engine, value) if not unit.model]
            for name in sorted({name for unit in units for name in unit.bindings if name.startswith(prefix)}):
                yield from engine.attribute(value, name)


def _defining(engine: Engine, value: Value) -> list[Unit]:
    if isinstance(value, ModuleValue):
        return list(engine.bodies.units(value.name)[:1])
    cls = value.cls if isinstance(value, Instance) else value
    return [one.unit for one in engine.classes.order(cls)] if isinstance(cls, Class) else []


def _subclasses(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    """`C.__subclasses__()`: a list of them, the indirect ones included."""
    listed = engine.builtin_class("list")
    if listed is None or site is None:
        return ()
    made = allocate(engine, listed, site)
    for cls in argument(arguments, 0):
        if isinstance(cls, Class):
            engine.heap.store_item(made, None, engine.classes.subclasses(cls), None)
    return (made,)


def _send(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    """`generator.send(value)`: what the `yield` that it waits at evaluates to."""
    for value in argument(arguments, 0):
        waiting = suspended(value)
        if waiting is not None:
            engine.solver.push(engine.sent_node(waiting), argument(arguments, 1))
    return ()


def _matched(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    """`case C(x)`: the attribute that `__match_args__` or the fields name for a place; of a plain type, the value."""
    subjects = argument(arguments, 0)
    found: set[Value] = set()
    for cls in argument(arguments, 1):
        if not isinstance(cls, Class) or cls.unit.model:
            found |= subjects
            continue
        for name in _match_names(engine, cls, argument(arguments, 2)):
            found.update(one for subject in subjects for one in engine.attribute(subject, name))
    return found


def _match_names(engine: Engine, cls: Class, places: Values) -> list[str]:
    declared = class_members(engine, cls, "__match_args__")[1]
    if declared:
        packed = (one for one in declared if isinstance(one, Instance))
        return texts(frozenset(name for one in packed for place in places for name in engine.heap.item(one, place)))
    fields = engine.classes.parameters(cls)
    numbers = [one.value for one in places if isinstance(one, Constant) and isinstance(one.value, int)]
    return [fields[number] for number in numbers if number < len(fields)]


REFLECTION: dict[str, Callable[[Any, Arguments, Site | None], Iterable[Value]]] = {
    "length": _length,
    "truth": _truth,
    "format": _format,
    "filled": filled,
    "represent": _represent,
    "hashed": _hashed,
    "items": _items,
    "key_list": _key_list,
    "not_mapping": _not_mapping,
    "zipped": _zipped,
    "flattened": _flattened,
    "next": _next,
    "iter": _iter,
    "method_of": _method_of,
    "plain_functions": _plain_functions,
    "first_annotation": _first_annotation,
    "dispatched": _dispatched,
    "attribute_path": _attribute_path,
    "replaced": _replaced,
    "set_all": _set_all,
    "field_dict": _field_dict,
    "loaded_module": _loaded_module,
    "make_class": _make_class,
    "members": _members,
    "validate": _validate,
    "answered": _answered,
    "written": _written,
    "hasattr": _hasattr,
    "attribute_names": _attribute_names,
    "methods": _methods,
    "subclasses": _subclasses,
    "send": _send,
    "matched": _matched,
    **TEXTS,
}
