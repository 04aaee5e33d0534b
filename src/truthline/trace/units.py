"""From the code that an interpreter ran to the units of the program."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property

from truthline.program.bodies import BodyStore
from truthline.program.engine.units import Unit
from truthline.program.modules import Modules
from truthline.trace.recording import CodePlace, Frame

MODULE = "<module>"
LAMBDA = "<lambda>"


class UnitFinder:
    """The units of analysed files by file, name and first line.

    A decorated function begins for the interpreter at its first decorator, in the facts at `def`: the first unit
    of that name from that line on is meant. Several lambdas on one line cannot be told apart.
    """

    def __init__(self, modules: Modules, bodies: BodyStore) -> None:
        self._modules = modules
        self._bodies = bodies
        self._files: dict[str, _File] = {}

    def of_code(self, code: CodePlace) -> tuple[Unit, ...]:
        """The functions, classes or modules that a code may be; empty for a comprehension."""
        return self._file(code.file).named(code.name, code.first_line)

    def of_frame(self, frame: Frame) -> tuple[Unit, ...]:
        """The functions or modules in which a frame is: a class body or comprehension runs in what holds it."""
        found = self.of_code(frame.code) or self._file(frame.code.file).around(frame.code.first_line)
        return tuple(dict.fromkeys(holder(unit) for unit in found))

    def _file(self, file: str) -> _File:
        found = self._files.get(file)
        if found is None:
            module = self._modules.by_file[file]
            found = self._files[file] = _File(self._bodies.units(module.name))
        return found


class _File:
    def __init__(self, units: tuple[Unit, ...]) -> None:
        self._units = units

    @cached_property
    def _names(self) -> dict[str, dict[int, list[Unit]]]:
        found: dict[str, dict[int, list[Unit]]] = defaultdict(dict)
        for unit in self._units:
            kind = unit.code.kind
            name = MODULE if kind == "module" else LAMBDA if kind == "lambda" else unit.name
            found[name].setdefault(unit.code.position[0], []).append(unit)
        return found

    def named(self, name: str, first_line: int) -> tuple[Unit, ...]:
        lines = self._names.get(name, {})
        if name == MODULE:
            return tuple(unit for units in lines.values() for unit in units)
        line = min((line for line in lines if line >= first_line), default=0)
        return tuple(lines.get(line, ()))

    def around(self, line: int) -> tuple[Unit, ...]:
        """The innermost function or class that holds a line."""
        holding = [one for one in self._units if one.code.position[0] <= line <= one.code.position[2]]
        inner = [one for one in holding if one.code.kind != "module"]
        if inner:
            return (max(inner, key=lambda unit: (unit.code.position[0], unit.code.index)),)
        return self._units[:1]


def holder(unit: Unit) -> Unit:
    """The function or module in which a class body runs; any other unit itself."""
    while unit.code.kind == "class" and unit.parent is not None:
        unit = unit.parent
    return unit
