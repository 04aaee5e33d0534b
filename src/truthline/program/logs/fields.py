"""The names that a log call certainly carries: keywords, `extra`, what its logger is bound to, a metric's labels."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from truthline.facts import code as ir
from truthline.facts.code import Register
from truthline.program.engine.values import Class, Constant, External
from truthline.program.evidence.terms import Place, Site
from truthline.program.logs.definitions import Definitions, called_name, stands_before
from truthline.program.logs.processors import put_by, step_of

_DEEPEST = 24
_NOT_FIELDS = frozenset(("exc_info", "stack_info", "stacklevel", "extra", "msg", "level", "event"))
_BINDS = frozenset(("bind", "new", "labels", "contextualize", "try_unbind", "bound_contextvars", "bind_contextvars"))
_EVENTS = frozenset(("add_event", "add_breadcrumb", "event", "track", "emit", "set_attributes"))
"""Methods that take fields as a mapping behind the event."""
_CARRIERS = frozenset(
    ("extra", "tags", "attributes", "labels", "fields", "context", "properties", "attrs", "dimensions", "data")
)
"""Arguments whose keys are fields."""


class Fields(msgspec.Struct, frozen=True):
    """Names that are there on every way; `open` where there may be others that cannot be known."""

    names: frozenset[str] = frozenset()
    open: bool = False

    def plus(self, other: Fields) -> Fields:
        """What both together carry."""
        return Fields(self.names | other.names, self.open or other.open)


NO_FIELDS = Fields()
_ANY = Fields(open=True)


class FieldReader:
    """Reads the fields of calls."""

    def __init__(self, definitions: Definitions) -> None:
        self.definitions = definitions
        self.engine = definitions.engine

    def of_call(self, place: Place, depth: int = 0) -> Fields:
        """The fields that a log or metric call carries."""
        call = place.context.unit.code.instructions[place.register]
        if not isinstance(call, ir.Call) or depth > _DEEPEST:
            return _ANY
        found = self._keywords(place, call)
        return found.plus(self._bound(place.beside(call.func), depth))

    def _keywords(self, place: Place, call: ir.Call) -> Fields:
        found = Fields(frozenset(name for name, _ in call.keywords if name is not None) - _NOT_FIELDS)
        for name, register in call.keywords:
            if name is None or name in _CARRIERS:
                found = found.plus(self.keys(place.beside(register), place.register))
        if called_name(place.context.unit, call) in _EVENTS:
            for register in call.args[1:]:
                found = found.plus(self.keys(place.beside(register), place.register))
        return found

    def _bound(self, func: Place, depth: int) -> Fields:
        """What the receiver of a method carries."""
        method = func.context.unit.code.instructions[func.register]
        if not isinstance(method, ir.Attr):
            return NO_FIELDS
        makers = self.definitions.of(func.beside(method.base))
        return _common(self._of_maker(one, depth + 1) for one in makers)

    def _of_maker(self, place: Place, depth: int) -> Fields:
        """What a logger carries that a call makes: `bind(...)`, a LoggerAdapter, `labels(...)`."""
        call = place.context.unit.code.instructions[place.register]
        if not isinstance(call, ir.Call) or depth > _DEEPEST:
            return NO_FIELDS
        name = called_name(place.context.unit, call)
        if name.endswith("Adapter") or self._makes_adapter(place, call):
            carried = [*call.args[1:2], *(value for keyword, value in call.keywords if keyword == "extra")]
            inner = [*call.args[:1], *(value for keyword, value in call.keywords if keyword == "logger")]
            found = NO_FIELDS
            for register in carried:
                found = found.plus(self.keys(place.beside(register), place.register))
            for register in inner:
                found = found.plus(
                    _common(self._of_maker(one, depth + 1) for one in self.definitions.of(place.beside(register)))
                )
            return found
        if name == "patch" and call.args:
            return self._patched(place, call).plus(self._bound(place.beside(call.func), depth))
        if name in _BINDS:
            found = self._keywords(place, call).plus(self._bound(place.beside(call.func), depth))
            return found.plus(self._labels(place, call)) if name == "labels" and call.args else found
        if name in ("get_logger", "getLogger"):
            return self._keywords(place, call)
        return self._bound(place.beside(call.func), depth)

    def _patched(self, place: Place, call: ir.Call) -> Fields:
        """What loguru's `patch` has put into every record."""
        steps = (step_of(self.engine, one, 0, "extra") for one in self.engine.value(place.context, call.args[0]))
        return _common(Fields(put_by(self.engine, step)) if step is not None else _ANY for step in steps)

    def _makes_adapter(self, place: Place, call: ir.Call) -> bool:
        """Whether a class of the analysed code is called that is a LoggerAdapter."""
        classes = [one for one in self.engine.value(place.context, call.func) if isinstance(one, Class)]
        bases = [
            base for one in classes for own in self.engine.classes.order(one) for base in self.engine.classes.bases(own)
        ]
        return any(isinstance(base, External) and base.path == "logging.LoggerAdapter" for base in bases)

    def _labels(self, place: Place, call: ir.Call) -> Fields:
        """The names that a metric's constructor gives to labels which are passed by their places."""
        method = place.context.unit.code.instructions[call.func]
        makers = self.definitions.of(place.beside(method.base)) if isinstance(method, ir.Attr) else ()
        return _common(self._label_names(one) for one in makers)

    def _label_names(self, place: Place) -> Fields:
        made = place.context.unit.code.instructions[place.register]
        if not isinstance(made, ir.Call):
            return _ANY
        given = [*made.args[2:3], *(value for name, value in made.keywords if name == "labelnames")]
        names: set[str] = set()
        for register in given:
            for one in self.definitions.of(place.beside(register)):
                built = one.context.unit.code.instructions[one.register]
                if not isinstance(built, ir.Build):
                    return _ANY
                texts = [self._text(one.beside(item)) for item in built.items]
                names.update(text for text in texts if text is not None)
        return Fields(frozenset(names))

    # -- dicts --------------------------------------------------------------------------------

    def keys(self, place: Place, at: Register, depth: int = 0) -> Fields:
        """The keys that a dict has when control comes to the instruction `at` of its function."""
        if depth > _DEEPEST:
            return _ANY
        unit = place.context.unit
        instruction = unit.code.instructions[place.register]
        match instruction:
            case ir.Const():
                return NO_FIELDS
            case ir.BuildDict(items=items):
                return self._filled(place, at, self._displayed(place, items, at, depth))
            case ir.Binary(op="or", left=left, right=right):
                both = self.keys(place.beside(left), at, depth + 1).plus(self.keys(place.beside(right), at, depth + 1))
                return self._filled(place, at, both)
            case ir.Phi(args=args):
                joined = _common(self.keys(place.beside(one), place.register, depth + 1) for one in args)
                return self._filled(place, at, joined)
            case ir.Param(index=index) if unit.code.params[index].kind == "kwarg":
                return self._passed_keywords(place, index, depth)
            case ir.Call():
                return self._filled(place, at, self._made_by_call(place, instruction, at, depth))
            case _:
                return self._filled(place, at, self._elsewhere(place, depth))

    def _elsewhere(self, place: Place, depth: int) -> Fields:
        makers = [one for one in self.definitions.of(place) if one != place]
        return _common(self.keys(one, one.register, depth + 1) for one in makers) if makers else _ANY

    def _displayed(
        self, place: Place, items: tuple[tuple[Register | None, Register], ...], at: Register, depth: int
    ) -> Fields:
        found = NO_FIELDS
        for key, value in items:
            if key is None:
                found = found.plus(self.keys(place.beside(value), at, depth + 1))
            else:
                text = self._text(place.beside(key))
                found = found.plus(_ANY if text is None else Fields(frozenset((text,))))
        return found

    def _made_by_call(self, place: Place, call: ir.Call, at: Register, depth: int) -> Fields:
        unit = place.context.unit
        func = unit.code.instructions[call.func]
        if isinstance(func, ir.Load) and func.name == "dict":
            found = Fields(frozenset(name for name, _ in call.keywords if name is not None))
            spread = [*call.args, *(value for name, value in call.keywords if name is None)]
            for register in spread:
                found = found.plus(self.keys(place.beside(register), at, depth + 1))
            return found
        if isinstance(func, ir.Attr) and func.name == "copy" and not call.args:
            return self.keys(place.beside(func.base), at, depth + 1)
        if called_name(unit, call) in ("copy", "deepcopy") and call.args:
            return self.keys(place.beside(call.args[0]), at, depth + 1)
        return self._elsewhere(place, depth)

    def _passed_keywords(self, place: Place, index: int, depth: int) -> Fields:
        """The keywords that `**fields` collects."""
        own = {one.name for one in place.context.unit.code.params if one.kind not in ("vararg", "kwarg")}
        sites: Iterable[Site] = place.stack[-1:] if place.stack else self.definitions.sites.calling(place.context)
        found: list[Fields] = []
        for context, register in sites:
            call = context.unit.code.instructions[register]
            if not isinstance(call, ir.Call):
                return _ANY
            outer = Place(context, register, place.stack[:-1] if place.stack else None)
            one = Fields(frozenset(name for name, _ in call.keywords if name is not None) - own)
            for name, value in call.keywords:
                if name is None:
                    one = one.plus(self.keys(outer.beside(value), register, depth + 1))
            found.append(one)
        return _common(found) if found else _ANY

    def _filled(self, place: Place, at: Register, found: Fields) -> Fields:
        """What is certainly put into the dict, and what may be taken out, before control comes to `at`."""
        unit = place.context.unit
        for user in unit.uses.get(place.register, ()):
            one = unit.code.instructions[user]
            if isinstance(one, ir.SetItem) and one.base == place.register:
                text = self._text(place.beside(one.key))
                if text is None:
                    found = found.plus(_ANY)
                elif stands_before(unit, user, at):
                    found = found.plus(Fields(frozenset((text,))))
            elif isinstance(one, ir.DelItem):
                found = self._without(place.beside(one.key), found)
            elif isinstance(one, ir.Attr) and one.name in ("update", "setdefault", "pop", "clear"):
                found = self._changed(place, user, one.name, at, found)
        return found

    def _changed(self, place: Place, method: Register, name: str, at: Register, found: Fields) -> Fields:
        unit = place.context.unit
        for user in unit.uses.get(method, ()):
            call = unit.code.instructions[user]
            if not isinstance(call, ir.Call) or call.func != method:
                continue
            if name == "pop" and call.args:
                found = self._without(place.beside(call.args[0]), found)
            elif name == "update" and stands_before(unit, user, at):
                found = found.plus(Fields(frozenset(key for key, _ in call.keywords if key is not None)))
                for register in (*call.args, *(value for key, value in call.keywords if key is None)):
                    found = found.plus(self.keys(place.beside(register), user))
            elif name == "setdefault" and call.args and stands_before(unit, user, at):
                text = self._text(place.beside(call.args[0]))
                found = found.plus(_ANY if text is None else Fields(frozenset((text,))))
        return found

    def _without(self, key: Place, found: Fields) -> Fields:
        text = self._text(key)
        return Fields(found.names - {text}, found.open) if text is not None else found

    def _text(self, place: Place) -> str | None:
        """The one text that a register holds."""
        instruction = place.context.unit.code.instructions[place.register]
        if isinstance(instruction, ir.Const):
            return instruction.value if isinstance(instruction.value, str) else None
        values = [one.value for one in self.engine.value(place.context, place.register) if isinstance(one, Constant)]
        texts = [one for one in values if isinstance(one, str)]
        return texts[0] if len(texts) == 1 else None


def _common(found: Iterable[Fields]) -> Fields:
    """What all have in common."""
    every = list(found)
    if not every:
        return NO_FIELDS
    return Fields(frozenset.intersection(*(one.names for one in every)), any(one.open for one in every))
