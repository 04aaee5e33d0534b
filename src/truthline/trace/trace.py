"""One traced run: the recording, what it says of the graph, and what it says of the proofs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

import msgspec

from truthline.program.engine.engine import Engine
from truthline.program.program import Program
from truthline.trace.comparison import BUDGET, Comparison, compare
from truthline.trace.contradictions import Contradiction, clean_flows, contradictions
from truthline.trace.recording import Recording, Watch, record
from truthline.trace.units import UnitFinder


class Trace(msgspec.Struct, frozen=True):
    """All that a run showed. `flows` are those whose proof was at stake."""

    command: tuple[str, ...]
    recording: Recording
    comparison: Comparison
    flows: tuple[str, ...]
    contradictions: tuple[Contradiction, ...]


def trace(program: Program, command: Sequence[str], out: TextIO | None = None) -> Trace:
    """Runs a command, what it prints going to `out`, and compares. Raises CommandError where it cannot be started."""
    recording = record(command, _watch(program), out)
    finder = UnitFinder(program.modules, program.bodies)
    engine = Engine(program.modules, program.bodies, BUDGET)
    comparison = compare(recording.calls, engine, program.places, finder)
    contradicted = contradictions(program, recording, finder)
    return Trace(tuple(command), recording, comparison, clean_flows(program), contradicted)


def _watch(program: Program) -> Watch:
    flows = program.config.flow.values()
    states = {state for flow in flows for state in flow.must_not_reach}
    entries = [unit for flow in flows for reference in flow.entry for unit in program.units(reference)]
    by_name = program.modules.by_name
    return Watch(
        base=Path(program.config.base),
        files=tuple(file for file, module in program.modules.by_file.items() if module.outline is not None),
        states=frozenset(by_name[module].file for state in states for module in program.state(state).modules),
        entries=frozenset((unit.file, unit.name) for unit in entries),
    )
