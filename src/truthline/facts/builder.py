"""Building one code in static single assignment form while its tree is walked.

After Braun et al., "Simple and Efficient Construction of Static Single Assignment Form" (CC 2013):
a block is sealed when all its predecessors are known; a read in an unsealed block leaves a phi that
sealing completes.
"""

from collections.abc import Iterable

from truthline.facts.code import (
    AnyInstruction,
    Block,
    Call,
    Phi,
    Position,
    Register,
    Undefined,
)

NOWHERE: Position = (0, 0, 0, 0)
_DEEP = 60  # joins on the stack after which a phi's arguments are looked up later


class _Block:
    """A block under construction."""

    __slots__ = ("handlers", "incomplete", "predecessors", "registers", "sealed", "successors", "test", "values")

    def __init__(self, handlers: tuple[int, ...], sealed: bool) -> None:
        self.registers: list[Register] = []
        self.successors: list[int] = []
        self.predecessors: list[int] = []
        self.test: Register | None = None
        self.handlers = handlers
        self.sealed = sealed
        self.values: dict[str, Register] = {}
        self.incomplete: dict[str, Register] = {}


class Protection:
    """A region whose exceptions are handled: what each assigned name can be when one is raised."""

    def __init__(self, handler: int, names: Iterable[str]) -> None:
        self.handler = handler
        self.values: dict[str, list[Register]] = {name: [] for name in names}


class Builder:
    """The instructions and blocks of one code. `current` is None where control cannot come."""

    def __init__(self) -> None:
        self.instructions: list[AnyInstruction] = []
        self.positions: list[Position] = []
        self.protections: list[Protection] = []
        self._blocks: list[_Block] = []
        self.current: int | None = self.block(sealed=True)
        self._undefined: Register | None = None
        self._depth = 0
        self._pending: list[tuple[Register, str, _Block]] = []

    # -- blocks -------------------------------------------------------------------------------

    def block(self, sealed: bool = False) -> int:
        """A new block, protected by the innermost region."""
        handlers = (self.protections[-1].handler,) if self.protections else ()
        self._blocks.append(_Block(handlers, sealed))
        return len(self._blocks) - 1

    def place(self) -> int:
        """The current block; -1 where control cannot come."""
        return -1 if self.current is None else self.current

    def jump(self, target: int) -> None:
        """Ends the current block with a way to `target`."""
        if self.current is not None:
            self._link(self.current, target)
            self.current = None

    def branch(self, test: Register, then: int, otherwise: int) -> None:
        """Ends the current block with two ways."""
        if self.current is not None:
            self._blocks[self.current].test = test
            self._link(self.current, then)
            self._link(self.current, otherwise)
            self.current = None

    def handle(self, handler: int, origin: int) -> None:
        """Makes `origin` the block whose values `handler` starts from; names assigned in between are set apart."""
        self._blocks[handler].predecessors.append(origin)

    def start(self, block: int) -> bool:
        """Seals `block` and goes on in it; False where nothing leads there."""
        self.seal(block)
        self.current = block if self._blocks[block].predecessors else None
        return self.current is not None

    def enter(self, block: int) -> None:
        """Goes on in a block that gets more predecessors later."""
        self.current = block

    def seal(self, block: int) -> None:
        """All predecessors of `block` are known now."""
        state = self._blocks[block]
        if state.sealed:
            return
        state.sealed = True
        for name, phi in state.incomplete.items():
            self.instructions[phi] = self._joining(name, state)
        state.incomplete.clear()

    def _link(self, source: int, target: int) -> None:
        self._blocks[source].successors.append(target)
        self._blocks[target].predecessors.append(source)

    # -- instructions -------------------------------------------------------------------------

    def emit(self, instruction: AnyInstruction, position: Position = NOWHERE) -> Register:
        """Appends an instruction to the current block; where control cannot come it is kept outside all blocks."""
        self.instructions.append(instruction)
        self.positions.append(position)
        register = len(self.instructions) - 1
        if self.current is not None:
            self._blocks[self.current].registers.append(register)
        return register

    def calls_since(self, register: Register) -> bool:
        """Whether anything is called, or another block begun, between `register` and here."""
        if self.current is None or not self._blocks[self.current].registers:
            return True
        for earlier in reversed(self._blocks[self.current].registers):
            if earlier == register:
                return False
            if isinstance(self.instructions[earlier], Call):
                return True
        return True

    # -- variables ----------------------------------------------------------------------------

    def write(self, name: str, value: Register) -> None:
        """Assigns a local variable."""
        if self.current is None:
            return
        self._blocks[self.current].values[name] = value
        for protection in self.protections:
            if name in protection.values:
                protection.values[name].append(value)

    def read(self, name: str) -> Register | None:
        """The value of a local variable here; None where no assignment can have been made."""
        if self.current is None:
            return self.undefined()
        value = self._read(name, self.current)
        while self._pending:
            phi, variable, state = self._pending.pop()
            self.instructions[phi] = self._joining(variable, state)
        return None if isinstance(self.instructions[value], Undefined) else value

    def undefined(self) -> Register:
        """The register of an unassigned variable."""
        if self._undefined is None:
            self.instructions.append(Undefined())
            self.positions.append(NOWHERE)
            self._undefined = len(self.instructions) - 1
            self._blocks[0].registers.insert(0, self._undefined)
        return self._undefined

    def phi(self, values: list[Register], sources: list[int] | None = None) -> Register:
        """One of `values`, which come from the blocks `sources`; no instruction where they are all the same."""
        distinct = list(dict.fromkeys(values))
        if len(distinct) == 1:
            return distinct[0]
        return self.emit(Phi(tuple(distinct)) if sources is None else Phi(tuple(values), tuple(sources)))

    def _read(self, name: str, block: int) -> Register:
        chain: list[int] = []
        while True:
            state = self._blocks[block]
            if name in state.values:
                value = state.values[name]
                break
            chain.append(block)
            if state.sealed and len(state.predecessors) == 1:
                block = state.predecessors[0]
                continue
            value = self._read_joined(name, state, block)
            break
        for passed in chain:
            self._blocks[passed].values[name] = value
        return value

    def _read_joined(self, name: str, state: _Block, block: int) -> Register:
        if state.sealed and not state.predecessors:
            return self.undefined()
        phi = self._new_phi(block)
        state.values[name] = phi
        if not state.sealed:
            state.incomplete[name] = phi
            return phi
        if self._depth > _DEEP:
            self._pending.append((phi, name, state))
            return phi
        self._depth += 1
        joining = self._joining(name, state)
        self._depth -= 1
        self.instructions[phi] = joining
        distinct = set(joining.args) - {phi}
        return distinct.pop() if len(distinct) == 1 else phi

    def _new_phi(self, block: int) -> Register:
        self.instructions.append(Phi(()))
        self.positions.append(NOWHERE)
        register = len(self.instructions) - 1
        self._blocks[block].registers.insert(0, register)
        return register

    def _joining(self, name: str, state: _Block) -> Phi:
        values = {predecessor: self._read(name, predecessor) for predecessor in state.predecessors}
        if len(set(values.values())) == 1:
            return Phi((next(iter(values.values())),))
        return Phi(tuple(values.values()), tuple(values))

    # -- the result ---------------------------------------------------------------------------

    def blocks(self) -> tuple[Block, ...]:
        """The finished blocks."""
        return tuple(
            Block(tuple(block.registers), tuple(block.successors), block.test, block.handlers) for block in self._blocks
        )
