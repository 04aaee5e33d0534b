"""Where what is read of a state leaves the state's modules: the place of a finding."""

from __future__ import annotations

from collections.abc import Iterable

from truthline.program.engine.values import Context
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
        if _is_outside(state, part, context):
            yield Site(context, step.node.register), step
        elif step.anchor is None:
            yield _last_outside(walk, state, part, step, read), step
        else:
            for site, asker in walk.asking(step.anchor):
                if _is_outside(state, part, site.context):
                    yield site, asker
                elif asker not in seen:
                    seen.add(asker)
                    pending.append(asker)


def _is_outside(state: StateObjects, part: Slice, context: Context) -> bool:
    """Whether a finding can stand in a context: not in the state's own code, a model, or a module's body."""
    return context in part.arrivals and not state.holds(context.unit)


def _last_outside(walk: Walk, state: StateObjects, part: Slice, step: Step, read: Step) -> Site:
    """Where nothing is known of the call, the last one outside on the way to the function."""
    origin, context = _analysed(walk, step), read.node.context
    if origin is not None and not state.holds(origin.context.unit):
        return origin
    if context is None:
        raise AssertionError(read)
    inner = context if origin is None else origin.context
    path = [(caller, register) for caller, register in part.path(inner) if not state.holds(caller.unit)]
    return Site(*path[-1]) if path else origin or Site(context, read.node.register)


def _analysed(walk: Walk, step: Step) -> Site | None:
    """A step's place; of one in a model, the nearest call of the slice that leads there."""
    if step.node.context is None:
        return None
    pending = [Site(step.node.context, step.node.register)]
    seen = {step.node.context}
    for site in pending:
        if site.context in walk.sites.slice.arrivals:
            return site
        for caller in walk.sites.running(site.context):
            if caller.context not in seen:
                seen.add(caller.context)
                pending.append(caller)
    return None
