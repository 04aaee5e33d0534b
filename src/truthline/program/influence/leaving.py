"""Where what is read of a state leaves the state's modules: the place of a finding."""

from __future__ import annotations

from collections.abc import Iterable

from truthline.program.influence.graph import Site
from truthline.program.influence.walk import Step, Walk
from truthline.program.slices import Slice
from truthline.program.states import StateObjects


def leaving(walk: Walk, state: StateObjects, part: Slice, read: Step) -> Iterable[tuple[Site, Step]]:
    """The places outside, each with the step from which the way goes on there; the read itself where it is outside."""
    pending, seen = [read], {read}
    while pending:
        step = pending.pop()
        context = step.node.context
        if context is None:
            continue
        if not state.holds(context.unit):
            yield Site(context, step.node.register), step
        elif step.anchor is None:
            yield _last_outside(state, part, step), step
        else:
            for site, asker in walk.asking(step.anchor):
                if not state.holds(site.context.unit):
                    yield site, asker
                elif asker not in seen:
                    seen.add(asker)
                    pending.append(asker)


def _last_outside(state: StateObjects, part: Slice, step: Step) -> Site:
    """Where nothing is known of the call, the last one outside on the way to the function."""
    context = step.node.context
    if context is None:
        raise AssertionError(step)
    path = [(caller, register) for caller, register in part.path(context) if not state.holds(caller.unit)]
    return Site(*path[-1]) if path else Site(context, step.node.register)
