"""Which keys a mapping surely holds, so that what stood there before can be seen no more.

`{**a, **b}`, `a | b`, `dict(a, k=v)` and `a.update(b)` leave of `a` what `b` does not hold. A mapping surely holds a
key that it was made with, or that the same function has stored before, where nothing takes it out again.
"""

from __future__ import annotations

from truthline.facts.code import Attr, Binary, BuildDict, Call, Register, SetItem
from truthline.program.engine.flow import before
from truthline.program.engine.values import Constant, Context, Function, Instance, Method, Value, Values
from truthline.program.influence.sites import Sites

_DEEPEST = 4
"""The mappings within mappings (`{**{**a}}`) in which a key is looked for."""
NONE: frozenset[Register] = frozenset()


class Keys:
    """Asks the mappings of a slice for keys."""

    def __init__(self, sites: Sites) -> None:
        self.sites = sites
        self.engine = sites.engine

    def overwriting(
        self, context: Context, read: Register, base: Register, owner: Instance, keys: Values
    ) -> frozenset[Register]:
        """The calls of `update` and the `|=` that may come before a read, and surely write the one key that it asks."""
        key = next(iter(keys)) if len(keys) == 1 else None
        if not isinstance(key, Constant):
            return NONE
        unit = context.unit
        found = [
            register
            for register, call in unit.find(Call)
            if self._updates(context, call, base, owner) and self._brings(context, register, call, key)
        ]
        found += [
            register
            for register, one in unit.find(Binary)
            if one.op == "or" and one.in_place and self._is_same(context, one.left, base, owner)
            if self.surely_has(context, one.right, key, register)
        ]
        loops = unit.in_loop(read)
        return frozenset(one for one in found if one != read and (loops or not before(unit, read, one)))

    def _updates(self, context: Context, call: Call, base: Register, owner: Instance) -> bool:
        method = context.unit.code.instructions[call.func]
        if not isinstance(method, Attr) or method.name != "update":
            return False
        if not self._is_same(context, method.base, base, owner):
            return False
        callees = self.engine.value(context, call.func)
        return bool(callees) and all(
            isinstance(one, Method)
            and isinstance(one.function, Function)
            and one.function.unit.symbol == "builtins:dict.update"
            for one in callees
        )

    def _is_same(self, context: Context, register: Register, base: Register, owner: Instance) -> bool:
        """Whether a register surely holds the object of another: it is that one, or the object is made here once."""
        if register == base:
            return True
        is_made_here = owner.context is context and isinstance(owner.site, int) and not context.unit.in_loop(owner.site)
        return is_made_here and self.engine.value(context, register) == {owner}

    def _brings(self, context: Context, register: Register, call: Call, key: Constant) -> bool:
        """Whether the arguments of `update` surely hold a key."""
        if any(name == key.value for name, _ in call.keywords if name is not None):
            return True
        mappings = [value for name, value in call.keywords if name is None]
        mappings += [one for number, one in enumerate(call.args) if number not in call.stars]
        return any(self.surely_has(context, one, key, register) for one in mappings)

    def surely_has(self, context: Context, mapping: Register, key: Value, use: Register, depth: int = 0) -> bool:
        """Whether every mapping that a register holds has a key when an instruction uses it."""
        owners = self.engine.value(context, mapping)
        return (
            bool(owners)
            and depth < _DEEPEST
            and all(
                isinstance(one, Instance)
                and not self._may_lack(one, key)
                and (self._is_born_with(one, key, depth) or self._is_stored_before(context, mapping, key, use))
                for one in owners
            )
        )

    def _may_lack(self, owner: Instance, key: Value) -> bool:
        """Whether something may take a key out of a mapping, or nothing is known of who does."""
        wanted = self.engine.heap.as_key(key)
        return owner.anywhere or any(
            removed is None or removed == wanted for removed, _ in self.sites.taking_out(owner)
        )

    def _is_born_with(self, owner: Instance, key: Value, depth: int) -> bool:
        """Whether the display, the call of `dict` or the call with `**` that makes a mapping gives it a key."""
        context, site = owner.context, owner.site
        if context is None:
            return False
        if isinstance(site, str) and site.startswith("*"):
            place = site[1:].partition("@")[2]
            return place.isdigit() and self._is_passed(context, int(place), key, depth)
        if not isinstance(site, int):
            return False
        display = context.unit.code.instructions[site]
        if isinstance(display, Call):
            return owner.cls.unit.symbol == "builtins:dict" and self._is_passed(context, site, key, depth)
        return isinstance(display, BuildDict) and any(
            self.surely_has(context, value, key, site, depth + 1)
            if name is None
            else self._is_exactly(context, name, key)
            for name, value in display.items
        )

    def _is_passed(self, context: Context, register: Register, key: Value, depth: int) -> bool:
        call = context.unit.code.instructions[register]
        if not isinstance(call, Call) or not isinstance(key, Constant):
            return False
        return any(
            self.surely_has(context, value, key, register, depth + 1) if name is None else name == key.value
            for name, value in call.keywords
        )

    def _is_exactly(self, context: Context, register: Register, key: Value) -> bool:
        known = {self.engine.heap.as_key(one) for one in self.engine.value(context, register)}
        return known == {self.engine.heap.as_key(key)}

    def _is_stored_before(self, context: Context, mapping: Register, key: Value, use: Register) -> bool:
        """Whether the same function has stored something under a key of the very same object before."""
        return any(
            store.base == mapping and before(context.unit, register, use) and self._is_exactly(context, store.key, key)
            for register, store in context.unit.find(SetItem)
        )
