"""The way backward, by which a call is left where it was entered.

Tabulation after Reps, Horwitz and Sagiv, "Precise Interprocedural Dataflow Analysis via Graph Reachability" (POPL
1995), against the direction of the flow: a step inside a called context is known by the question with which the
context was entered, its *anchor*. What then turns out to depend on a parameter goes on at the calls that asked this
question, and at no other. A step without an anchor has come by memory, or from outside: it may go to every caller.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import NamedTuple

from truthline.facts.code import LoadCell, Param
from truthline.program.influence.graph import Edge, Node, Site
from truthline.program.influence.sites import Sites


class Step(NamedTuple):
    """A node, under the question with which its context was entered."""

    node: Node
    anchor: Node | None = None


class Walk:
    """Everything that has an influence on some starting points, with one shortest way from each."""

    def __init__(self, sites: Sites, expand: Callable[[Node], Iterable[Edge]], pass_in: PassIn) -> None:
        self.sites = sites
        self._expand = expand
        self._pass_in = pass_in
        self.came_from: dict[Step, Step | None] = {}
        self._queue: deque[Step] = deque()
        self._asking: dict[Node, dict[tuple[Site, Node | None], Step]] = {}
        self._passed: dict[Node, dict[Node, None]] = {}

    def run(self, starts: Iterable[Node]) -> None:
        """Goes back from the starting points as far as there is anything."""
        for start in starts:
            self._add(Step(start), None)
        while self._queue:
            step = self._queue.popleft()
            for edge in self._expand(step.node):
                self._follow(step, edge)
            self._leave(step)

    def asking(self, anchor: Node) -> Iterable[tuple[Site, Step]]:
        """The calls that entered a context with a question, each with the step that asked it."""
        return [(site, step) for (site, _), step in self._asking.get(anchor, {}).items()]

    def way(self, step: Step) -> list[Step]:
        """From something that has an influence to the starting point that it has it on."""
        found = []
        current: Step | None = step
        while current is not None:
            found.append(current)
            current = self.came_from[current]
        return found

    def _add(self, step: Step, origin: Step | None) -> None:
        if step not in self.came_from:
            self.came_from[step] = origin
            self._queue.append(step)

    def _follow(self, step: Step, edge: Edge) -> None:
        if edge.how == "here":
            self._add(Step(edge.node, step.anchor), step)
        elif edge.how == "into" and edge.site is not None:
            self._enter(step, edge.node, edge.site)
        else:
            self._add(Step(edge.node), step)

    def _enter(self, step: Step, question: Node, site: Site) -> None:
        asking = self._asking.setdefault(question, {})
        if (site, step.anchor) in asking:
            return
        asking[site, step.anchor] = step
        self._add(Step(question, question), step)
        for received in tuple(self._passed.get(question, ())):
            self._give(received, site, step, step.anchor)

    def _leave(self, step: Step) -> None:
        """A parameter depends on what calls pass for it, a captured variable on which function is called."""
        node, anchor = step
        context = node.context
        if context is None or node.kind not in ("value", "whole", "part"):
            return
        instruction = context.unit.code.instructions[node.register]
        if not isinstance(instruction, (Param, LoadCell)):
            return
        if anchor is None or anchor.context is not context:
            for site in self.sites.calling(context):
                self._give(node, site, step, None)
        elif node not in self._passed.setdefault(anchor, {}):
            self._passed[anchor][node] = None
            for (site, _), asker in tuple(self._asking.get(anchor, {}).items()):
                self._give(node, site, asker, asker.anchor)

    def _give(self, received: Node, site: Site, origin: Step, anchor: Node | None) -> None:
        """From a parameter to a call. The way goes past the inside: it continues from where the question was asked."""
        for edge in self._pass_in(site, received):
            self._add(Step(edge.node, anchor if edge.how == "here" else None), origin)


PassIn = Callable[[Site, Node], Iterable[Edge]]
"""From a call, and the node of a parameter of the context that it calls, to what the argument comes from."""
