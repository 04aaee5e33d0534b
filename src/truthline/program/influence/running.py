"""Whether control comes somewhere: what tests, callers and exceptions have to do with it."""

from __future__ import annotations

from collections.abc import Iterable

from truthline.facts import code as ir
from truthline.facts.code import Register
from truthline.program.engine.reach import reaches
from truthline.program.engine.units import Unit
from truthline.program.engine.values import Class, Constant, Context, External, Instance, Opaque, Value
from truthline.program.influence.control import Choice, Control, may_raise
from truthline.program.influence.graph import Edge, Kind, Node, Site, runs, value, whole
from truthline.program.influence.outside import Outside
from truthline.program.influence.sites import Sites

_DIVIDING = frozenset(("truediv", "floordiv", "mod"))


class Running:
    """The edges of questions about control."""

    def __init__(self, sites: Sites, outside: Outside) -> None:
        self.sites = sites
        self.engine = sites.engine
        self.outside = outside
        self._controls: dict[Unit, Control] = {}

    def control(self, unit: Unit) -> Control:
        """The choices in a body."""
        found = self._controls.get(unit)
        if found is None:
            found = self._controls[unit] = Control(unit)
        return found

    def chosen(self, context: Context, choices: Iterable[Choice]) -> Iterable[Edge]:
        """What choices depend on."""
        for choice in sorted(choices):
            test = context.unit.code.blocks[choice.block].test
            if not choice.is_test:
                yield from map(_whether, self.raising(context, choice.block))
            elif test is not None and isinstance(context.unit.code.instructions[test], ir.Caught):
                for block in self.protected_by(context.unit, choice.block):
                    yield from map(_whether, self.raising(context, block))
            elif test is not None:
                yield value(context, test)

    def runs(self, node: Node) -> Iterable[Edge]:
        context = node.context
        if context is None:
            return
        choices = self.control(context.unit).deciding(node.register)
        yield from self.chosen(context, choices)
        yield from (runs(context, block) for block in sorted({choice.block for choice in choices}))

    def called(self, node: Node) -> Iterable[Edge]:
        for site in self.sites.running(node.context) if node.context is not None else ():
            instruction = site.context.unit.code.instructions[site.register]
            if isinstance(instruction, ir.Call):
                yield Edge(Node("value", site.context, instruction.func), "anywhere")
            yield Edge(Node("runs", site.context, block_of(site.context.unit, site.register)), "anywhere")
            yield Edge(Node("called", site.context), "anywhere")

    def raising(self, context: Context, block: int) -> Iterable[Edge]:
        """On what it depends whether an instruction of a block raises."""
        for register in context.unit.code.blocks[block].registers:
            instruction = context.unit.code.instructions[register]
            if isinstance(instruction, ir.Raise):
                yield runs(context, block)
            elif isinstance(instruction, (ir.Call, ir.Await)):
                yield from self._raising_call(context, register, instruction)
            elif isinstance(instruction, (ir.Binary, ir.Compare)):
                yield from self._raising_operator(context, instruction)
            elif may_raise(instruction):
                yield value(context, register)

    def _raising_operator(self, context: Context, one: ir.Binary | ir.Compare) -> Iterable[Edge]:
        """An operator fails on what it does not support, by all that is known on None; a division on zero."""
        divides = isinstance(one, ir.Binary) and one.op in _DIVIDING
        for operand in (one.left, one.right):
            if may_raise(one) and (divides or any(map(_may_be_none, self.engine.value(context, operand)))):
                yield value(context, operand)

    def _raising_call(self, context: Context, register: Register, call: ir.Call | ir.Await) -> Iterable[Edge]:
        if isinstance(call, ir.Call) and self.outside.only_logs(context, register, call):
            return
        targets = self._raised_within(context, register)
        yield from targets
        is_model = any(target.unit.model for target in self.engine.execute(context, register).targets)
        if isinstance(call, ir.Call) and (is_model or self.outside.is_external(context, call)):
            yield value(context, register)

    def _raised_within(self, context: Context, register: Register) -> list[Edge]:
        targets = self.engine.execute(context, register).targets
        return [into("raised", target, context, register) for target in targets if target.unit.is_function]

    def is_reached(self, context: Context, register: Register) -> bool:
        """Whether control can come to an instruction in a context."""
        return context.unit.place(register) is not None and reaches(self.engine, context, register)

    # -- exceptions ---------------------------------------------------------------------------

    def protected_by(self, unit: Unit, block: int) -> list[int]:
        """The blocks whose exceptions come to a clause, past the clauses before it."""
        pending, found, seen = [block], [], set()
        while pending:
            number = pending.pop()
            if number in seen:
                continue
            seen.add(number)
            for before in unit.predecessors[number]:
                if number in unit.code.blocks[before].handlers:
                    found.append(before)
                elif self._is_clause(unit, before):
                    pending.append(before)
        return found

    def _is_clause(self, unit: Unit, block: int) -> bool:
        test = unit.code.blocks[block].test
        return test is not None and isinstance(unit.code.instructions[test], ir.Caught)

    def raised(self, node: Node) -> Iterable[Edge]:
        """What a context raises and does not catch; implicit exceptions are nobody's decision."""
        context = node.context
        if context is None:
            return
        for register, instruction in enumerate(context.unit.code.instructions):
            if not isinstance(instruction, (ir.Raise, ir.Call, ir.Await)) or not self.is_reached(context, register):
                continue
            block = block_of(context.unit, register)
            if context.unit.code.blocks[block].handlers:
                continue
            if not isinstance(instruction, ir.Raise):
                within = self._raised_within(context, register)
                yield from map(_whether, within) if node.mode == "denied" else within
            elif instruction.value is not None:
                if node.mode != "denied" or not self._is_plainly_made(context, instruction.value):
                    yield whole(context, instruction.value)
                yield runs(context, block)
            else:
                yield from self._raised_again(context, block)

    def _is_plainly_made(self, context: Context, register: Register) -> bool:
        """Whether an exception is made on the spot, by one class: whatever it carries, the same clause catches it."""
        call = context.unit.code.instructions[register]
        callees = self.engine.value(context, call.func) if isinstance(call, ir.Call) else ()
        return len(callees) == 1 and all(isinstance(one, Class) for one in callees)

    def _raised_again(self, context: Context, block: int) -> Iterable[Edge]:
        """What a `raise` without a value lets pass: of what its handler protects from, what no clause has caught."""
        unit = context.unit
        handlers = [one for one in _handlers(unit) if unit.dominance.dominates(one, block)]
        if not handlers:
            yield runs(context, block)  # an assertion
        passed = self._passed_clauses(unit, block)
        for handler in handlers:
            for before in unit.predecessors[handler]:
                if handler in unit.code.blocks[before].handlers:
                    yield from self._raised_in(context, before, passed)

    def _raised_in(self, context: Context, block: int, passed: list[Register]) -> Iterable[Edge]:
        for register in context.unit.code.blocks[block].registers:
            instruction = context.unit.code.instructions[register]
            if isinstance(instruction, ir.Raise):
                if not self._are_caught(context, passed, self.engine.value(context, register)):
                    yield runs(context, block)
            elif isinstance(instruction, (ir.Call, ir.Await)):
                for edge in self._raised_within(context, register):
                    raised = self._raisable(edge.node.context) if edge.node.context is not None else frozenset()
                    if not self._are_caught(context, passed, raised):
                        yield edge

    def _passed_clauses(self, unit: Unit, block: int) -> list[Register]:
        """The clauses that an exception has not matched where a handler raises it again at its end."""
        found: list[Register] = []
        number: int | None = block
        while number is not None:
            before = [one for one in unit.predecessors[number] if self._is_clause(unit, one)]
            clause = before[0] if len(before) == 1 and unit.code.blocks[before[0]].successors[-1] == number else None
            if clause is not None:
                test = unit.code.blocks[clause].test
                found += [test] if test is not None else []
            number = clause
        return found

    def _raisable(self, context: Context) -> frozenset[Value]:
        """What a call of a context can raise explicitly, by anything that it executes."""
        found: set[Value] = set()
        for inner in self.sites.within(context):
            for register, _ in inner.unit.find(ir.Raise):
                found |= self.engine.value(inner, register)
        return frozenset(found)

    def _are_caught(self, context: Context, clauses: list[Register], raised: Iterable[Value]) -> bool:
        """Whether clauses catch everything that is raised."""
        caught = [one for clause in clauses for one in self.engine.value(context, clause)]
        return all(any(self._catches(one, value) for one in caught) for value in raised)

    def _catches(self, clause: Value, raised: Value) -> bool:
        if isinstance(clause, Instance) and isinstance(raised, Instance):
            return self.engine.classes.is_subclass(raised.cls, clause.cls)
        if isinstance(clause, Instance):
            return clause.cls.unit.name in ("Exception", "BaseException")
        return clause is raised


def _whether(edge: Edge) -> Edge:
    """Of an exception that leaves a call: whether it does, and not what it carries."""
    return edge._replace(node=edge.node._replace(mode="denied")) if edge.node.kind == "raised" else edge


def _may_be_none(one: Value) -> bool:
    return isinstance(one, (External, Opaque)) or (isinstance(one, Constant) and one.value is None)


def _handlers(unit: Unit) -> list[int]:
    return sorted({handler for block in unit.code.blocks for handler in block.handlers})


def into(kind: Kind, target: Context, context: Context, register: Register) -> Edge:
    """What leaves a context that an instruction executes."""
    return Edge(Node(kind, target), "into", Site(context, register))


def block_of(unit: Unit, register: Register) -> int:
    """The block of an instruction; the first for one that control cannot come to."""
    place = unit.place(register)
    return place[0] if place is not None else 0
