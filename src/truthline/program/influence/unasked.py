"""Guarded writes that have nothing to do with the decision: no way leads from a call of it to them."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from truthline.facts import code as ir
from truthline.program.engine.values import Context
from truthline.program.influence.graph import Site
from truthline.program.influence.running import block_of
from truthline.program.influence.sites import Sites
from truthline.program.slices import Slice

_Place = tuple[Context, int, int, bool]
"""A context, a block, the first of its instructions that counts, and whether the decision was asked in it or below."""


class Unasked:
    """The writes of a slice that are executed without the decision having been asked before."""

    def __init__(self, part: Slice, sites: Sites, writes: Collection[Site], asking: Collection[Site]) -> None:
        self.slice = part
        self.sites = sites
        self._writes = writes
        self._asking = asking

    def all(self) -> Iterable[Site]:
        """The writes, by the entries that lead to them: those to which no way leads from where it is asked."""
        later = self._coming_after()
        for entry, arrival in self.slice.arrivals.items():
            within = self.sites.within(entry) if arrival is None else ()
            yield from (site for site in self._writes if site.context in within and site not in later)

    def _coming_after(self) -> set[Site]:
        """The writes that some way from a call of the decision comes to, whatever has been answered."""
        pending: list[_Place] = [_behind(site) for site in self._asking]
        seen: set[_Place] = set(pending)
        found: set[Site] = set()
        while pending:
            place = pending.pop()
            for one in self._next(place, found):
                if one not in seen:
                    seen.add(one)
                    pending.append(one)
        return found

    def _next(self, place: _Place, found: set[Site]) -> Iterable[_Place]:
        context, number, start, is_up = place
        block = context.unit.code.blocks[number]
        for register in block.registers[start:]:
            site = Site(context, register)
            if site in self._writes:
                found.add(site)
            yield from ((target, 0, 0, False) for target in self.slice.effects(context, register).targets)
            if is_up and isinstance(context.unit.code.instructions[register], (ir.Return, ir.Raise)):
                yield from map(_behind, self.sites.calling(context))
        yield from ((context, one, 0, is_up) for one in (*block.successors, *block.handlers))


def _behind(site: Site) -> _Place:
    block = block_of(site.context.unit, site.register)
    registers = site.context.unit.code.blocks[block].registers
    return site.context, block, registers.index(site.register) + 1 if site.register in registers else 0, True
