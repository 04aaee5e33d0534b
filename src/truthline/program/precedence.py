"""Whether control can come to a place only past another."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from truthline.facts.code import Register, Return
from truthline.program.callsites import CallSite, FunctionBody
from truthline.program.engine.units import Unit


def is_preceded(site: CallSite, first: Iterable[CallSite]) -> bool:
    """Whether every way to a call, from the start of its function, comes past one of the `first` calls.

    A function inside another is made there: what comes before that comes before its calls too.
    """
    unit, register = site.unit, site.register
    marks = list(first)
    while unit.is_function:
        if Passed(unit, [one.register for one in marks if one.unit is unit]).before(register):
            return True
        if unit.parent is None:
            return False
        unit, register = unit.parent, unit.maker
    return False


def is_always_called(function: FunctionBody, sites: Iterable[CallSite]) -> bool:
    """Whether every way through a function that returns comes past one of the calls."""
    passed = Passed(function.unit, [site.register for site in sites if site.unit is function.unit])
    return passed.before_every_return()


class Passed:
    """Which instructions of a body stand, on every way from its start, behind one of the marked ones.

    An exception may leave a block before any of its instructions has run.
    """

    def __init__(self, unit: Unit, marks: Collection[Register]) -> None:
        self._unit = unit
        self._marks = frozenset(marks)
        self._entries = self._settled()

    def _settled(self) -> dict[int, bool]:
        """By block that control can come to, whether every way to its start has passed a mark."""
        blocks = self._unit.code.blocks
        entries = {0: False}
        pending = [0]
        while pending:
            number = pending.pop()
            block = blocks[number]
            leaves = entries[number] or not self._marks.isdisjoint(block.registers)
            ways = [(following, leaves) for following in block.successors]
            ways += [(following, entries[number]) for following in block.handlers]
            for following, passed in ways:
                before = entries.get(following)
                after = passed if before is None else before and passed
                if after != before:
                    entries[following] = after
                    pending.append(following)
        return entries

    def before(self, register: Register) -> bool:
        """Whether every way to the instruction passes a mark first; true where control cannot come to it."""
        place = self._unit.place(register)
        if place is None or place[0] not in self._entries:
            return True
        block = self._unit.code.blocks[place[0]]
        return self._entries[place[0]] or not self._marks.isdisjoint(block.registers[: place[1]])

    def before_every_return(self) -> bool:
        """Whether every way that ends in a return, written or not, passes a mark."""
        return all(self.before(register) for register, _ in self._unit.find(Return))
