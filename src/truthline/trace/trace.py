"""One traced run: the recording, what it says of the graph, and what it says of the proofs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

import msgspec

from truthline.errors import TruthlineError
from truthline.program.engine.engine import Engine
from truthline.program.program import Program
from truthline.program.recorded import record_of, written
from truthline.trace.comparison import BUDGET, Comparison, compare
from truthline.trace.contradictions import Contradiction, clean_flows, contradictions
from truthline.trace.recording import Recording, Watch, record
from truthline.trace.units import UnitFinder


class RecordError(TruthlineError):
    """A record file that cannot be written."""


class Kept(msgspec.Struct, frozen=True):
    """A record file that was written, relative to the config."""

    file: str
    calls: int


class Trace(msgspec.Struct, frozen=True):
    """All that a run showed. `flows` are those whose proof was at stake."""

    command: tuple[str, ...]
    recording: Recording
    comparison: Comparison
    flows: tuple[str, ...]
    contradictions: tuple[Contradiction, ...]
    kept: Kept | None = None


def trace(program: Program, command: Sequence[str], out: TextIO | None = None, keep: str | None = None) -> Trace:
    """Runs a command, what it prints going to `out`, and compares.

    The calls that the analysis does not find are written to the file `keep`, relative to the config. Raises
    CommandError where the command cannot be started, and RecordError where the file cannot be written.
    """
    recording = record(command, _watch(program), out)
    finder = UnitFinder(program.modules, program.bodies)
    engine = Engine(program.modules, program.bodies, BUDGET)
    comparison = compare(recording.calls, engine, program.places, finder)
    contradicted = contradictions(program, recording, finder)
    kept = _keep(program, comparison, keep) if keep is not None else None
    return Trace(tuple(command), recording, comparison, clean_flows(program), contradicted, kept)


def _keep(program: Program, comparison: Comparison, file: str) -> Kept:
    record = record_of(comparison.lacking, program.modules)
    try:
        (Path(program.config.base) / file).write_text(written(record), encoding="utf-8", newline="\n")
    except OSError as error:
        raise RecordError(f"the record cannot be written to {file}: {error.strerror}") from error
    return Kept(file, len(record.calls))


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
