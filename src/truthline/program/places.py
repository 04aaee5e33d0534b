"""From registers to places in the text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from truthline.facts.code import Position, Register
from truthline.model.finding import Step, StepKind
from truthline.model.location import Location, Span
from truthline.program.engine.units import Unit
from truthline.program.engine.values import Context
from truthline.program.modules import Modules
from truthline.program.recorded import KeptCall


class Places:
    """Locations, source lines and witness steps of units."""

    def __init__(self, modules: Modules, recorded: Iterable[KeptCall] = ()) -> None:
        self._modules = modules
        self._recorded = frozenset((call.caller, call.at, call.callee) for call in recorded)

    def location(self, unit: Unit, register: Register) -> Location:
        """Where an instruction stands."""
        return Location(unit.file, self._span(unit.file, unit.code.where(register)))

    def definition(self, unit: Unit) -> Location:
        """The line on which a function begins."""
        line, column, _, _ = unit.code.position
        text = self.line(unit.file, line)
        return Location(unit.file, self._span(unit.file, (line, column, line, len(text.rstrip().encode()))))

    def step(self, unit: Unit, register: Register, kind: StepKind) -> Step:
        """A witness step at an instruction."""
        location = self.location(unit, register)
        return Step(location, unit.symbol, kind, self.line(unit.file, location.span.line).strip())

    def way(self, calls: Sequence[tuple[Context, Register]], end: Unit) -> Iterable[Step]:
        """The steps of successive calls, the last of which is one of `end`."""
        called = [*(context.unit for context, _ in calls[1:]), end]
        for (context, register), callee in zip(calls, called, strict=False):
            step = self.step(context.unit, register, "call")
            shown = (context.unit.symbol, context.unit.code.where(register), callee.symbol) in self._recorded
            yield replace(step, recorded=True) if shown else step

    def entry(self, unit: Unit) -> Step:
        """The first step of a witness."""
        location = self.definition(unit)
        return Step(location, unit.symbol, "entry", self.line(unit.file, location.span.line).strip())

    def line(self, file: str, number: int) -> str:
        """A line of a file; empty where there is none."""
        lines = self._modules.source_lines(file)
        text = lines[number - 1] if 0 < number <= len(lines) else ""
        self._modules.asked.lines.setdefault(file, {})[number] = text
        return text

    def text(self, unit: Unit, register: Register) -> str:
        """The text of an instruction, on one line."""
        line, column, end_line, end_column = unit.code.where(register)
        first = self.line(unit.file, line).encode()
        end = end_column if end_line == line else len(first)
        return first[column:end].decode("utf-8", "replace").strip()

    def passage(self, unit: Unit, register: Register) -> str:
        """The whole text of an instruction, over as many lines as it has."""
        line, column, end_line, end_column = unit.code.where(register)
        lines = [self.line(unit.file, number).encode() for number in range(line, end_line + 1)]
        if not lines:
            return ""
        lines[-1] = lines[-1][:end_column]
        lines[0] = lines[0][column:]
        return b"\n".join(lines).decode("utf-8", "replace")

    def _span(self, file: str, position: Position) -> Span:
        line, column, end_line, end_column = position
        if line <= 0:
            return Span(1, 1, 1, 1)
        return Span(line, self._column(file, line, column), end_line, self._column(file, end_line, end_column))

    def _column(self, file: str, line: int, offset: int) -> int:
        """From a byte offset to a column that counts characters from 1."""
        text = self.line(file, line)
        if text.isascii():
            return offset + 1
        return len(text.encode()[:offset].decode("utf-8", "replace")) + 1
