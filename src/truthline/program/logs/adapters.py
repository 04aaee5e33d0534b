"""What a `logging.LoggerAdapter` makes of the `extra` of a call, read from its `process`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from truthline.facts import code as ir
from truthline.facts.code import Register
from truthline.program.engine.units import Unit
from truthline.program.evidence.terms import Place
from truthline.program.logs.definitions import Definitions, called_name, stands_before
from truthline.program.logs.mappings import ANY, NO_FIELDS, Fields, MappingKeys, common

_SELF = 0
_KWARGS = 2
"""The parameters of `process(self, msg, kwargs)`; the last one holds the keywords of the call."""
_GETS = frozenset(("get", "pop", "setdefault"))
_DEEPEST = 8


class Processing(MappingKeys):
    """One `process` method, for what the adapter was made with and what a call passes as `extra`."""

    def __init__(self, definitions: Definitions, unit: Unit, carried: Fields, given: Fields, stock: Fields) -> None:
        super().__init__(definitions)
        self.unit = unit
        self.code = unit.code.instructions
        self.context = self.engine.ambient(unit)
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

    # -- the keywords -------------------------------------------------------------------------

    def _keywords(self, register: Register, end: Register, depth: int = 0) -> Fields:
        """What stands under `extra` in the keywords that are handed on."""
        if depth > _DEEPEST:
            return ANY
        one = self.code[register]
        stored = [
            item.value
            for place, item in self.unit.find(ir.SetItem)
            if item.base == register and self._says_extra(item.key) and stands_before(self.unit, place, end)
        ]
        if stored:
            return self._extra(stored[-1], end)
        found = self._came_in(register, one, end, depth)
        for touched in self._touched(register):
            found = self._filled(self._at(touched), end, found.plus(self._set_by_default(touched, end)))
        return found

    def _set_by_default(self, touched: Register, end: Register) -> Fields:
        one = self.code[touched]
        is_set = isinstance(one, ir.Call) and called_name(self.unit, one) == "setdefault"
        return (self.known(self._at(touched), end, 0) or NO_FIELDS) if is_set else NO_FIELDS

    def _came_in(self, register: Register, one: ir.AnyInstruction, end: Register, depth: int) -> Fields:
        """What was there before: what the call passed, what the stock adapter makes of it, or what is written."""
        match one:
            case ir.Param(index=index) if index == _KWARGS:
                return self.given
            case ir.Phi(args=args):
                return common(self._keywords(arg, end, depth + 1) for arg in args if arg != register)
            case ir.BuildDict(items=items):
                return self._written(items, end, depth)
            case ir.Call(args=args, keywords=keywords) if called_name(self.unit, one) == "dict":
                texts = [(name, value) for name, value in keywords if name in (None, "extra")]
                spread = [(None, value) for value in (*args, *(value for name, value in texts if name is None))]
                named = [value for name, value in texts if name is not None]
                return self._extra(named[-1], end) if named else self._written(spread, end, depth)
            case ir.Unpack(base=base):
                made = self.code[base]
                is_stock = isinstance(made, ir.Call) and called_name(self.unit, made) == "process"
                return self.stock if is_stock else ANY
        return ANY

    def _written(self, items: Sequence[tuple[Register | None, Register]], end: Register, depth: int) -> Fields:
        """What a display has under `extra`: the last that is written there."""
        found = NO_FIELDS
        for key, value in items:
            if key is None:
                found = self._keywords(value, end, depth + 1)
            elif self._says_extra(key):
                found = self._extra(value, end)
        return found

    def _touched(self, keywords: Register) -> Iterator[Register]:
        """The places at which `extra` is taken out of the keywords, to be filled."""
        for register, item in self.unit.find(ir.Item):
            if item.base == keywords and self._says_extra(item.key):
                yield register
        for register, call in self.unit.find(ir.Call):
            func = self.code[call.func]
            if self._gets_extra(call) and isinstance(func, ir.Attr) and func.base == keywords:
                yield register

    def _gets_extra(self, call: ir.Call) -> bool:
        is_named = called_name(self.unit, call) in _GETS and isinstance(self.code[call.func], ir.Attr)
        return is_named and bool(call.args) and self._says_extra(call.args[0])

    def _says_extra(self, key: Register) -> bool:
        return self.text(self._at(key)) == "extra"

    # -- the mapping under `extra` ------------------------------------------------------------

    def _extra(self, register: Register, end: Register) -> Fields:
        return self.keys(self._at(register), end)

    def _at(self, register: Register) -> Place:
        return Place(self.context, register)

    def known(self, place: Place, at: Register, depth: int) -> Fields | None:
        """What the adapter was made with, and what the call passes."""
        if place.context is not self.context:
            return None
        match self.code[place.register]:
            case ir.Attr(base=base, name="extra") if self._is_self(base):
                return self.carried
            case ir.Item(base=base, key=key) if self._says_extra(key):
                return self._came_in(base, self.code[base], at, depth + 1)
            case ir.Call(func=func, args=args) as call if self._gets_extra(call):
                keywords = self.code[func]
                base = keywords.base if isinstance(keywords, ir.Attr) else func
                found = self._came_in(base, self.code[base], at, depth + 1)
                is_there = bool(found.names) or found.open or len(args) < 2
                return found if is_there else self.keys(place.beside(args[1]), at, depth + 1)
        return None

    def _is_self(self, register: Register) -> bool:
        one = self.code[register]
        return isinstance(one, ir.Param) and one.index == _SELF
