"""Watching one flow in this process: what of its forbidden state begins to run while one of its entries does.

A flow runs where one of its entries is on the stack, and in what it starts: tasks inherit the context in which the
flow is noted, threads and executors are handed it. Functions that are harmless do not count, nor does module-level
code, nor, of a cache, what a proof has looked at and allows because it only writes. Reads that call no function of the
state's modules are not seen.
"""

from __future__ import annotations

import os
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from functools import cache
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from truthline.config.load import load
from truthline.config.problems import did_you_mean
from truthline.errors import TruthlineError
from truthline.program.engine.units import Unit
from truthline.program.load import load_modules
from truthline.program.program import Program
from truthline.syntax.pool import processors
from truthline.trace.recorder import COMPREHENSIONS, OPTIMIZED, TOOLS
from truthline.trace.recording import CodePlace
from truthline.trace.units import UnitFinder

_MOST_FRAMES = 30

_running: ContextVar[int] = ContextVar("truthline_authority", default=0)
"""How many entries of a watched flow run in this context."""


class UnknownFlowError(TruthlineError):
    """A flow that the config does not declare."""


class AuthorityViolation(AssertionError):
    """A flow touched its forbidden state; the message holds each stack."""


class Frontier:
    """What is watched of a flow: its entries, and the functions of its states that it must not run."""

    def __init__(self, program: Program, flow: str) -> None:
        self.flow = flow
        self._finder = UnitFinder(program.modules, program.bodies)
        self._entries = {unit for reference in program.config.flow[flow].entry for unit in program.units(reference)}
        self._forbidden = dict(_forbidden(program, flow))
        watched = {unit.file for unit in (*self._entries, *self._forbidden)}
        self._files = {os.path.realpath(Path(program.config.base) / file): file for file in watched}
        self._kinds: dict[CodeType, tuple[bool, str]] = {}

    def kind(self, code: CodeType) -> tuple[bool, str]:
        """Whether a code is an entry of the flow, and the forbidden state that it belongs to, if any."""
        found = self._kinds.get(code)
        if found is None:
            found = self._kinds[code] = self._kind(code)
        return found

    def _kind(self, code: CodeType) -> tuple[bool, str]:
        file = self._files.get(os.path.realpath(code.co_filename)) if code.co_flags & OPTIMIZED else None
        if file is None or code.co_name in COMPREHENSIONS:
            return False, ""
        units = self._finder.of_code(CodePlace(file, code.co_firstlineno, code.co_name))
        state = next((self._forbidden[unit] for unit in units if unit in self._forbidden), "")
        return not self._entries.isdisjoint(units), state


def _forbidden(program: Program, flow: str) -> Iterator[tuple[Unit, str]]:
    """The functions that the flow must not run, each with its state."""
    is_proven = program.flow(flow).verdict.verdict == "clean"
    visited = {node.symbol for node in program.slice(flow).nodes} if is_proven else set()
    for name in program.config.flow[flow].must_not_reach:
        state = program.state(name)
        for module in sorted(state.modules):
            for unit in program.bodies.units(module):
                only_writes = state.role == "cache" and unit.symbol in visited
                if unit.is_function and not state.is_harmless(unit) and not only_writes:
                    yield unit, name


@cache
def frontier(flow: str, directory: Path, config: Path | None) -> Frontier:
    """What to watch of a flow, once for all tests of a process. Raises UnknownFlowError."""
    program = _program(directory, config)
    declared = program.config.flow
    if flow not in declared:
        raise UnknownFlowError(f"{program.config.file} declares no flow `{flow}`{did_you_mean(flow, declared)}")
    return Frontier(program, flow)


@cache
def _program(directory: Path, config: Path | None) -> Program:
    loaded = load(directory, config)
    return Program(loaded, load_modules(loaded, processors()))


@contextmanager
def guard(flow: str, directory: Path, config: Path | None) -> Iterator[None]:
    """Watch a flow for the length of the block.

    The config is found from `directory` upward unless `config` names it. Raises UnknownFlowError or ConfigError before
    the block, and AuthorityViolation after it where the block itself raised nothing.
    """
    watcher = Watcher(frontier(flow, directory, config))
    with _inherited_by_threads(), _watching(watcher):
        yield
    if watcher.touches:
        raise AuthorityViolation("\n\n".join(watcher.touches.values()))


class Watcher:
    """Notes when entries begin and end, and each way in which the flow touched its state, by its stack."""

    def __init__(self, watched: Frontier) -> None:
        self.frontier = watched
        self.touches: dict[tuple[object, ...], str] = {}

    def begins(self, code: CodeType, frame: FrameType) -> bool:
        """A function begins or goes on; whether it is of interest at all."""
        is_entry, state = self.frontier.kind(code)
        if is_entry:
            _running.set(_running.get() + 1)
        if state and _running.get():
            self._touched(state, frame)
        return is_entry or bool(state)

    def ends(self, code: CodeType) -> bool:
        """A function ends or pauses; whether it is of interest at all."""
        is_entry, _ = self.frontier.kind(code)
        if is_entry:
            _running.set(max(_running.get() - 1, 0))
        return is_entry

    def _touched(self, state: str, frame: FrameType) -> None:
        stack: list[FrameType] = []
        below: FrameType | None = frame
        while below is not None and len(stack) < _MOST_FRAMES:
            stack.append(below)
            if self.frontier.kind(below.f_code)[0]:
                break
            below = below.f_back
        key = tuple((one.f_code, one.f_lineno) for one in stack)
        if key not in self.touches:
            summary = traceback.StackSummary.extract(
                ((one, one.f_lineno) for one in reversed(stack)), lookup_lines=True
            )
            shown = "".join(summary.format()).rstrip()
            self.touches[key] = f"flow `{self.frontier.flow}` touched `{state}`, which it must not reach:\n{shown}"


@contextmanager
def _inherited_by_threads() -> Iterator[None]:
    """Threads and jobs that a flow starts belong to it."""
    start, submit = threading.Thread.start, ThreadPoolExecutor.submit

    def started(thread: threading.Thread) -> None:
        target = getattr(thread, "_target", None)
        if (
            _running.get() and getattr(target, "__module__", "") != "concurrent.futures.thread"
        ):  # these serve others too
            context, run = copy_context(), thread.run
            thread.run = lambda: context.run(run)  # type: ignore[method-assign]
        start(thread)

    def submitted(pool: ThreadPoolExecutor, function: Callable[..., Any], /, *args: Any, **keywords: Any) -> Any:
        if _running.get():
            return submit(pool, copy_context().run, function, *args, **keywords)
        return submit(pool, function, *args, **keywords)

    threading.Thread.start = started  # type: ignore[assignment, method-assign]
    ThreadPoolExecutor.submit = submitted  # type: ignore[assignment, method-assign]
    try:
        yield
    finally:
        threading.Thread.start = start  # type: ignore[method-assign]
        ThreadPoolExecutor.submit = submit  # type: ignore[method-assign]


@contextmanager
def _watching(watcher: Watcher) -> Iterator[None]:
    monitoring = getattr(sys, "monitoring", None)
    tool = next((one for one in TOOLS if monitoring.get_tool(one) is None), None) if monitoring is not None else None
    watching = _profiled(watcher) if tool is None else _monitored(watcher, monitoring, tool)
    with watching:
        yield


@contextmanager
def _monitored(watcher: Watcher, monitoring: Any, tool: int) -> Iterator[None]:
    """By sys.monitoring; code that is of no interest is asked about once."""
    events = monitoring.events

    def begins(code: CodeType, _offset: int, *_thrown: object) -> object:
        return None if watcher.begins(code, sys._getframe(1)) else monitoring.DISABLE

    def goes_on(code: CodeType, _offset: int, _thrown: object) -> None:
        watcher.begins(code, sys._getframe(1))

    def ends(code: CodeType, _offset: int, _value: object) -> object:
        return None if watcher.ends(code) else monitoring.DISABLE

    def unwinds(code: CodeType, _offset: int, _error: object) -> None:
        watcher.ends(code)

    callbacks = {
        events.PY_START: begins,
        events.PY_RESUME: begins,
        events.PY_THROW: goes_on,
        events.PY_RETURN: ends,
        events.PY_YIELD: ends,
        events.PY_UNWIND: unwinds,
    }
    monitoring.use_tool_id(tool, "truthline authority")
    for event, callback in callbacks.items():
        monitoring.register_callback(tool, event, callback)
    monitoring.restart_events()
    monitoring.set_events(tool, sum(callbacks))
    try:
        yield
    finally:
        monitoring.set_events(tool, 0)
        for event in callbacks:
            monitoring.register_callback(tool, event, None)
        monitoring.free_tool_id(tool)


@contextmanager
def _profiled(watcher: Watcher) -> Iterator[None]:
    """By sys.setprofile, in this thread and those that start meanwhile."""

    def profile(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call":
            watcher.begins(frame.f_code, frame)
        elif event == "return":
            watcher.ends(frame.f_code)

    before = sys.getprofile()
    threading.setprofile(profile)
    sys.setprofile(profile)
    try:
        yield
    finally:
        sys.setprofile(before)
        threading.setprofile(None)
