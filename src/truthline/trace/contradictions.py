"""Proofs that a run contradicts: a flow is `clean`, and yet it ran into its forbidden state."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from truthline.model.finding import Step
from truthline.model.location import Location, Span
from truthline.program.program import Program
from truthline.trace.recording import Frame, Recording
from truthline.trace.units import MODULE, UnitFinder


class Contradiction(msgspec.Struct, frozen=True):
    """A clean flow's entry was on the stack when `target` of the state's module began to run."""

    flow: str
    state: str
    target: str
    steps: tuple[Step, ...]


def clean_flows(program: Program) -> tuple[str, ...]:
    """The flows that are proven clean."""
    return tuple(name for name in sorted(program.config.flow) if program.flow(name).verdict.verdict == "clean")


def contradictions(program: Program, recording: Recording, finder: UnitFinder) -> tuple[Contradiction, ...]:
    """What contradicts a proof, the shortest stack for each flow, state and target."""
    found: dict[tuple[str, str, str], Contradiction] = {}
    for flow in clean_flows(program):
        entries = {unit for reference in program.config.flow[flow].entry for unit in program.units(reference)}
        for stack in sorted(recording.stacks, key=lambda frames: (len(frames), frames)):
            if entries.intersection(finder.of_code(stack[0].code)):
                for one in _contradicted(program, flow, stack, finder):
                    found.setdefault((one.flow, one.state, one.target), one)
    return tuple(found.values())


def _contradicted(program: Program, flow: str, stack: tuple[Frame, ...], finder: UnitFinder) -> Iterable[Contradiction]:
    """Imports that the flow runs for the first time do not count, nor calls that the proof has looked at and allows."""
    targets = finder.of_code(stack[-1].code)
    if any(frame.code.name == MODULE for frame in stack) or not targets:
        return
    allowed = {node.symbol for node in program.slice(flow).nodes}
    for name in program.config.flow[flow].must_not_reach:
        state = program.state(name)
        forbidden = [unit for unit in targets if state.holds(unit) and not state.is_harmless(unit)]
        seen = allowed.issuperset(unit.symbol for unit in forbidden)
        if forbidden and not (state.role == "cache" and seen):
            steps = tuple(_step(program, frame, finder, last=frame is stack[-1]) for frame in stack)
            yield Contradiction(flow, name, forbidden[0].symbol, steps)


def _step(program: Program, frame: Frame, finder: UnitFinder, last: bool) -> Step:
    units = finder.of_frame(frame)
    line = program.places.line(frame.code.file, frame.line)
    location = Location(frame.code.file, Span(frame.line, 1, frame.line, len(line) + 1))
    symbol = units[0].symbol if units else frame.code.name
    return Step(location, symbol, "entry" if last else "call", line.strip())
