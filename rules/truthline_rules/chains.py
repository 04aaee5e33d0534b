"""Chains of imports: who imports whom, and the shortest way from one module to another."""

from collections import defaultdict, deque
from collections.abc import Callable, Iterator

import msgspec

from truthline.api import Import, Location, Program, Step
from truthline_rules.imported import EdgeOptions, statement


class Hop(msgspec.Struct, frozen=True):
    """One import on a chain."""

    importer: str
    imported: str
    written: Import


Chain = tuple[Hop, ...]


class ImportGraph:
    """First-party imports of the kinds that count, without those that only imply a parent package."""

    def __init__(self, program: Program, options: EdgeOptions) -> None:
        self._hops: dict[str, dict[str, Hop]] = defaultdict(dict)
        for edge in program.modules.edges():
            if not edge.implied and options.counts(edge.imp) and edge.importer != edge.imported:
                hops = self._hops[edge.importer]
                known = hops.get(edge.imported)
                if known is None or edge.imp.statement.line < known.written.statement.line:
                    hops[edge.imported] = Hop(edge.importer, edge.imported, edge.imp)

    def hops(self, importer: str) -> tuple[Hop, ...]:
        """The imports of a module, in order of what they import."""
        hops = self._hops.get(importer, {})
        return tuple(hops[name] for name in sorted(hops))

    def chains(self, start: str, enter: Callable[[str], bool]) -> Iterator[Chain]:
        """The shortest chain from `start` to each module that can be reached, nearest first.

        Only modules that `enter` accepts are left again.
        """
        queue: deque[tuple[str, Chain]] = deque([(start, ())])
        seen = {start}
        while queue:
            module, chain = queue.popleft()
            for hop in self.hops(module):
                if hop.imported not in seen:
                    seen.add(hop.imported)
                    longer = (*chain, hop)
                    yield longer
                    if enter(hop.imported):
                        queue.append((hop.imported, longer))


def witness(program: Program, chain: Chain) -> tuple[Step, ...]:
    """The chain as steps, one import each."""
    return tuple(_step(program, hop) for hop in chain)


def _step(program: Program, hop: Hop) -> Step:
    module = program.modules.by_name[hop.importer]
    return Step(
        location=Location(module.file, hop.written.statement),
        symbol=f"{hop.importer}:{hop.written.scope}" if hop.written.scope else hop.importer,
        kind="import",
        text=statement(program, module, hop.written),
    )
