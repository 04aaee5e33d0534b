"""Which fields of a log record a formatter prints, read from its code (TL606)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from truthline.facts import code as ir
from truthline.facts.code import Register
from truthline.program.engine.engine import Engine
from truthline.program.engine.units import Unit
from truthline.program.engine.values import Class, Constant, Context, External, Function, Instance
from truthline.program.logs.definitions import called_name
from truthline.program.logs.records import STOCK, Printed, RecordReader
from truthline.program.logs.styles import Format, fields_of
from truthline.program.modules import Found

_FORMATS = ("format", "fmt")
_DEEPEST = 12
_DEFAULT = Format("")


def printed_by(engine: Engine, reference: str) -> Printed | None:
    """What the formatter prints that a reference names.

    It may be a class, a formatter that a module holds, a function that makes one, or the dict of a `dictConfig`. None
    where there is no such thing.
    """
    return _Formatters(engine, reference).all()


class _Formatters:
    """Reads one configured formatter."""

    def __init__(self, engine: Engine, reference: str) -> None:
        self.engine = engine
        self.reference = reference
        self._nothing = Printed(reference)
        self._everything = Printed(reference, every=True)

    def all(self) -> Printed | None:
        module, _, name = self.reference.partition(":")
        found = self.engine.modules.lookup(module, name) if self.engine.modules.get(module) else None
        if not isinstance(found, Found) or not found.name:
            return None
        body = self.engine.module(found.module)
        bindings = body.unit.bindings.get(found.name, ()) if body is not None else ()
        if body is None or not bindings:
            return None
        return self._sum(self._of_register(body, bind.value) for _, bind in bindings)

    def _sum(self, found: Iterable[Printed]) -> Printed:
        every = list(found)
        total = every[0] if every else self._nothing
        for one in every[1:]:
            total = total.plus(one)
        return total

    def _of_register(self, context: Context, register: Register, depth: int = 0) -> Printed:
        """What a formatter prints that a register holds, or makes."""
        instruction = context.unit.code.instructions[register]
        if depth > _DEEPEST:
            return self._everything
        if isinstance(instruction, ir.BuildDict):
            return self._of_settings(context, instruction)
        if isinstance(instruction, ir.Hint) and instruction.value is not None:
            return self._of_register(context, instruction.value, depth + 1)
        if isinstance(instruction, ir.Call):
            made = self._of_call(context, instruction)
            if made is not None:
                return made
        return self._sum(self._of_value(value, depth) for value in self.engine.value(context, register))

    def _of_value(self, value: object, depth: int) -> Printed:
        if isinstance(value, Class) and not value.unit.model:
            return self._of_class(value, self._constructed(value))
        if isinstance(value, Function) and not value.unit.model:
            inner = self.engine.ambient(value.unit)
            return self._sum(self._of_register(inner, one.value, depth + 1) for _, one in value.unit.find(ir.Return))
        if isinstance(value, Instance) and not value.cls.unit.model:
            return self._of_class(value.cls, self._constructed(value.cls))
        return self._everything

    def _of_call(self, context: Context, call: ir.Call) -> Printed | None:
        """A formatter that is made by a call of its class."""
        for value in self.engine.value(context, call.func):
            if isinstance(value, Class) and not value.unit.model:
                return self._of_class(value, [self._format_of(context, call)])
            if isinstance(value, External) and value.path in STOCK:
                return self._of_format(self._format_of(context, call))
        return None

    # -- format strings -----------------------------------------------------------------------

    def _of_format(self, made: Format) -> Printed:
        """The fields that a format string names; one that is not known may name any."""
        if made.text is None:
            return self._everything
        return Printed(self.reference, frozenset(fields_of(made)))

    def _format_of(self, context: Context, call: ir.Call) -> Format:
        """The format string that a call of a formatter is given."""
        if call.stars or any(name is None for name, _ in call.keywords):
            return Format(None)
        given = [value for name, value in call.keywords if name in _FORMATS] or list(call.args[:1])
        style = [value for name, value in call.keywords if name == "style"] or list(call.args[2:3])
        return self._format(context, given, style)

    def _format(self, context: Context, given: list[Register], style: list[Register]) -> Format:
        text = self._text(context, given[0]) if given else ""
        return Format(text, self._text(context, style[0]) if style else "%")

    def _text(self, context: Context, register: Register) -> str | None:
        values = self.engine.value(context, register)
        texts = [one.value for one in values if isinstance(one, Constant)]
        if len(texts) != len(values) or not texts:
            return None
        return " ".join("" if one is None else str(one) for one in texts)

    def _constructed(self, cls: Class) -> list[Format]:
        """The format strings with which the program makes objects of a class; in a `dictConfig`, too."""
        found: list[Format] = []
        for module in self.engine.modules.files_mentioning(cls.unit.name):
            for unit in self.engine.bodies.units(module.name):
                context = self.engine.ambient(unit)
                for _, call in unit.find(ir.Call):
                    if self._is_class(context, call.func, cls):
                        found.append(self._format_of(context, call))
                for _, settings in unit.find(ir.BuildDict):
                    if self._names_class(context, settings, cls):
                        found.append(self._setting_format(context, settings))
        return found

    def _is_class(self, context: Context, register: Register, cls: Class) -> bool:
        values = self.engine.value(context, register)
        return any(isinstance(one, Class) and one.unit is cls.unit for one in values)

    # -- dictConfig ---------------------------------------------------------------------------

    def _of_settings(self, context: Context, settings: ir.BuildDict) -> Printed:
        """The formatters of the dict of a `dictConfig`."""
        register = self._entry(context, settings, "formatters")
        formatters = context.unit.code.instructions[register] if register is not None else None
        if register is None or not isinstance(formatters, ir.BuildDict):
            return self._everything
        if self._is_filled_later(context, register, formatters):
            return self._everything
        return self._sum(self._of_one_setting(context, value) for _, value in formatters.items)

    def _is_filled_later(self, context: Context, register: Register, display: ir.BuildDict) -> bool:
        """Whether the program puts more under further keys than is displayed."""
        displayed = {self._text(context, key) for key, _ in display.items if key is not None}
        dicts = (one for one in self.engine.value(context, register) if isinstance(one, Instance))
        keys = (key for one in dicts for key, _, _ in self.engine.heap.contents(one))
        return any(not isinstance(key, Constant) or key.value not in displayed for key in keys)

    def _of_one_setting(self, context: Context, register: Register) -> Printed:
        one = context.unit.code.instructions[register]
        if not isinstance(one, ir.BuildDict):
            return self._everything
        made_by = [value for key, value in one.items if key is not None and self._text(context, key) in ("()", "class")]
        text = self._setting_format(context, one)
        if not made_by:
            return self._of_format(text)
        for value in self.engine.value(context, made_by[0]):
            if isinstance(value, Class) and not value.unit.model:
                return self._of_class(value, [text])
            path = value.value if isinstance(value, Constant) else value.path if isinstance(value, External) else ""
            if path in STOCK:
                return self._of_format(text)
            cls = self._class_at(str(path))
            return self._of_class(cls, [text]) if cls is not None else self._everything
        return self._everything

    def _class_at(self, path: str) -> Class | None:
        """The class that a dotted path leads to."""
        module, _, name = path.rpartition(".")
        if self.engine.modules.get(module) is None:
            return None
        values = self.engine.names.global_(module, name)
        return next((one for one in values if isinstance(one, Class) and not one.unit.model), None)

    def _names_class(self, context: Context, settings: ir.BuildDict, cls: Class) -> bool:
        for key, value in settings.items:
            if key is not None and self._text(context, key) in ("()", "class"):
                if self._text(context, value) == f"{cls.unit.module}.{cls.unit.code.qualname}":
                    return True
                if self._is_class(context, value, cls):
                    return True
        return False

    def _setting_format(self, context: Context, settings: ir.BuildDict) -> Format:
        if any(key is None for key, _ in settings.items):
            return Format(None)
        named = {self._text(context, key): value for key, value in settings.items if key is not None}
        given = [named[name] for name in _FORMATS if name in named]
        return self._format(context, given, [named["style"]] if "style" in named else [])

    def _entry(self, context: Context, settings: ir.BuildDict, name: str) -> Register | None:
        for key, value in settings.items:
            if key is not None and self._text(context, key) == name:
                return value
        return None

    # -- classes ------------------------------------------------------------------------------

    def _of_class(self, cls: Class, formats: list[Format]) -> Printed:
        """What a class prints: what its own methods take out of the record, and what its base formats."""
        order = self.engine.classes.order(cls)
        bases = [one for own in order for one in self.engine.classes.bases(own)]
        outside = [one.path for one in bases if isinstance(one, External)]
        printed, asks_base = self._nothing, True
        for name in ("format", "formatMessage"):  # the base's `format` calls `formatMessage`
            method = next((unit for unit in self._methods(cls) if unit.name == name), None)
            if method is not None and asks_base:
                read = RecordReader(self.engine, method).read(self.reference)
                printed, asks_base = printed.plus(read.printed), read.asks_base
        if not asks_base:
            return printed
        if not outside or any(path not in STOCK for path in outside):
            return self._everything
        return self._sum([printed, *map(self._of_format, self._base_formats(cls, formats))])

    def _methods(self, cls: Class) -> Iterator[Unit]:
        """The methods of a class, those that hide others first."""
        for one in self.engine.classes.order(cls):
            yield from (unit for unit in one.unit.inner if unit.is_function)

    def _base_formats(self, cls: Class, formats: list[Format]) -> list[Format]:
        """The formats that come to `logging.Formatter`: those of the constructor next to it, else as it is made."""
        inits = [unit for unit in self._methods(cls) if unit.name == "__init__"]
        for init in reversed(inits):
            passed = self._passed_on(init, formats)
            if passed is not None:
                return passed
        return formats or [_DEFAULT]

    def _passed_on(self, init: Unit, formats: list[Format]) -> list[Format] | None:
        """The formats that a constructor hands to its base; None where it hands on all that it was handed itself."""
        for _, call in init.find(ir.Call):
            if called_name(init, call) != "__init__":
                continue
            if call.stars or any(name is None for name, _ in call.keywords):
                return None
            args = tuple(value for value in call.args if not self._is_receiver(init, value))
            handed = ir.Call(call.func, args, (), call.keywords)
            own = self._format_of(self.engine.ambient(init, deep=True), handed)
            given = [value for name, value in call.keywords if name in _FORMATS] or list(args[:1])
            param = init.code.instructions[given[0]] if given else None
            if not isinstance(param, ir.Param):
                return [own]
            if param.index > 1:  # a call may pass it where `logging.Formatter` takes something else
                return [own, *formats]
            default = self._format_of(self.engine.ambient(init), handed)
            return [default if one.text == "" else one for one in formats] or [default]
        return None

    def _is_receiver(self, init: Unit, register: Register) -> bool:
        instruction = init.code.instructions[register]
        return isinstance(instruction, ir.Param) and instruction.index == 0
