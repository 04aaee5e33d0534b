"""What a `logging.LoggerAdapter` makes of the `extra` of a call, read from its `process`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from truthline.facts import code as ir
from truthline.facts.code import Register
from truthline.program.engine.units import Unit
from truthline.program.logs.definitions import called_name, stands_before
from truthline.program.logs.mappings import ANY, NO_FIELDS, Fields, common

_KWARGS = 2
"""The parameter of `process(self, msg, kwargs)` that holds the keywords of the call."""
_GETS = frozenset(("get", "pop", "setdefault"))
_DEEPEST = 8


class Processing:
    """One `process` method, for what the adapter was made with and what a call passes as `extra`."""

    def __init__(self, unit: Unit, carried: Fields, given: Fields, stock: Fields) -> None:
        self.unit = unit
        self.code = unit.code.instructions
        self.carried = carried
        self.given = given
        self.stock = stock

    def fields(self) -> Fields:
        """What every return hands on under `extra`."""
        return common(self._returned(register, one) for register, one in self.unit.find(ir.Return))

    def _returned(self, register: Register, one: ir.Return) -> Fields:
        returned = self.code[one.value]
        if isinstance(returned, ir.Call):
            return self.stock if called_name(self.unit, returned) == "process" else ANY
        if not isinstance(returned, ir.Build) or len(returned.items) != 2:
            return ANY
        return self._keywords(returned.items[1], register)

    def _keywords(self, register: Register, end: Register) -> Fields:
        """What stands under `extra` in the keywords that are handed on."""
        one = self.code[register]
        if isinstance(one, ir.BuildDict):
            found = NO_FIELDS
            for key, value in one.items:
                if key is None:
                    found = self._keywords(value, end)
                elif self._text(key) == "extra":
                    found = self._term(value)
            return found
        stored = [
            item.value
            for place, item in self.unit.find(ir.SetItem)
            if item.base == register and self._text(item.key) == "extra" and stands_before(self.unit, place, end)
        ]
        if stored:
            return self._term(stored[-1])
        found = self._came_in(one)
        for touched in self._touched(register):
            found = found.plus(self._filled(touched))
        return found

    def _came_in(self, one: ir.AnyInstruction) -> Fields:
        """What was there before: what the call passed, or what the stock adapter makes of it."""
        if isinstance(one, ir.Param) and one.index == _KWARGS:
            return self.given
        made = self.code[one.base] if isinstance(one, ir.Unpack) else None
        if isinstance(made, ir.Call) and called_name(self.unit, made) == "process":
            return self.stock
        return ANY

    def _touched(self, keywords: Register) -> Iterator[Register]:
        """The places at which `extra` is taken out of the keywords, to be filled."""
        for register, item in self.unit.find(ir.Item):
            if item.base == keywords and self._text(item.key) == "extra":
                yield register
        for register, call in self.unit.find(ir.Call):
            if self._gets_extra(call):
                yield register

    def _gets_extra(self, call: ir.Call) -> bool:
        func = self.code[call.func]
        named = called_name(self.unit, call) in _GETS and bool(call.args) and self._text(call.args[0]) == "extra"
        return named and isinstance(func, ir.Attr)

    def _term(self, register: Register, depth: int = 0) -> Fields:
        """The keys of a mapping inside `process`."""
        return self._made(register, depth).plus(self._filled(register, depth)) if depth < _DEEPEST else ANY

    def _made(self, register: Register, depth: int) -> Fields:
        one = self.code[register]
        match one:
            case ir.Const():
                return NO_FIELDS
            case ir.Attr(name="extra"):
                return self.carried
            case ir.Item(key=key) if self._text(key) == "extra":
                return self.given
            case ir.BuildDict(items=items):
                return self._sum(self._entry(key, value, depth) for key, value in items)
            case ir.Binary(op="or", left=left, right=right):
                return self._sum((self._term(left, depth + 1), self._term(right, depth + 1)))
            case ir.Phi(args=args) if len(args) == 2:  # `given or {}`
                both = [self._term(arg, depth + 1) for arg in args if arg != register]
                return max(both, key=lambda fields: len(fields.names))
            case ir.Call() if self._gets_extra(one):
                return self.given
            case ir.Call() if called_name(self.unit, one) in ("dict", "copy"):
                return self._copied(one, depth)
        return ANY

    def _entry(self, key: Register | None, value: Register, depth: int) -> Fields:
        if key is None:
            return self._term(value, depth + 1)
        text = self._text(key)
        return ANY if text is None else Fields(frozenset((text,)))

    def _copied(self, call: ir.Call, depth: int) -> Fields:
        func = self.code[call.func]
        spread = [*call.args, *(value for name, value in call.keywords if name is None)]
        if isinstance(func, ir.Attr) and not call.args:
            spread.append(func.base)
        named = Fields(frozenset(name for name, _ in call.keywords if name is not None))
        return named.plus(self._sum(self._term(value, depth + 1) for value in spread))

    def _sum(self, parts: Iterable[Fields]) -> Fields:
        found = NO_FIELDS
        for one in parts:
            found = found.plus(one)
        return found

    def _filled(self, register: Register, depth: int = 0) -> Fields:
        """What is put into a mapping."""
        found = NO_FIELDS
        for user in self.unit.uses.get(register, ()):
            one = self.code[user]
            if isinstance(one, ir.SetItem) and one.base == register:
                text = self._text(one.key)
                found = found.plus(ANY if text is None else Fields(frozenset((text,))))
            elif isinstance(one, ir.Attr) and one.name == "update":
                for called in self.unit.uses.get(user, ()):
                    call = self.code[called]
                    for value in call.args if isinstance(call, ir.Call) else ():
                        found = found.plus(self._term(value, depth + 1))
        return found

    def _text(self, register: Register) -> str | None:
        one = self.code[register]
        return one.value if isinstance(one, ir.Const) and isinstance(one.value, str) else None
