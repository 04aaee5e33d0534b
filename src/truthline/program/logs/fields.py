"""The names that a log call certainly carries: keywords, `extra`, what its logger is bound to, a metric's labels."""

from __future__ import annotations

from truthline.facts import code as ir
from truthline.facts.code import Register
from truthline.program.engine.values import Class, External
from truthline.program.evidence.terms import Place
from truthline.program.logs.adapters import Processing
from truthline.program.logs.definitions import Definitions, called_name
from truthline.program.logs.mappings import ANY, NO_FIELDS, Fields, MappingKeys, common
from truthline.program.logs.processors import put_by, step_of

_DEEPEST = 24
_ADAPTER = "logging.LoggerAdapter"
_NOT_FIELDS = frozenset(("exc_info", "stack_info", "stacklevel", "extra", "msg", "level", "event"))
_BINDS = frozenset(("bind", "new", "labels", "contextualize", "try_unbind", "bound_contextvars", "bind_contextvars"))
_EVENTS = frozenset(("add_event", "add_breadcrumb", "event", "track", "emit", "set_attributes"))
"""Methods that take fields as a mapping behind the event."""
_CARRIERS = frozenset(
    ("extra", "tags", "attributes", "labels", "fields", "context", "properties", "attrs", "dimensions", "data")
)
"""Arguments whose keys are fields."""


class FieldReader:
    """Reads the fields of calls."""

    def __init__(self, definitions: Definitions) -> None:
        self.definitions = definitions
        self.engine = definitions.engine
        self.mappings = MappingKeys(definitions)

    def of_call(self, place: Place, depth: int = 0) -> Fields:
        """The fields that a log or metric call carries."""
        call = place.context.unit.code.instructions[place.register]
        if not isinstance(call, ir.Call) or depth > _DEEPEST:
            return ANY
        found = self._keywords(place, call)
        method = place.context.unit.code.instructions[call.func]
        makers = self.definitions.of(place.beside(method.base)) if isinstance(method, ir.Attr) else ()
        return common(self._told_by(one, found, depth) for one in makers) if makers else found

    def _told_by(self, maker: Place, given: Fields, depth: int) -> Fields:
        """What comes out of a logger that is told some fields."""
        cls = self._adapter(maker)
        if cls is None:
            return given.plus(self._of_maker(maker, depth + 1))
        call = maker.context.unit.code.instructions[maker.register]
        merges = isinstance(call, ir.Call) and any(name == "merge_extra" for name, _ in call.keywords)
        carried = self._of_maker(maker, depth + 1)
        stock = carried.plus(given) if merges else carried
        own = self.engine.classes.methods_named(cls.unit, "process") if isinstance(cls, Class) else ()
        process = next((unit for unit in own if not unit.model), None)
        return stock if process is None else Processing(self.definitions, process, carried, given, stock).fields()

    def _keywords(self, place: Place, call: ir.Call) -> Fields:
        found = Fields(frozenset(name for name, _ in call.keywords if name is not None) - _NOT_FIELDS)
        for name, register in call.keywords:
            if name is None or name in _CARRIERS:
                keys = self.mappings.keys(place.beside(register), place.register)
                found = found.plus(
                    keys if name is not None else self._spread(place.beside(register), keys, place.register)
                )
        if called_name(place.context.unit, call) in _EVENTS:
            for register in call.args[1:]:
                found = found.plus(self.mappings.keys(place.beside(register), place.register))
        return found

    def _spread(self, place: Place, keys: Fields, at: Register) -> Fields:
        """What `**keywords` carry: names, and the keys of what they pass as `extra`."""
        found = Fields(keys.names - _NOT_FIELDS, keys.open)
        for carrier in sorted(keys.names & _CARRIERS):
            held = self.mappings.under(place, carrier, at)
            found = found.plus(common(self.mappings.keys(*one) for one in held) if held else ANY)
        return found

    def _bound(self, func: Place, depth: int) -> Fields:
        """What the receiver of a method carries."""
        method = func.context.unit.code.instructions[func.register]
        if not isinstance(method, ir.Attr):
            return NO_FIELDS
        makers = self.definitions.of(func.beside(method.base))
        return common(self._of_maker(one, depth + 1) for one in makers)

    def _of_maker(self, place: Place, depth: int) -> Fields:
        """What a logger carries that a call makes: `bind(...)`, a LoggerAdapter, `labels(...)`."""
        call = place.context.unit.code.instructions[place.register]
        if not isinstance(call, ir.Call) or depth > _DEEPEST:
            return NO_FIELDS
        name = called_name(place.context.unit, call)
        if name.endswith("Adapter") or self._adapter(place) is not None:
            carried = [*call.args[1:2], *(value for keyword, value in call.keywords if keyword == "extra")]
            inner = [*call.args[:1], *(value for keyword, value in call.keywords if keyword == "logger")]
            found = NO_FIELDS
            for register in carried:
                found = found.plus(self.mappings.keys(place.beside(register), place.register))
            for register in inner:
                found = found.plus(
                    common(self._of_maker(one, depth + 1) for one in self.definitions.of(place.beside(register)))
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
        return common(Fields(put_by(self.engine, step)) if step is not None else ANY for step in steps)

    def _adapter(self, place: Place) -> Class | External | None:
        """The class of the LoggerAdapter that a call makes."""
        call = place.context.unit.code.instructions[place.register]
        for one in sorted(self.engine.value(place.context, call.func), key=repr) if isinstance(call, ir.Call) else ():
            if isinstance(one, External) and one.path == _ADAPTER:
                return one
            if isinstance(one, Class) and _ADAPTER in self.engine.classes.library_bases(one):
                return one
        return None

    def _labels(self, place: Place, call: ir.Call) -> Fields:
        """The names that a metric's constructor gives to labels which are passed by their places."""
        method = place.context.unit.code.instructions[call.func]
        makers = self.definitions.of(place.beside(method.base)) if isinstance(method, ir.Attr) else ()
        return common(self._label_names(one) for one in makers)

    def _label_names(self, place: Place) -> Fields:
        made = place.context.unit.code.instructions[place.register]
        if not isinstance(made, ir.Call):
            return ANY
        given = [*made.args[2:3], *(value for name, value in made.keywords if name == "labelnames")]
        names: set[str] = set()
        for register in given:
            for one in self.definitions.of(place.beside(register)):
                built = one.context.unit.code.instructions[one.register]
                if not isinstance(built, ir.Build):
                    return ANY
                texts = [self.mappings.text(one.beside(item)) for item in built.items]
                names.update(text for text in texts if text is not None)
        return Fields(frozenset(names))
