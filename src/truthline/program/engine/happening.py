"""What runs of the analysed code when SQLAlchemy loads, adds, changes or deletes objects, or is told to write.

Which methods do which of these is data; what listeners hear of it stands in the model `sqlalchemy.event`.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

from truthline.facts.code import Call
from truthline.program.engine.records import members_with
from truthline.program.engine.values import Class, External, Function, Instance, Loaded, Value, Values

if TYPE_CHECKING:
    from truthline.program.engine.calls import Arguments
    from truthline.program.engine.engine import Engine

_HAPPENS = {
    **dict.fromkeys(("execute", "scalars", "scalar", "exec", "stream", "stream_scalars", "connect"), "executes"),
    **dict.fromkeys(("add", "add_all", "merge", "bulk_save_objects"), "adds"),
    "delete": "deletes",
    "refresh": "refreshes",
    "flush": "flushes",
    "commit": "commits",
    "rollback": "rolls back",
}
"""What a method of a session, connection or engine does."""
_READING = frozenset(
    (
        "first", "all", "one", "one_or_none", "get", "get_one", "execute", "scalars", "scalar", "exec", "stream",
        "stream_scalars", "get_or_404", "first_or_404", "one_or_404", "paginate",
    )
)  # fmt: skip
"""Methods that load the objects which what they return is about."""
_COLUMNS = frozenset(("mapped_column", "Column", "Field", "deferred"))
_FILLING = frozenset(("default", "insert_default", "onupdate", "default_factory"))
ROOTS = ("sqlalchemy.", "sqlmodel.", "flask_sqlalchemy.", "sql.")
"""Where the paths of what SQLAlchemy makes begin."""
_SESSION = "sqlalchemy.orm.Session()"


def called(engine: Engine, callee: External, arguments: Arguments, returned: External) -> None:
    """Runs what a call of something external makes happen, where that is SQLAlchemy's."""
    name = callee.path.rpartition(".")[2]
    if isinstance(returned, Loaded) and name in _READING:
        loads(engine, returned)
    if not callee.path.startswith(ROOTS) or name not in _HAPPENS:
        return
    what = _HAPPENS[name]
    if what in ("adds", "deletes", "refreshes"):
        for cls in sorted(set(_classes(engine, arguments))):
            _run(engine, what, cls)
    else:
        passed = engine.universe.make(External, _SESSION)
        _tell(engine, what, frozenset((passed,)), frozenset((passed,)))


def loads(engine: Engine, value: Loaded) -> None:
    """Objects of classes are loaded."""
    for cls in value.classes:
        _run(engine, "loads", cls)


def assigned(engine: Engine, cls: Class, owner: Value, name: str, values: Values) -> None:
    """An attribute of a mapped object is assigned: validators, and listeners of changes."""
    from truthline.program.engine.attributes import class_members
    from truthline.program.engine.calls import Arguments, invoke

    if cls.unit.model or not engine.classes.outside_bases(cls):
        return
    named = frozenset((engine.universe.constant(name),))
    for _, member in members_with(engine, cls, "_on_set"):
        given = Arguments((frozenset((member,)), frozenset((owner,)), named, values))
        for hook in class_members(engine, member.cls, "_on_set")[1]:
            invoke(engine, hook, given, None)
    if is_mapped(engine, cls):
        _tell(engine, "sets", _order(engine, cls), frozenset((owner,)), name)


def is_mapped(engine: Engine, cls: Class) -> bool:
    """Whether SQLAlchemy maps a class of the analysed code."""
    bases = engine.classes.outside_bases(cls) if not cls.unit.model else []
    return any(isinstance(base, External) and base.path.startswith(ROOTS) for base in bases)


def _classes(engine: Engine, arguments: Arguments) -> Iterable[Class]:
    """The classes of objects that are passed, in a collection or by themselves."""
    from truthline.program.engine.protocols import is_container, iterate

    for value in sorted(arguments.every()):
        inner = iterate(engine, value) if isinstance(value, Instance) and is_container(engine, value) else (value,)
        for one in inner:
            if isinstance(one, Loaded) and one.is_object:
                yield from one.classes
            elif isinstance(one, Instance) and is_mapped(engine, one.cls):
                yield one.cls


def _run(engine: Engine, what: str, cls: Class) -> None:
    """What the class itself has for it, and listeners."""
    obj = engine.universe.make(Instance, cls)
    if what == "loads":
        _members(engine, cls, obj)
    method = {"loads": "process_result_value", "adds": "process_bind_param"}.get(what)
    for made, held in sorted(
        engine.solver.read(engine.solver.node(("columns of", cls), partial(_columns, engine, cls)))
    ):
        if made and what == "adds":
            _call(engine, held)
        elif not made and method is not None:
            for one in sorted(engine.attribute(held, method)):
                _call(engine, one)
    _tell(
        engine, what, _order(engine, cls), frozenset((engine.universe.make(Loaded, f"{_SESSION}.get()", (cls,), True),))
    )


def _members(engine: Engine, cls: Class, obj: Instance) -> None:
    from truthline.program.engine.attributes import class_members
    from truthline.program.engine.calls import Arguments, invoke

    for _, member in members_with(engine, cls, "_on_loaded"):
        for hook in class_members(engine, member.cls, "_on_loaded")[1]:
            invoke(engine, hook, Arguments((frozenset((member,)), frozenset((obj,)))), None)


def _call(engine: Engine, callee: Value) -> None:
    """Calls a function as SQLAlchemy does, with what nobody knows."""
    from truthline.program.engine.calls import Arguments, call

    if not isinstance(callee, External):
        held = frozenset((engine.universe.make(External, "sqlalchemy.engine.Row()[]"),))
        call(engine, callee, Arguments(rest=held), None)


def _columns(engine: Engine, cls: Class) -> Iterable[tuple[bool, Value]]:
    """What the columns of a class have: functions that fill them (true), types of the analysed code (false)."""
    for owner in engine.classes.order(cls):
        if owner.unit.model:
            continue
        context = engine.universe.context(owner.unit, owner.closure, ())
        for _, made in owner.unit.find(Call):
            names = {
                one.path.rpartition(".")[2] for one in engine.value(context, made.func) if isinstance(one, External)
            }
            if not names & _COLUMNS:
                continue
            for register in (*made.args, *(value for name, value in made.keywords if name in ("type_", "sa_type"))):
                yield from ((False, one) for one in _types(engine, engine.value(context, register)))
            for name, register in made.keywords:
                if name in _FILLING:
                    yield from ((True, one) for one in engine.value(context, register) if isinstance(one, Function))


def _types(engine: Engine, values: Values) -> Iterable[Instance]:
    """The types of columns among arguments that are classes of the analysed code, or objects of them."""
    for value in sorted(values):
        cls = value if isinstance(value, Class) else value.cls if isinstance(value, Instance) else None
        if cls is not None and any(path.endswith("TypeDecorator") for path in engine.classes.library_bases(cls)):
            yield value if isinstance(value, Instance) else engine.universe.make(Instance, cls)


def _order(engine: Engine, cls: Class) -> Values:
    return frozenset(one for one in engine.classes.order(cls) if not one.unit.model)


def _tell(engine: Engine, what: str, targets: Values, passed: Values, attribute: str = "") -> None:
    """Tells the listeners, where the program has any, what happens to which classes, or to which attribute of them."""
    from truthline.program.engine.calls import Arguments, call

    if not any(engine.modules.files_mentioning(word) for word in ("listens_for", "listen")):
        return
    said, named = (frozenset((engine.universe.constant(text),)) for text in (what, attribute))
    for teller in engine.names.global_("sqlalchemy.event", "_happens"):
        call(engine, teller, Arguments((said, targets, passed, named)), None)
