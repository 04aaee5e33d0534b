"""Where a value comes from, path by path: the edges of a question about provenance.

Influence asks what a value depends on in any way; provenance asks only what it is, or is computed from. What chooses
between several values counts where it makes the difference between a true literal and a false one (see `guards`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from truthline.facts import code as ir
from truthline.facts.code import Register
from truthline.program.engine.calls import suspended
from truthline.program.engine.reach import comes_from
from truthline.program.engine.units import operands
from truthline.program.engine.values import (
    Constant,
    Context,
    External,
    Instance,
    ModuleValue,
    Opaque,
    Value,
)
from truthline.program.influence.dependence import Dependence
from truthline.program.influence.graph import Edge, Kind, Mode, Node, Site
from truthline.program.influence.outside import is_pure, written_names
from truthline.program.influence.running import block_of
from truthline.program.influence.writings import intrinsic_of

_COMPUTED: tuple[Mode, ...] = ("computed", "denied")
_ITSELF: tuple[Mode, ...] = ("as-it-is", "negated")
RETURNS = -2
STORES = -3
"""In place of a block where ways meet: the end of the function, and memory."""
_DATA = frozenset(
    ("get", "pop", "items", "values", "keys", "copy", "strip", "lower", "upper", "split", "decode", "encode", "json",
     "dict", "model_dump", "getlist", "startswith", "endswith", "isdigit", "first", "all", "one", "scalar", "format")
)  # fmt: skip
"""Methods that only take something out of what they are asked of."""


class Origins:
    """The edges of a question about provenance, made when they are asked for."""

    def __init__(self, dependence: Dependence, is_source: Callable[[Node], bool]) -> None:
        self.dependence = dependence
        self.engine = dependence.engine
        self.sites = dependence.sites
        self._is_source = is_source

    def expand(self, node: Node) -> Iterable[Edge]:
        """Where a value comes from, one step back; nothing where it is a source."""
        if self._is_source(node):
            return ()
        edges = list(self._edges(node, node.context) if node.context is not None else self._held(node))
        self.engine.solver.settle()
        return edges

    def pass_in(self, site: Site, received: Node) -> Iterable[Edge]:
        """What a parameter of a called context receives at a call."""
        mode = received.mode
        if received.kind == "part":
            yield from self._written(self.dependence.parts.pass_in(site, received), mode)
            return
        passed = self.sites.received(site, received)
        if passed.omitted:
            for context, register in self.sites.defaults(received):
                yield Edge(Node("value", context, register, mode=mode), "anywhere")
        for register in (*passed.plain, *passed.whole):
            yield Edge(Node("value", site.context, register, mode=mode))
        for register, name in passed.parts:
            yield from self.passed(site, register, name, mode)

    def _edges(self, node: Node, context: Context) -> Iterable[Edge]:
        if node.kind == "returned":
            yield from self._returned(context, node.mode)
        elif node.kind == "yielded":
            for _, one in context.unit.find(ir.Yield):
                yield Edge(Node("value", context, one.value, mode=node.mode))
        elif node.kind == "runs":
            yield from self._runs(context, node.register)
        elif node.kind == "called":
            yield from self._called(context)
        elif node.kind == "part":
            yield from self._written(self.dependence.parts.expand(node), node.mode)
        elif node.kind == "value" and self.dependence.running.is_reached(context, node.register):
            instruction = context.unit.code.instructions[node.register]
            step = _STEPS.get(type(instruction), Origins._computed)
            yield from step(self, context, node.register, instruction, node.mode)

    def _held(self, node: Node) -> Iterable[Edge]:
        for edge in self.dependence.memory.inside(node.thing) if node.thing is not None else ():
            yield self._moded(edge, node.mode)

    # -- values that are what another value is ------------------------------------------------

    def _nothing(self, context: Context, register: Register, one: ir.AnyInstruction, mode: Mode) -> Iterable[Edge]:
        return ()

    def _same(self, context: Context, register: Register, one: ir.AnyInstruction, mode: Mode) -> Iterable[Edge]:
        for operand in operands(one)[:1]:
            yield Edge(Node("value", context, operand, mode=mode))

    def _phi(self, context: Context, register: Register, one: ir.Phi, mode: Mode) -> Iterable[Edge]:
        origins = comes_from(self.engine, context, register) if one.sources else None
        sources: Iterable[int] = one.sources or (-1,) * len(one.args)
        join = block_of(context.unit, register)
        for argument, source in zip(one.args, sources, strict=True):
            if argument == register or (origins is not None and source not in origins):
                continue
            if mode in _ITSELF and self._fails_there(context, argument, (source, join), mode):
                yield Edge(Node("value", context, argument, mode="denied"))
            else:
                yield self._taken(context, argument, (source, join), mode)
        if mode in _COMPUTED and one.sources:
            for choice in sorted(self.dependence.running.control(context.unit).choosing(join)):
                yield from self.tests(context, choice.block, choice.is_test)

    def _taken(self, context: Context, register: Register, way: tuple[int, int], mode: Mode) -> Edge:
        """A value that is taken on one way of several: a literal is guarded by what leads there."""
        literal = self._literal(context, register)
        if mode in _ITSELF and literal is not None and way[0] >= 0:
            return Edge(Node("guarded", context, literal, mode=mode, way=way))
        return Edge(Node("value", context, register, mode=mode))

    def _literal(self, context: Context, register: Register) -> Register | None:
        instruction = context.unit.code.instructions[register]
        while isinstance(instruction, (ir.Hint, ir.Narrow)) and instruction.value is not None:
            register = instruction.value
            instruction = context.unit.code.instructions[register]
        return register if isinstance(instruction, ir.Const) else None

    def _fails_there(self, context: Context, register: Register, way: tuple[int, int], mode: Mode) -> bool:
        """Whether a value comes by the way that `and` takes when it is false; negated, `or` when it is true."""
        source, join = way
        if source < 0:
            return False
        block = context.unit.code.blocks[source]
        asked = context.unit.code.instructions[block.test] if block.test is not None else None
        if not isinstance(asked, ir.Test) or asked.value != register or len(block.successors) != 2:
            return False
        taken, other = block.successors if mode == "negated" else block.successors[::-1]
        return taken == join != other

    def _returned(self, context: Context, mode: Mode) -> Iterable[Edge]:
        found = [one for one in context.unit.find(ir.Return) if self.dependence.running.is_reached(context, one[0])]
        for register, one in found:
            way = (block_of(context.unit, register) if len(found) > 1 else -1, RETURNS)
            yield self._taken(context, one.value, way, mode)
            if mode in _COMPUTED and len(found) > 1:
                yield from self._runs(context, way[0])

    def _unary(self, context: Context, register: Register, one: ir.Unary, mode: Mode) -> Iterable[Edge]:
        """`not x` is what `x` is not; of a container, it is computed from what is in it."""
        values = self.engine.value(context, one.operand)
        holds = any(isinstance(value, Instance) and value.cls.unit.model and not value.anywhere for value in values)
        if one.op != "not" or mode not in _ITSELF or holds:
            yield from self._computed(context, register, one, mode)
        else:
            yield Edge(Node("value", context, one.operand, mode="negated" if mode == "as-it-is" else "as-it-is"))

    # -- values that are computed -------------------------------------------------------------

    def _computed(self, context: Context, register: Register, one: ir.AnyInstruction, mode: Mode) -> Iterable[Edge]:
        inner: Mode = "denied" if mode == "denied" else "computed"
        for operand in operands(one):
            yield from self._parts(context, operand, inner)
        for target in self.engine.execute(context, register).targets:
            if target.unit.is_function and not target.unit.model:
                yield self._into(target, context, register, inner)

    def _parts(self, context: Context, register: Register, mode: Mode) -> Iterable[Edge]:
        """A value that something is computed from, and what it holds."""
        yield Edge(Node("value", context, register, mode=mode))
        for value in self.engine.value(context, register):
            if isinstance(value, Instance) and value.cls.unit.model and not value.anywhere:
                for edge in self.dependence.memory.inside(value):
                    yield self._moded(edge, mode)

    def _moded(self, edge: Edge, mode: Mode) -> Edge:
        """An edge of memory, under the mode of the question."""
        node = edge.node
        kind = "value" if node.kind == "whole" else node.kind
        return Edge(Node(kind, node.context, node.register, node.thing, mode), edge.how, edge.site)

    def _written(self, edges: Iterable[Edge], mode: Mode) -> Iterable[Edge]:
        """What memory holds; a literal that is stored is guarded by what leads to the store."""
        every = list(edges)
        stores = [edge.node for edge in every if edge.node.kind == "runs"]
        for edge in every:
            node = edge.node
            if node.kind in ("runs", "called") and mode not in _COMPUTED:
                continue
            is_value = node.context is not None and node.kind in ("value", "whole")
            literal = self._literal(node.context, node.register) if node.context is not None and is_value else None
            blocks = [one.register for one in stores if one.context is node.context]
            if mode in _ITSELF and literal is not None and blocks:
                for block in blocks:
                    yield Edge(
                        Node("guarded", node.context, literal, mode=mode, way=(block, STORES)), edge.how, edge.site
                    )
            else:
                yield self._moded(edge, mode)

    def _runs(self, context: Context, block: int) -> Iterable[Edge]:
        """What decides whether something is put into a container, where only that it is there counts."""
        for choice in self.dependence.running.control(context.unit).deciding(block):
            yield from self.tests(context, choice.block, choice.is_test)

    def _called(self, context: Context) -> Iterable[Edge]:
        for site in self.sites.running(context):
            yield Edge(Node("runs", site.context, block_of(site.context.unit, site.register)), "anywhere")
            yield Edge(Node("called", site.context), "anywhere")

    def tests(self, context: Context, block: int, is_test: bool) -> Iterable[Edge]:
        """What a choice asks: the test of a block, or whether its calls raise."""
        code = context.unit.code
        if is_test:
            test = code.blocks[block].test
            if test is not None:
                yield Edge(Node("value", context, test, mode="denied"))
            return
        for register in code.blocks[block].registers:
            if isinstance(code.instructions[register], (ir.Call, ir.Item, ir.Await)):
                yield Edge(Node("value", context, register, mode="denied"))

    # -- memory -------------------------------------------------------------------------------

    def _global(self, context: Context, register: Register, one: ir.Load, mode: Mode) -> Iterable[Edge]:
        yield from self._written(self.dependence.named(context, register, one), mode)

    def _imported(self, context: Context, register: Register, one: ir.ImportFrom, mode: Mode) -> Iterable[Edge]:
        name = self.engine.names.absolute(context.unit, one.module, one.level)
        module = self.engine.universe.make(ModuleValue, name)
        yield from self._written(self.dependence.members(module, one.name), mode)

    def _captured(self, context: Context, register: Register, one: ir.LoadCell, mode: Mode) -> Iterable[Edge]:
        yield from self._written(self.dependence.captured(context, register, one), mode)

    def _attribute(self, context: Context, register: Register, one: ir.Attr, mode: Mode) -> Iterable[Edge]:
        found: list[Edge] = []
        for base in self.engine.value(context, one.base):
            found += self.dependence.memory.attribute(context, register, base, one.name, one.base)
            found += self.dependence.members(base, one.name)
            found += self.dependence.memory.class_default(base, one.name, self.engine.value(context, register))
        yield from self._written(found, mode)
        targets = [one for one in self.engine.execute(context, register).targets if one.unit.is_function]
        for target in targets:
            yield self._into(target, context, register, mode)
        if not found and not targets:
            yield Edge(Node("value", context, one.base, mode=_within(mode)))

    def _item(self, context: Context, register: Register, one: ir.Item, mode: Mode) -> Iterable[Edge]:
        keys = self.engine.value(context, one.key)
        found: list[Edge] = []
        for base in self.engine.value(context, one.base):
            if isinstance(base, Instance):
                found += self.dependence.memory.item(context, register, base, keys, one.base)
        yield from self._written(found, mode)
        if not found:
            yield from self._computed_from(context, register, one.base, mode)

    def _unpack(self, context: Context, register: Register, one: ir.Unpack, mode: Mode) -> Iterable[Edge]:
        key = self.engine.universe.constant(one.index) if one.star < 0 or one.index < one.star else None
        found = list(self._inside(context, one.base, key))
        yield from self._written(found, mode)
        if not found:
            yield from self._computed_from(context, register, one.base, mode)

    def _next(self, context: Context, register: Register, one: ir.Next, mode: Mode) -> Iterable[Edge]:
        found = list(self._inside(context, one.base, None))
        yield from self._written(found, mode)
        yield from self._computed_from(context, register, one.base, mode)

    def passed(self, site: Site, register: Register, name: str | int, mode: Mode) -> Iterable[Edge]:
        """What a call passes of `**mapping` under a name, or of `*sequence` at a place."""
        found = list(self.dependence.memory.passed(site.context, site.register, register, name))
        yield from self._written(found, mode)
        if not found:
            yield Edge(Node("value", site.context, register, mode=_within(mode)))

    def field(self, context: Context, register: Register, name: str) -> Iterable[Edge]:
        """What an object holds under a name, be it an attribute or an item."""
        found = list(self._inside(context, register, self.engine.universe.constant(name)))
        for base in self.engine.value(context, register):
            found += self.dependence.memory.kept(context, base, name)
            found += self.dependence.memory.class_default(base, name, self.engine.attribute(base, name))
        yield from self._written(found, "as-it-is")

    def _inside(self, context: Context, register: Register, key: Value | None) -> Iterable[Edge]:
        for base in self.engine.value(context, register):
            if isinstance(base, Instance):
                yield from self.dependence.memory.under(context, base, key)

    def _computed_from(self, context: Context, register: Register, base: Register, mode: Mode) -> Iterable[Edge]:
        yield Edge(Node("value", context, base, mode=_within(mode)))
        for target in self.engine.execute(context, register).targets:
            code = target.unit.code
            if target.unit.is_function and not (code.is_async or code.is_generator):
                yield self._into(target, context, register, mode)

    # -- calls --------------------------------------------------------------------------------

    def _call(self, context: Context, register: Register, call: ir.Call, mode: Mode) -> Iterable[Edge]:
        if intrinsic_of(self.engine, context, call) is not None:
            yield from self._by_intrinsic(context, register, call, mode)
            return
        targets = [target for target in self.engine.execute(context, register).targets if target.unit.is_function]
        for target in targets:
            if target.unit.name not in ("__init__", "__post_init__"):
                yield self._into(target, context, register, mode)
        for outcome in self.engine.link(context, register):
            waiting = suspended(outcome)
            if waiting is not None:
                kind: Kind = "yielded" if waiting.unit.code.is_generator else "returned"
                yield Edge(Node(kind, waiting, mode=mode), "into", Site(context, register))
        callees = self.engine.value(context, call.func)
        if any(isinstance(callee, (External, Opaque)) for callee in callees):
            yield from self._outside(context, call, mode)
        elif self.dependence.computes(context, register, targets):
            yield from self._of_arguments(context, call, mode)

    def _outside(self, context: Context, call: ir.Call, mode: Mode) -> Iterable[Edge]:
        """Of code that is not analysed: what is asked, and what it is told."""
        names = written_names(context, call.func)
        receiver: Mode = "computed" if len(names) > 1 and names[-1] in _DATA else "asked"
        yield Edge(Node("value", context, call.func, mode="denied" if mode == "denied" else receiver))
        paths = [one.path for one in self.engine.value(context, call.func) if isinstance(one, External)]
        makes = any(is_pure(path) and "()" not in path for path in paths)
        for argument in operands(call)[1:]:
            yield from self._parts(context, argument, _within(mode) if makes else "denied")

    def _of_arguments(self, context: Context, call: ir.Call, mode: Mode) -> Iterable[Edge]:
        for argument in operands(call)[1:]:
            yield from self._parts(context, argument, _within(mode))
        func = context.unit.code.instructions[call.func]
        if isinstance(func, ir.Attr):
            yield from self._parts(context, func.base, _within(mode))

    def _by_intrinsic(self, context: Context, register: Register, call: ir.Call, mode: Mode) -> Iterable[Edge]:
        name = intrinsic_of(self.engine, context, call)
        if name == "item" and len(call.args) > 1:
            found: list[Edge] = []
            for key in self.engine.value(context, call.args[1]) or (None,):
                found += self._inside(context, call.args[0], key)
            yield from self._written(found, mode)
            if not found:
                yield Edge(Node("value", context, call.args[0], mode=_within(mode)))
        elif name in ("getattr", "raw_getattr") and len(call.args) > 1:
            yield from self._named(context, register, call, mode)
        elif name in ("await", "iterate", "elements", "items", "keys", "key_list", "next", "iter"):
            for argument in call.args[:1]:
                yield from self._parts(context, argument, mode if name == "await" else _within(mode))
        elif name not in ("boolean", "touch_read", "remove", "new", "unknown", "external", "intrinsic"):
            for argument in call.args:
                yield from self._parts(context, argument, _within(mode))

    def _named(self, context: Context, register: Register, call: ir.Call, mode: Mode) -> Iterable[Edge]:
        found: list[Edge] = []
        for name in self.engine.value(context, call.args[1]):
            for base in self.engine.value(context, call.args[0]):
                if isinstance(name, Constant) and isinstance(name.value, str):
                    found += self.dependence.memory.attribute(context, register, base, name.value)
                    found += self.dependence.memory.class_default(
                        base, name.value, self.engine.value(context, register)
                    )
        yield from self._written(found, mode)
        if not found:
            yield Edge(Node("value", context, call.args[0], mode=_within(mode)))
        for default in call.args[2:3]:
            yield Edge(Node("value", context, default, mode=mode))

    def _into(self, target: Context, context: Context, register: Register, mode: Mode) -> Edge:
        return Edge(Node("returned", target, mode=mode), "into", Site(context, register))


def _within(mode: Mode) -> Mode:
    """The mode of what something is taken out of, or computed from."""
    return "computed" if mode in _ITSELF else mode


_STEPS: dict[type[ir.Instruction], Any] = {
    ir.Const: Origins._nothing,
    ir.Literal_: Origins._nothing,
    ir.Param: Origins._nothing,
    ir.Undefined: Origins._nothing,
    ir.MakeFunction: Origins._nothing,
    ir.MakeClass: Origins._nothing,
    ir.Import: Origins._nothing,
    ir.Caught: Origins._nothing,
    ir.Phi: Origins._phi,
    ir.Hint: Origins._same,
    ir.Narrow: Origins._same,
    ir.Bind: Origins._same,
    ir.StoreCell: Origins._same,
    ir.StoreGlobal: Origins._same,
    ir.Await: Origins._same,
    ir.Load: Origins._global,
    ir.ImportFrom: Origins._imported,
    ir.LoadCell: Origins._captured,
    ir.Attr: Origins._attribute,
    ir.Item: Origins._item,
    ir.Unpack: Origins._unpack,
    ir.Next: Origins._next,
    ir.Call: Origins._call,
    ir.Unary: Origins._unary,
}
