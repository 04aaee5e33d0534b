"""Attribute look-up: instances, classes, `super()`, modules, and the descriptors in between."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from truthline.facts.code import Hint
from truthline.program.engine import happening, loaded
from truthline.program.engine.calls import Arguments, Site, call
from truthline.program.engine.classes import GENERATED
from truthline.program.engine.computed import run_stores
from truthline.program.engine.outside import attribute_path
from truthline.program.engine.records import is_field
from truthline.program.engine.values import (
    NOTHING,
    Class,
    Constant,
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


def attribute(engine: Engine, value: Value, name: str, hooked: bool = True) -> Iterable[Value]:
    """What `value.name` is; an Opaque that says why where nothing is known.

    With `hooked` false, `__getattribute__` is passed over, as `object.__getattribute__` does.
    """
    if isinstance(value, Instance):
        hooks = class_members(engine, value.cls, "__getattribute__")[1] if hooked else NOTHING
        if hooks and name != "__getattribute__":
            given = Arguments((frozenset((value,)), frozenset((engine.universe.constant(name),))))
            return frozenset(one for hook in sorted(hooks) for one in call(engine, hook, given, None))
        return _of_instance(engine, value, name)
    if isinstance(value, Class):
        return _of_class(engine, value, name)
    if isinstance(value, ModuleValue):
        return _of_module(engine, value, name)
    if isinstance(value, External):
        return _of_external(engine, value, name)
    if isinstance(value, Super):
        return _of_super(engine, value, name)
    if isinstance(value, Opaque):
        return (engine.opaque(value.reason),)
    if isinstance(value, Constant):
        return _of_constant(engine, value, name)
    if isinstance(value, Method):
        return _of_method(engine, value, name)
    if isinstance(value, (Function, Intrinsic)):
        return _of_function(engine, value, name)
    return ()


def class_members(engine: Engine, cls: Class, name: str, after: Class | None = None) -> tuple[Class | None, Values]:
    """The first class in the order of `cls` (past `after`) that defines a name, and what it binds there."""
    order = engine.classes.order(cls)
    if after is not None:
        units = [one.unit for one in order]
        order = order[units.index(after.unit) + 1 :] if after.unit in units else ()
    if not name.startswith("__") and not cls.unit.model:
        run_stores(engine, name)
    changed = frozenset() if name.startswith("__") else engine.heap.set_on(name)
    found: set[Value] = set()
    outsiders: frozenset[Unit] | None = None
    for one in order:
        bindings = one.unit.bindings.get(name, ())
        if outsiders is None and not one.unit.model:
            outsiders = engine.heap.patched(name)
        patched = outsiders is not None and not one.unit.model and one.unit in outsiders
        if patched or one.unit in changed:
            found |= engine.heap.field_values(one, name)
        if bindings or patched:
            context = engine.universe.context(one.unit, one.closure, ())
            for _, bind in bindings:
                found |= engine.value(context, bind.value)
            return one, frozenset(found)
        if one.unit.namespace is not None:
            found |= engine.classes.in_namespace(one, name)
            if found:
                return one, frozenset(found)
        if name in GENERATED and not one.unit.model:
            found |= engine.classes.generated(one, name)
            if found:
                return one, frozenset(found)
    return None, frozenset(found)


def _of_instance(engine: Engine, instance: Instance, name: str) -> Iterable[Value]:
    found: set[Value] = set()
    holder, members = class_members(engine, instance.cls, name)
    only_data = False
    for member in members:
        if is_field(engine, member):
            continue  # only a declaration: what constructors store counts
        bound, is_data = _bind(engine, member, instance, instance.cls)
        found.update(bound)
        only_data = only_data or is_data
    if instance.anywhere:
        found |= _overrides(engine, instance, name)
        found |= _declared(engine, instance, name)
    if not only_data:
        stored = engine.heap.field_values(instance, name)
        if members and stored and _always_set(engine, instance, name):
            found = set(stored)
        else:
            found |= stored
    if holder is None and not found:
        found |= _missing(engine, instance, instance.cls, name)
    return found


def inherited(engine: Engine, instance: Instance, name: str) -> Values:
    """What an attribute is where the object itself has none of that name."""
    _, members = class_members(engine, instance.cls, name)
    return frozenset(one for member in members for one in _bind(engine, member, instance, instance.cls)[0])


def _declared(engine: Engine, instance: Instance, name: str) -> Values:
    """What the annotation of a field admits; where it says nothing, what is passed wherever objects are made."""
    for cls in engine.classes.order(instance.cls):
        for _, bind in cls.unit.bindings.get(name, ()):
            hint = cls.unit.code.instructions[bind.value]
            if not isinstance(hint, Hint):
                continue
            admitted = engine.types.instances(cls.unit, hint.type, instance.shallow)
            known = frozenset(one for one in admitted if not isinstance(one, Opaque))
            if not known and not instance.shallow:
                engine.holders.constructions(instance.cls)
            return known or (admitted if instance.shallow else NOTHING)
    return NOTHING


def _always_set(engine: Engine, instance: Instance, name: str) -> bool:
    """Whether `__init__` of the instance's class assigns the attribute in its first block, before anything reads it."""
    from truthline.facts.code import Param, SetAttr

    holder, _ = class_members(engine, instance.cls, "__init__")
    if holder is None or instance.anywhere:
        return False
    for unit in holder.unit.inner:
        if unit.name != "__init__":
            continue
        for register in unit.code.blocks[0].registers:
            store = unit.code.instructions[register]
            if isinstance(store, SetAttr) and store.name == name:
                return isinstance(unit.code.instructions[store.base], Param)
    return False


def _overrides(engine: Engine, instance: Instance, name: str) -> Values:
    """What subclasses have under the name, their own or a mixin's, for an instance of which only a base is known."""
    found: set[Value] = set()
    for sub in engine.classes.subclasses(instance.cls):
        holder, members = class_members(engine, sub, name)
        if holder is not None and not engine.classes.is_subclass(instance.cls, holder):
            other = engine.universe.make(Instance, sub)
            for member in members:
                found.update(_bind(engine, member, other, sub)[0])
    return frozenset(found)


def _missing(engine: Engine, value: Value, cls: Class, name: str) -> Values:
    """Attribute hooks, bases that are not analysed, and at last the reason why nothing is known."""
    if name == "__class__":
        return frozenset((cls,))
    if name == "__dict__":
        return namespace(engine, value)
    _, hooks = class_members(engine, cls, "__getattr__")
    found: set[Value] = set()
    for hook in hooks:
        given = Arguments((frozenset((engine.universe.constant(name),)),))
        found.update(call(engine, engine.universe.make(Method, hook, value), given, None))
    if hooks:
        return frozenset(found)
    outside = engine.classes.outside_bases(cls)
    if outside:
        return frozenset(
            loaded.of_base(engine, base, value, name) if isinstance(base, External) else base for base in outside
        )
    modelled = engine.classes.modelled(cls)
    if modelled is not None:
        return frozenset((engine.universe.make(External, f"{modelled.unit.symbol.replace(':', '.')}.{name}"),))
    return frozenset((engine.opaque(f"{cls.unit.symbol} has no attribute {name}"),))


def _of_class(engine: Engine, cls: Class, name: str) -> Iterable[Value]:
    holder, members = class_members(engine, cls, name)
    found: set[Value] = set()
    if engine.classes.is_enum(cls) and holder is not None and holder.unit is cls.unit:
        return _enum_member(engine, cls, name, members)
    for member in members:
        found.update(_bind(engine, member, None, cls)[0])
    found |= engine.heap.field_values(cls, name)
    if found:
        return found
    for metaclass in engine.classes.metaclasses(cls):
        if isinstance(metaclass, Class):
            _, members = class_members(engine, metaclass, name)
            for member in members:
                found.update(_bind(engine, member, cls, metaclass)[0])
    if found:
        return found
    if holder is not None:
        return _made_outside(engine, cls, name)
    root = engine.builtin_class("type")
    if root is not None and name in root.unit.bindings:
        return {one for member in class_members(engine, root, name)[1] for one in _bind(engine, member, cls, root)[0]}
    answered = _asked_of_metaclass(engine, cls, name)
    if answered:
        return answered
    if name in ("__name__", "__qualname__", "__module__", "__doc__"):
        return (engine.universe.constant(cls.unit.name),) if name == "__name__" else engine.typed("str")
    return _missing(engine, cls, cls, name)


def _asked_of_metaclass(engine: Engine, cls: Class, name: str) -> Values:
    """What the metaclass's `__getattr__` says of a name that a class has not."""
    found: set[Value] = set()
    for metaclass in engine.classes.metaclasses(cls) if not name.startswith("__") else ():
        for hook in class_members(engine, metaclass, "__getattr__")[1] if isinstance(metaclass, Class) else ():
            given = Arguments((frozenset((cls,)), frozenset((engine.universe.constant(name),))))
            found |= call(engine, hook, given, None)
    return frozenset(found)


def _made_outside(engine: Engine, cls: Class, name: str) -> Iterable[Value]:
    """A name that a class only annotates: where it has a base outside, that base makes a descriptor of it."""
    outside = [base for base in engine.classes.outside_bases(cls) if isinstance(base, External)]
    return (engine.universe.make(External, f"{outside[0].path}.{name}"),) if outside else ()


def _enum_member(engine: Engine, cls: Class, name: str, members: Values) -> Iterable[Value]:
    """An attribute of an enumeration is the member that holds what the class body says."""
    found: set[Value] = set()
    for member in members:
        if isinstance(member, (Function, Method, Class)) or _is_descriptor(engine, member):
            found.update(_bind(engine, member, None, cls)[0])
        else:
            one = engine.universe.make(Instance, cls, cls.unit, name, cls.closure)
            engine.heap.store_field(one, "value", (member,), None)
            engine.heap.store_field(one, "_value_", (member,), None)
            engine.heap.store_field(one, "name", (engine.universe.constant(name),), None)
            engine.heap.made(one)
            found.add(one)
    return found


def _is_descriptor(engine: Engine, member: Value) -> bool:
    return isinstance(member, Instance) and bool(class_members(engine, member.cls, "__get__")[1])


def _bind(engine: Engine, member: Value, instance: Value | None, cls: Class) -> tuple[Iterable[Value], bool]:
    """The descriptor protocol: what a class's member becomes when it is read, and whether it hides instance fields."""
    if isinstance(member, Function):
        if instance is None or member.unit.name in ("__new__", "__init_subclass__", "__class_getitem__"):
            return (engine.universe.make(Method, member, cls),) if _takes_class(member) else (member,), False
        return (engine.universe.make(Method, member, instance),), False
    if isinstance(member, Intrinsic) and instance is not None:
        return (engine.universe.make(Method, member, instance),), False
    if isinstance(member, Instance):
        if instance is None and "_only_on_instances" in member.cls.unit.bindings:
            return (member,), False
        _, getters = class_members(engine, member.cls, "__get__")
        if getters:
            found: set[Value] = set()
            none = engine.universe.constant(None)
            given = Arguments((frozenset((instance if instance is not None else none,)), frozenset((cls,))))
            for getter in getters:
                found.update(call(engine, engine.universe.make(Method, getter, member), given, None))
            is_data = bool(class_members(engine, member.cls, "__set__")[1])
            return found, is_data
    if isinstance(member, External) and instance is None:
        return (loaded.of_member(engine, member, cls),), False
    return (member,), False


def _takes_class(member: Function) -> bool:
    return member.unit.name in ("__init_subclass__", "__class_getitem__")


def _of_super(engine: Engine, value: Super, name: str) -> Iterable[Value]:
    cls = value.bound.cls if isinstance(value.bound, Instance) else value.bound
    if not isinstance(cls, Class):
        return ()
    instance = value.bound if isinstance(value.bound, Instance) else None
    found: set[Value] = set()
    if not engine.classes.is_subclass(cls, value.cls):
        cls = value.cls  # `super()` in a metaclass: its own order counts, and the class is the instance
    holder, members = class_members(engine, cls, name, value.cls)
    if holder is None:
        root = engine.builtin_class("object")
        holder, members = class_members(engine, root, name) if root is not None else (None, NOTHING)
    for member in members:
        if isinstance(member, Function) and instance is None and name != "__new__":
            found.add(engine.universe.make(Method, member, value.bound))
        else:
            found.update(_bind(engine, member, instance, cls)[0])
    if isinstance(value.bound, Instance) and value.bound.anywhere:
        found |= _sibling_supers(engine, value.bound, value.cls, name)
    if holder is None and not found:
        outside = engine.classes.outside_bases(value.cls)
        found.update(
            engine.universe.make(External, attribute_path(base.path, name)) if isinstance(base, External) else base
            for base in outside
        )
        if not outside:
            found.add(engine.universe.make(External, f"builtins.object.{name}"))
    return found


def _sibling_supers(engine: Engine, bound: Instance, cls: Class, name: str) -> Values:
    """In a mixin, `super()` leads to what stands next in the order of each subclass."""
    found: set[Value] = set()
    for sub in engine.classes.subclasses(bound.cls):
        _, members = class_members(engine, sub, name, cls)
        for member in members:
            found.update(_bind(engine, member, engine.universe.make(Instance, sub), sub)[0])
    return frozenset(found)


def _of_module(engine: Engine, module: ModuleValue, name: str) -> Iterable[Value]:
    found = engine.names.global_(module.name, name)
    if found or engine.names.defines(module.name, name):
        return found
    if name in ("__name__", "__file__", "__doc__", "__path__", "__package__"):
        return engine.typed("str")
    if name == "__dict__":
        return namespace(engine, module)
    if engine.bodies.is_model(f"{module.name}.{name}"):
        return engine.names.module_value(f"{module.name}.{name}")
    if engine.bodies.is_model(module.name):
        return (engine.universe.make(External, f"{module.name}.{name}"),)
    return (engine.opaque(f"{module.name} does not define {name}"),)


def _of_external(engine: Engine, value: External, name: str) -> Iterable[Value]:
    if isinstance(value, Loaded):
        return frozenset(loaded.attribute(engine, value, name)) | engine.heap.field_values(value, name)
    path = attribute_path(value.path, name)
    known = engine.names.module_value(path) if "(" not in path and engine.bodies.is_model(path) else NOTHING
    found: set[Value] = set(known) or {engine.universe.make(External, path)}
    return found | engine.heap.field_values(value, name)


def namespace(engine: Engine, owner: Value) -> Values:
    """`owner.__dict__`: an object whose items are the attributes of a module, class or instance."""
    cls = engine.builtin_class("_namespace")
    if cls is None:
        return NOTHING
    made = engine.universe.make(Instance, cls, cls.unit, ("of", owner))
    engine.heap.store_field(made, "owner", (owner,), None)
    return frozenset((made,))


def _of_constant(engine: Engine, value: Constant, name: str) -> Iterable[Value]:
    if value.value is None:  # raises; an external keeps what is done with the result from looking unknown
        return (engine.universe.make(External, f"builtins.NoneType.{name}"),)
    cls = engine.builtin_class(type(value.value).__name__)
    if cls is None:
        return (engine.universe.make(External, f"builtins.{type(value.value).__name__}.{name}"),)
    found: set[Value] = set()
    _, members = class_members(engine, cls, name)
    for member in members:
        found.update(_bind(engine, member, value, cls)[0])
    return found or (engine.universe.make(External, f"builtins.{type(value.value).__name__}.{name}"),)


def _of_method(engine: Engine, value: Method, name: str) -> Iterable[Value]:
    if name == "__self__":
        return (value.bound,)
    if name == "__func__":
        return (value.function,)
    return attribute(engine, value.function, name)


def _of_function(engine: Engine, value: Function | Intrinsic, name: str) -> Iterable[Value]:
    stored = engine.heap.field_values(value, name)
    if stored:
        return stored
    if name == "__name__" and isinstance(value, Function):
        return (engine.universe.constant(value.unit.name),)
    if name == "__module__" and isinstance(value, Function):
        return (engine.universe.constant(value.unit.module),)
    if name == "__call__":
        return (value,)
    if name == "__get__":
        return (engine.universe.make(Method, engine.universe.make(Intrinsic, "bind"), value),)
    if name in ("__module__", "__doc__", "__qualname__"):
        return engine.typed("str")
    return (engine.universe.make(External, f"builtins.function.{name}"),)


def set_attribute(engine: Engine, base: Value, name: str, values: Values, site: Site | None) -> None:
    """`base.name = value`, through data descriptors and `__setattr__`."""
    if isinstance(base, (Opaque, Constant)):
        return
    if isinstance(base, Instance):
        happening.assigned(engine, base.cls, base, name, values)
        if _intercepted(engine, base, name, values):
            return
    if isinstance(base, Loaded):
        for one in sorted(loaded.objects(engine, base)):
            happening.assigned(engine, one.cls, base, name, values)
            _intercepted(engine, one, name, values)
    engine.heap.store_field(base, name, values, site)


def _intercepted(engine: Engine, base: Instance, name: str, values: Values) -> bool:
    intercepted = False
    for member in class_members(engine, base.cls, name)[1]:
        if isinstance(member, Instance):
            for setter in class_members(engine, member.cls, "__set__")[1]:
                call(engine, setter, Arguments((frozenset((member,)), frozenset((base,)), values)), None)
                intercepted = True
    for hook in class_members(engine, base.cls, "__setattr__")[1]:
        given = Arguments((frozenset((base,)), frozenset((engine.universe.constant(name),)), values))
        call(engine, hook, given, None)
        intercepted = True
    return intercepted
