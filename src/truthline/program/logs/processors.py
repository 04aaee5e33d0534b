"""What a function that stands between a log call and its record does with one field.

structlog's processors, filters of `logging`, record factories and loguru's patchers get a mapping or a record, and hand
it on. Such a function is walked for one field's name: a test of that name has one answer, a loop over the fields
comes to it once, and one over written texts comes to each. Where a test cannot be answered, both ways are walked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from truthline.facts import code as ir
from truthline.facts.code import Register
from truthline.program.engine.engine import Engine
from truthline.program.engine.values import Function, Method, Value
from truthline.program.logs.answers import RECORD, FieldAnswers, Hides, Kind, State, Step, as_kind
from truthline.program.logs.definitions import called_name

_MOST_STATES = 4_000
_DEEPEST = 4


class Ending(msgspec.Struct, frozen=True):
    """A field at the end of a step: in what is handed on, and in what came in."""

    returned: Kind
    kept: Kind


_State = tuple[tuple[Register, object], ...]


class FieldWalk(FieldAnswers):
    """Walks one step for one field."""

    def __init__(self, engine: Engine, step: Step, name: str, hides: Hides, depth: int = 0) -> None:
        super().__init__(engine, step, name, hides)
        self.depth = depth

    def endings(self, start: Kind) -> frozenset[Ending] | None:
        """How the field can be at the end; what drops the whole record is no end. None where the walk is too long."""
        if not self.unit.code.blocks or self.depth > _DEEPEST:
            return None
        found: set[Ending] = set()
        first: tuple[int, int, _State] = (0, -1, ((RECORD, start),))
        pending, seen = [first], {first}
        while pending:
            number, came_from, state = pending.pop()
            for further in self._block(number, came_from, dict(state), found):
                if further not in seen:
                    seen.add(further)
                    pending.append(further)
            if len(seen) > _MOST_STATES:
                return None
        return frozenset(found)

    # -- blocks -------------------------------------------------------------------------------

    def _block(
        self, number: int, came_from: int, state: State, found: set[Ending]
    ) -> Iterator[tuple[int, int, _State]]:
        block = self.unit.code.blocks[number]
        for register in block.registers:
            one = self.code[register]
            if isinstance(one, ir.Phi):
                self._choose(register, one, came_from, state)
            elif isinstance(one, ir.Return):
                found.update(self._ending(one, state))
                return
            else:
                self._execute(register, one, state)
        ways = self._ways(block, state)
        for successor, after in ways:
            yield successor, number, _frozen(after)

    def _ways(self, block: ir.Block, state: State) -> Iterable[tuple[int, State]]:
        if block.test is None or len(block.successors) != 2:
            return [(successor, state) for successor in block.successors]
        into, past = block.successors
        asked = self.code[block.test]
        if isinstance(asked, ir.Next):
            return self._iterations(block.test, asked, into, past, state)
        answer = self.truth(asked.value, state) if isinstance(asked, ir.Test) else None
        return [(way, state) for way, taken in ((into, True), (past, False)) if answer is not (not taken)]

    def _iterations(
        self, register: Register, one: ir.Next, into: int, past: int, state: State
    ) -> Iterable[tuple[int, State]]:
        """The next item of a loop, or its end; both where nothing is known of what it goes over."""
        items = self.items(one.base, state)
        if items is None:
            return [(into, {**state, register: None}), (past, state)]
        reached = state.get(register)
        place = reached + 1 if isinstance(reached, int) else 0
        if place < len(items):
            return [(into, {**state, register: place})]
        return [(past, {key: value for key, value in state.items() if key != register})]

    def _choose(self, register: Register, phi: ir.Phi, came_from: int, state: State) -> None:
        if not phi.sources:
            chosen: Iterable[Register] = phi.args[:1]
        else:
            chosen = [arg for arg, source in zip(phi.args, phi.sources, strict=True) if source == came_from] or phi.args
        for arg in chosen:
            root = self.root(arg, state)
            state[register] = ("is", root) if root is not None else self.kind_of(arg, state)

    def _ending(self, one: ir.Return, state: State) -> Iterator[Ending]:
        returned = self.code[one.value]
        if isinstance(returned, ir.Const) and returned.value is False:
            return  # the record is dropped
        kept = as_kind(state.get(RECORD))
        root = self.root(one.value, state)
        inner = [*self._called(returned, state)] if isinstance(returned, ir.Call) and root is None else []
        yield from inner or [Ending(kept if root is None else as_kind(state.get(root)), kept)]

    # -- instructions -------------------------------------------------------------------------

    def _execute(self, register: Register, one: ir.AnyInstruction, state: State) -> None:
        match one:
            case ir.SetItem(base=base, key=key, value=value):
                self._put(self.root(base, state), self.text(key, state), value, state)
            case ir.SetAttr(base=base, name=name, value=value):
                self._put(self.root(base, state), name, value, state)
            case ir.DelItem(base=base, key=key):
                self._take(self.root(base, state), self.text(key, state), state)
            case ir.DelAttr(base=base, name=name):
                self._take(self.root(base, state), name, state)
            case ir.BuildDict(items=items):
                state[register] = self._displayed(items, state)
            case ir.Call():
                self._call(register, one, state)

    def _put(self, root: Register | None, key: str | None, value: Register, state: State) -> None:
        if root is not None and key == self.name:
            state[root] = self.kind_of(value, state)

    def _take(self, root: Register | None, key: str | None, state: State) -> None:
        if root is not None and key == self.name:
            state[root] = "absent"

    def _displayed(self, items: tuple[tuple[Register | None, Register], ...], state: State) -> Kind:
        kind: Kind = "absent"
        for key, value in items:
            if key is None:
                inner = self.root(value, state)
                spread = as_kind(state.get(inner)) if inner is not None else "absent"
                kind = spread if spread != "absent" else kind
            elif self.text(key, state) == self.name:
                kind = self.kind_of(value, state)
        return kind

    def _call(self, register: Register, call: ir.Call, state: State) -> None:
        func = self.code[call.func]
        name = called_name(self.unit, call)
        copied = self._copied(call, func, state) if name in ("dict", "copy", "deepcopy") else None
        if copied is not None:
            state[register] = as_kind(state.get(copied))
            self._keywords(register, call, state)
            return
        if name in ("setattr", "delattr") and len(call.args) >= 2:
            root, key = self.root(call.args[0], state), self.text(call.args[1], state)
            if name == "setattr" and len(call.args) > 2:
                self._put(root, key, call.args[2], state)
            else:
                self._take(root, key, state)
            return
        root = self.root(func.base, state) if isinstance(func, ir.Attr) else None
        if root is not None:
            self._method(root, name, call, state)
        else:
            for ending in self._called(call, state):
                state[RECORD] = ending.kept

    def _copied(self, call: ir.Call, func: ir.AnyInstruction, state: State) -> Register | None:
        base = func.base if isinstance(func, ir.Attr) and not call.args else next(iter(call.args), None)
        return self.root(base, state) if base is not None else None

    def _method(self, root: Register, name: str, call: ir.Call, state: State) -> None:
        key = self.text(call.args[0], state) if call.args else None
        if name in ("pop", "__delitem__"):
            self._take(root, key, state)
        elif name == "clear":
            state[root] = "absent"
        elif name == "setdefault" and key == self.name and as_kind(state.get(root)) == "absent":
            state[root] = "hidden"
        elif name == "update":
            for given in call.args:
                inner = self.root(given, state)
                if inner is not None and as_kind(state.get(inner)) != "absent":
                    state[root] = state.get(inner)
            self._keywords(root, call, state)

    def _keywords(self, root: Register, call: ir.Call, state: State) -> None:
        for keyword, value in call.keywords:
            if keyword == self.name:
                state[root] = self.kind_of(value, state)

    def _called(self, call: ir.Call, state: State) -> Iterator[Ending]:
        """A function of the analysed code that is handed the record."""
        handed = [place for place, given in enumerate(call.args) if self.root(given, state) == RECORD]
        if not handed:
            return
        for value in sorted(self.engine.value(self.step.context, call.func), key=repr):
            found = step_of(self.engine, value, handed[0])
            if found is not None and found.unit is not self.unit:
                inner = FieldWalk(self.engine, found, self.name, self.hides, self.depth + 1)
                yield from inner.endings(as_kind(state.get(RECORD))) or ()


def _frozen(state: State) -> _State:
    return tuple(sorted(state.items(), key=lambda item: item[0]))


def put_by(engine: Engine, step: Step) -> frozenset[str]:
    """The fields that a step puts into every record."""
    texts = {one.value for _, one in step.unit.find(ir.Const) if isinstance(one.value, str)}
    keywords = {name for _, call in step.unit.find(ir.Call) for name, _ in call.keywords if name is not None}
    found: set[str] = set()
    for name in sorted(texts | keywords):
        endings = FieldWalk(engine, step, name, lambda _unit, _register: False).endings("absent")
        if endings and all(one.kept != "absent" for one in endings):
            found.add(name)
    return frozenset(found)


def step_of(engine: Engine, value: Value, param: int | None, inside: str | None = None) -> Step | None:
    """A function or method of the analysed code as a step that is handed the record at a place of its arguments."""
    bound: list[Value | None] = []
    while isinstance(value, Method):
        bound.append(value.bound)
        value = value.function
    if not isinstance(value, Function) or value.unit.model:
        return None
    params = value.unit.code.params
    key = [*bound[::-1], *([None] * len(params))][: len(params)]
    context = engine.universe.context(value.unit, value.closure, tuple(key), ambient=True)
    place = None if param is None else param + len(bound)
    return Step(value.unit, context, place, inside) if place is None or place < len(params) else None
