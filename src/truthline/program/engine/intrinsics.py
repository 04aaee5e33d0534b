"""Operations that models use and Python cannot say."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from truthline.facts.code import Attr, Call
from truthline.program.bodies import RESULT
from truthline.program.engine import attributes
from truthline.program.engine.calls import Arguments, Site, allocate, create, results
from truthline.program.engine.generated import GENERATING
from truthline.program.engine.importing import IMPORTING
from truthline.program.engine.protocols import (
    argument,
    awaited,
    entries_of,
    item_under,
    iterate,
    special,
    texts,
    touch,
)
from truthline.program.engine.reflection import REFLECTION
from truthline.program.engine.serving import settled
from truthline.program.engine.testing import TESTING
from truthline.program.engine.truths import BOTH, booleans, classes_among, is_instance
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


def _intrinsic(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    """Names an intrinsic, in a model."""
    return {engine.universe.make(Intrinsic, name) for name in texts(argument(arguments, 0))}


def _known(engine: Engine, arguments: Arguments, place: int, site: Site | None) -> Iterable[Value]:
    """An argument that must not be empty, as `Engine.known` has it."""
    values = argument(arguments, place)
    if not values and site is not None:
        one = site[0].unit.code.instructions[site[1]]
        if isinstance(one, Call) and place < len(one.args):
            return engine.known(site[0], one.args[place])
    return values


def _item(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    found: set[Value] = set()
    keys = _known(engine, arguments, 1, site)
    for base in argument(arguments, 0):
        if isinstance(base, Instance):
            touch(engine, base, "read")
            for key in keys:
                found |= item_under(engine, base, key)
    return found


def _store(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    keys = _known(engine, arguments, 1, site)
    for base in argument(arguments, 0):
        if isinstance(base, Instance):
            touch(engine, base, "write")
            for key in keys:
                engine.heap.store_item(base, key, argument(arguments, 2), site)
    return ()


def _append(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    for base in argument(arguments, 0):
        if isinstance(base, Instance):
            touch(engine, base, "write")
            engine.heap.store_item(base, None, argument(arguments, 1), site)
    return ()


def _shift(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    """The elements change their places: each may stand anywhere."""
    for base in argument(arguments, 0):
        if isinstance(base, Instance):
            touch(engine, base, "write")
            engine.heap.store_item(base, None, engine.heap.item(base, None), site)
    return ()


def _elements(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    found: set[Value] = set()
    for base in argument(arguments, 0):
        if isinstance(base, Instance):
            touch(engine, base, "read")
            found |= engine.heap.item(base, None)
        elif isinstance(base, (External, Opaque)):
            found.add(base)
    return found


def _keys(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    found: set[Value] = set()
    for base in argument(arguments, 0):
        if isinstance(base, Instance):
            touch(engine, base, "read")
            found |= engine.heap.keys(base)
    return found


def _copy(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    """Everything of the second container goes into the first, key by key."""
    for base in argument(arguments, 0):
        if not isinstance(base, Instance):
            continue
        touch(engine, base, "write")
        for source in argument(arguments, 1):
            if isinstance(source, Instance):
                touch(engine, source, "read")
                for key, value in entries_of(engine, source, site):
                    engine.heap.store_item(base, key, (value,), site)
            elif isinstance(source, (Opaque, External)):
                unknown = engine.opaque(f"the content of something unknown ({source!r})")
                engine.heap.store_item(base, None, (unknown,), site)
    return ()


def _copy_awaited(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    """Each element of the second container is awaited, and the result stands at its place in the first."""
    for base in argument(arguments, 0):
        for source in argument(arguments, 1):
            if isinstance(base, Instance) and isinstance(source, Instance):
                for key, value, _ in engine.heap.contents(source):
                    engine.heap.store_item(base, key, awaited(engine, frozenset((value,))), site)
    return ()


def _touch_read(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    for base in argument(arguments, 0):
        if isinstance(base, Instance):
            touch(engine, base, "read")
    return ()


def _remove(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    """Something is taken out of a container: what is named, or anything."""
    for base in argument(arguments, 0):
        if isinstance(base, Instance):
            for key in argument(arguments, 1) or (None,):
                touch(engine, base, "remove", engine.heap.as_key(key))
    return ()


def _iterate(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    return frozenset(one for base in argument(arguments, 0) for one in iterate(engine, base))


def _getattr(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    bases, names = argument(arguments, 0), frozenset(_known(engine, arguments, 1, site))
    found: set[Value] = set(argument(arguments, 2))
    known = texts(names)
    has_default = len(arguments.positional) > 2
    for name in known:
        for base in bases:
            for value in engine.attribute(base, name):
                if not (has_default and isinstance(value, Opaque) and not isinstance(base, Opaque)):
                    found.add(value)
    if len(known) < len(names) or not names:
        asked_for_all = any(isinstance(name, External) and name.path == "any" for name in names)
        for base in bases:
            found |= _any_attribute(engine, base) if asked_for_all else _unknown_attribute(engine, base)
    return found


def _unknown_attribute(engine: Engine, base: Value) -> Values:
    """An attribute whose name cannot be known: unresolved, whatever the object has."""
    if isinstance(base, (External, Opaque)):
        return frozenset((base,))
    return frozenset((engine.opaque("an attribute is taken by a name that is not constant"),))


def _any_attribute(engine: Engine, base: Value) -> Values:
    """What an attribute of unknown name can be: any member of a class or module that is known."""
    names: set[str] = set()
    if isinstance(base, Instance):
        for cls in engine.classes.order(base.cls):
            names |= set(cls.unit.bindings)
    elif isinstance(base, ModuleValue):
        units = engine.bodies.units(base.name)
        names |= set(units[0].bindings) if units else set()
    elif isinstance(base, Class):
        names |= set(base.unit.bindings)
    else:
        return frozenset((base,)) if isinstance(base, (External, Opaque)) else NOTHING
    found = {one for name in sorted(names) if not name.startswith("__") for one in engine.attribute(base, name)}
    return frozenset(one for one in found if not isinstance(one, Constant))


def _raw_getattr(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    """`object.__getattribute__`: the look-up without hooks."""
    return {
        one
        for name in texts(argument(arguments, 1))
        for base in argument(arguments, 0)
        for one in attributes.attribute(engine, base, name, hooked=False)
    }


def _raw_setattr(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    """`object.__setattr__`: the store without hooks."""
    for base in argument(arguments, 0):
        for name in texts(argument(arguments, 1)):
            if not isinstance(base, (Opaque, Constant)):
                engine.heap.store_field(base, name, argument(arguments, 2), site)
    return ()


def _setattr(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    for base in argument(arguments, 0):
        for name in texts(argument(arguments, 1)):
            attributes.set_attribute(engine, base, name, argument(arguments, 2), site)
    return ()


def _type(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    found: set[Value] = set()
    for value in argument(arguments, 0):
        if isinstance(value, Instance):
            found.add(value.cls)
        elif isinstance(value, Class):
            found |= engine.classes.metaclasses(value) or engine.builtin("type")
        elif isinstance(value, Constant):
            found |= engine.builtin(type(value.value).__name__)
        elif isinstance(value, (External, Opaque)):
            found.add(engine.universe.make(External, "builtins.type()"))
            found.update(value.classes if isinstance(value, Loaded) and value.is_object else ())
    return found


def _super(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    if site is None:
        return ()
    context = site[0]
    while not context.unit.is_function or context.unit.owner is None:
        if context.closure is None:
            return ()
        context = context.closure
    classes = [one for one in argument(arguments, 0) if isinstance(one, Class)]
    enclosing = engine.classes.enclosing(context)
    start = classes or ([enclosing] if enclosing is not None else [])
    bound = argument(arguments, 1) if len(arguments.positional) > 1 else _self(engine, context)
    return {
        engine.universe.make(Super, cls, value)
        for cls in start
        for value in bound
        if isinstance(value, (Instance, Class))
    }


def _self(engine: Engine, context: Any) -> Values:
    return engine.param(context, 0) if context.unit.code.params else NOTHING


def _namespace(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    """`globals()` and `vars(x)`: an object whose items are the attributes of a module, class or instance."""
    owners = argument(arguments, 0)
    if not arguments.positional and site is not None:
        owners = frozenset((engine.universe.make(ModuleValue, site[0].unit.module),))
    return {one for owner in owners for one in attributes.namespace(engine, owner)}


def _evaluate(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    """`eval(text)`: a constant text is code of the calling module."""
    found: set[Value] = set()
    for body in _from_text(engine, arguments, site, "evaluated"):
        for _, bind in body.unit.bindings.get(RESULT, ()):
            found |= engine.value(body, bind.value)
    return found or {engine.opaque("the result of code that is evaluated from text")}


def _execute(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    """`exec(text)`: what a constant text calls is called; the names that it binds are not seen."""
    for body in _from_text(engine, arguments, site, "executed"):
        if body.unit.bindings:
            engine.solver.notes().unknown["names are bound by code that is executed from text"] = None
    return (engine.universe.constant(None),)


def _from_text(engine: Engine, arguments: Arguments, site: Site | None, how: str) -> Iterable[Context]:
    sources = argument(arguments, 0)
    known = texts(sources)
    bodies = [engine.bodies.text(site[0].unit, text, how == "evaluated") for text in known] if site is not None else []
    if len(known) < len(sources) or not bodies or None in bodies or len(arguments.positional) > 1:
        engine.solver.notes().unknown[f"code is {how} from text"] = None
    for unit in bodies:
        if unit is not None:
            body = engine.universe.context(unit, None, ())
            engine.executes(body)
            yield body


def _unknown(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    """Something that cannot be known: the reason is the argument."""
    found: set[Value] = set()
    for text in texts(argument(arguments, 0)):
        engine.solver.notes().unknown[text] = None
        found.add(engine.opaque(text))
    return found


def _external(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    return {engine.universe.make(External, text) for text in texts(argument(arguments, 0))}


def _bind(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    """`function.__get__(instance)`."""
    return {
        engine.universe.make(Method, function, bound)
        for function in argument(arguments, 0)
        for bound in argument(arguments, 1)
    }


def _create(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    """`type.__call__(cls, ...)`."""
    rest = Arguments(arguments.positional[1:], arguments.keywords, arguments.rest, arguments.keyword_rest)
    found: set[Value] = set()
    for cls in argument(arguments, 0):
        if isinstance(cls, Class):
            found |= create(engine, cls, rest, site)
    return found


def _new(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    """`object.__new__(cls)`."""
    return {allocate(engine, cls, site) for cls in argument(arguments, 0) if isinstance(cls, Class)}


def _await(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    return awaited(engine, argument(arguments, 0))


def _boolean(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    return engine.typed("bool")


def _isinstance(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    """`isinstance(x, types)`, as far as the class of `x` tells."""
    special(engine, argument(arguments, 1), "__instancecheck__", (argument(arguments, 0),), site)
    classes = classes_among(engine, argument(arguments, 1))
    if classes is None:
        return engine.typed("bool")
    answers: set[bool] = set()
    for value in argument(arguments, 0):
        answer = is_instance(engine, value, classes)
        answers.update(BOTH if answer is None else (answer,))
    return booleans(engine, answers)


def _functions(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    """The callables among what is passed."""
    return {one for one in argument(arguments, 0) if isinstance(one, (Function, Method, Class))}


def _known_only(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    """What is passed, without what is external or unknown."""
    return {one for one in argument(arguments, 0) if isinstance(one, (Function, Method, Class, Instance))}


def _beside(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    """A function of a model that stands beside the external one of its name: both are called."""
    for one in argument(arguments, 0):
        yield one
        if isinstance(one, Function):
            yield engine.universe.make(External, f"{one.unit.module}.{one.unit.name}")


def _about(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    """`about(obj, name)`: objects of a model, without those that were made of an attribute of another name, if any."""
    names = texts(argument(arguments, 1))
    for one in argument(arguments, 0):
        if "" in names or not isinstance(one, Instance) or _first_attribute(one) in (None, *names):
            yield one


def _first_attribute(made: Instance) -> str | None:
    """The name of the attribute that stands first in the call which made an object."""
    code = made.context.unit.code if made.context is not None else None
    written = code.instructions[made.site] if code is not None and isinstance(made.site, int) else None
    first = (
        code.instructions[written.args[0]] if code is not None and isinstance(written, Call) and written.args else None
    )
    return first.name if isinstance(first, Attr) else None


def _inject(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    """`inject(function, provider, **given)`: a call by somebody who looks at the signature."""
    given = Arguments((), arguments.keywords)
    return {
        one
        for function in argument(arguments, 0)
        for provider in argument(arguments, 1)
        for one in results(engine, engine.serving.inject(function, provider, given, site))
    }


def _serve(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    """`serve(function, around, *passed)`: what runs when the function is called from outside, and with what."""
    passed = list(itertools.product(*arguments.positional[2:]))
    around = frozenset(itertools.product(argument(arguments, 1), passed))
    for function in argument(arguments, 0):
        engine.serving.serve(function, around)
    return ()


def _matching(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    """`matching(x, pattern, path)`: `x` where a path can mean a pattern such as `/orders/{id}`, `/orders/<int:id>`."""
    patterns, paths = argument(arguments, 1), argument(arguments, 2)
    known = [(one, path) for one in texts(patterns) for path in texts(paths)]
    if len(texts(patterns)) < len(patterns) or len(texts(paths)) < len(paths):
        return argument(arguments, 0)
    return argument(arguments, 0) if any(_matches(*one) for one in known) else ()


_VARIABLE = re.compile(r"\{[^}]*\}|<[^>]*>")


def _matches(pattern: str, path: str) -> bool:
    plain = path.partition("?")[0].strip("/")
    parts = [re.escape(part) for part in _VARIABLE.split(pattern.strip("/"))]
    return re.fullmatch(".+".join(parts), plain) is not None


def _settled(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    return settled(engine, argument(arguments, 0))


def _instances(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    """Every object of a model's class that the program makes anywhere."""
    found: set[Value] = set()
    for cls in argument(arguments, 0):
        if isinstance(cls, Class):
            engine.holders.constructed(cls)
            found |= engine.heap.instances(cls.unit)
    return found


def _given(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    """`given(options, name, default)`: what a call passed under a keyword, else the default."""
    found: set[Value] = set()
    for options in argument(arguments, 0):
        for name in argument(arguments, 1):
            if isinstance(options, Instance):
                found |= engine.heap.item(options, name)
    return found or argument(arguments, 2)


def _nothing(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    """No value at all."""
    return ()


INTRINSICS: dict[str, Callable[[Any, Arguments, Site | None], Iterable[Value]]] = {
    "intrinsic": _intrinsic,
    "item": _item,
    "store": _store,
    "append": _append,
    "shift": _shift,
    "elements": _elements,
    "keys": _keys,
    "copy": _copy,
    "copy_awaited": _copy_awaited,
    "touch_read": _touch_read,
    "remove": _remove,
    "iterate": _iterate,
    "getattr": _getattr,
    "raw_getattr": _raw_getattr,
    "setattr": _setattr,
    "raw_setattr": _raw_setattr,
    "type": _type,
    "super": _super,
    "namespace": _namespace,
    "unknown": _unknown,
    "evaluate": _evaluate,
    "execute": _execute,
    "external": _external,
    "bind": _bind,
    "create": _create,
    "new": _new,
    "await": _await,
    "boolean": _boolean,
    "isinstance": _isinstance,
    "functions": _functions,
    "known": _known_only,
    "beside": _beside,
    "about": _about,
    "inject": _inject,
    "serve": _serve,
    "matching": _matching,
    "settled": _settled,
    "instances": _instances,
    "given": _given,
    "nothing": _nothing,
    **GENERATING,
    **IMPORTING,
    **REFLECTION,
    **TESTING,
}
