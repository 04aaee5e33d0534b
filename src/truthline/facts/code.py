"""The instruction set to which function bodies are lowered.

A body is a control-flow graph of blocks in static single assignment form (Braun et al., "Simple
and Efficient Construction of Static Single Assignment Form", CC 2013): every instruction is a
register, named by its index in `Code.instructions`, and operands are registers. Assignment order
inside a function is therefore a property of the facts, and the engine need not track it.

Names that other scopes can see are memory instead: module and class names (`Bind`, `Load`),
captured variables (`StoreCell`, `LoadCell`), attributes and items.
"""

from collections.abc import Iterable
from struct import Struct, pack
from typing import TYPE_CHECKING, Literal

import msgspec

Register = int
CodeIndex = int
BlockIndex = int
Position = tuple[int, int, int, int]
"""Line, column, end line, end column as `ast` counts them: columns from 0, in UTF-8 bytes."""
_POSITION = Struct("<4i")


if TYPE_CHECKING:
    Scalar = str | int | float | bool | bytes | None
else:
    Scalar = object
    """MessagePack tells text from bytes, which msgspec does not know of the two in one union."""


class Type(msgspec.Struct, frozen=True, array_like=True):
    """An annotation: a dotted name with arguments; "|" is a union, "None" is None, "" is anything unreadable."""

    name: str
    args: "tuple[Type, ...]" = ()


class Instruction(msgspec.Struct, frozen=True, array_like=True, tag=True, tag_field="instruction", gc=False):
    """Base of all instructions."""


class Const(Instruction, frozen=True):
    """A literal."""

    value: Scalar


class Literal_(Instruction, frozen=True, tag="Literal"):  # noqa: N801 -- `Literal` is taken by typing
    """A value of a builtin type whose content does not matter ("complex", "ellipsis", a huge "int")."""

    type: str


class Start(Instruction, frozen=True):
    """A `def` begins: the place of what decorators and frameworks run around a call that comes from outside."""


class Param(Instruction, frozen=True):
    """The value of parameter number `index` of this code."""

    index: int


class Undefined(Instruction, frozen=True):
    """A local name before its first assignment."""


class Phi(Instruction, frozen=True):
    """One of `args`, by the way that control took.

    `sources` are the blocks that each comes from; empty where they may come from anywhere.
    """

    args: tuple[Register, ...]
    sources: tuple[BlockIndex, ...] = ()


class Hint(Instruction, frozen=True):
    """`value` under an annotation; without a value, a declaration.

    `role` is "ClassVar" or "InitVar" where the annotation of a class body says so.
    """

    value: Register | None
    type: Type
    role: str = ""


class Narrow(Instruction, frozen=True):
    """`value` where `isinstance(value, types)` is known to be `positive`; `types` None means `value is None`."""

    value: Register
    types: Register | None
    positive: bool


class Load(Instruction, frozen=True):
    """A name of the module, or a builtin."""

    name: str


class Bind(Instruction, frozen=True):
    """Binds a name of this module or class body. `hidden` where nothing can see it before it is bound again."""

    name: str
    value: Register
    hidden: bool


class StoreGlobal(Instruction, frozen=True):
    """`global name` and an assignment to it, in a function."""

    name: str
    value: Register


class LoadCell(Instruction, frozen=True):
    """A variable of the enclosing function `owner` (a code index of the same file)."""

    owner: CodeIndex
    name: str


class StoreCell(Instruction, frozen=True):
    """An assignment to a captured variable of function `owner`."""

    owner: CodeIndex
    name: str
    value: Register


class Attr(Instruction, frozen=True):
    """`base.name`."""

    base: Register
    name: str


class SetAttr(Instruction, frozen=True):
    """`base.name = value`."""

    base: Register
    name: str
    value: Register


class DelAttr(Instruction, frozen=True):
    """`del base.name`."""

    base: Register
    name: str


class Item(Instruction, frozen=True):
    """`base[key]`."""

    base: Register
    key: Register


class SetItem(Instruction, frozen=True):
    """`base[key] = value`."""

    base: Register
    key: Register
    value: Register


class DelItem(Instruction, frozen=True):
    """`del base[key]`."""

    base: Register
    key: Register


class Call(Instruction, frozen=True):
    """`func(*args, **keywords)`; `stars` are the positions in `args` that are `*x`; a keyword None is `**x`."""

    func: Register
    args: tuple[Register, ...] = ()
    stars: tuple[int, ...] = ()
    keywords: tuple[tuple[str | None, Register], ...] = ()


class MakeFunction(Instruction, frozen=True):
    """A `def` or `lambda` is executed; `defaults` are (parameter index, register).

    So are `annotations`, where they say more than a type: `Annotated[...]`.
    """

    code: CodeIndex
    defaults: tuple[tuple[int, Register], ...] = ()
    annotations: tuple[tuple[int, Register], ...] = ()


class MakeClass(Instruction, frozen=True):
    """A `class` statement is executed, or `type(name, bases, namespace)`, whose members stand in the namespace."""

    code: CodeIndex
    bases: tuple[Register, ...] = ()
    keywords: tuple[tuple[str | None, Register], ...] = ()
    namespace: Register | None = None


class Build(Instruction, frozen=True):
    """A list, tuple or set display, or the three parts of `a:b:c`.

    `stars` are the positions in `items` that are `*x`.
    """

    kind: Literal["list", "tuple", "set", "slice"]
    items: tuple[Register, ...] = ()
    stars: tuple[int, ...] = ()


class BuildDict(Instruction, frozen=True):
    """A dict display; a key None is `**value`."""

    items: tuple[tuple[Register | None, Register], ...] = ()


class Import(Instruction, frozen=True):
    """`import module` (the value is the top package unless `whole`), or the module of a from-import."""

    module: str
    level: int
    whole: bool
    checking: bool


class ImportFrom(Instruction, frozen=True):
    """`from module import name`; name "*" binds nothing here."""

    module: str
    level: int
    name: str
    checking: bool


class Next(Instruction, frozen=True):
    """An element that iterating over `base` yields."""

    base: Register
    is_async: bool = False


class Unpack(Instruction, frozen=True):
    """Element `index` of `count` targets unpacked from `base`; `star` is the position of a starred target or -1."""

    base: Register
    index: int
    count: int
    star: int = -1


class Await(Instruction, frozen=True):
    """`await base`."""

    base: Register


class Yield(Instruction, frozen=True):
    """`yield value`."""

    value: Register


class YieldFrom(Instruction, frozen=True):
    """`yield from base`."""

    base: Register


class Return(Instruction, frozen=True):
    """`return value`."""

    value: Register


class Raise(Instruction, frozen=True):
    """`raise value`; None re-raises."""

    value: Register | None


class Caught(Instruction, frozen=True):
    """The exception that an `except types` clause holds; None catches everything. `except*` holds a group of them."""

    types: Register | None
    grouped: bool = False


class Enter(Instruction, frozen=True):
    """The value of `with base as`."""

    base: Register
    is_async: bool = False


class Leave(Instruction, frozen=True):
    """The end of a `with base`."""

    base: Register
    is_async: bool = False


class Binary(Instruction, frozen=True):
    """`left op right`; `op` is the operator's special-method stem ("add"), `in_place` for `+=`."""

    op: str
    left: Register
    right: Register
    in_place: bool = False


class Unary(Instruction, frozen=True):
    """`op operand` ("neg", "pos", "invert", "not")."""

    op: str
    operand: Register


class Compare(Instruction, frozen=True):
    """`left op right` ("eq", "lt", "contains", "is", ...); `negated` in `is not` and `not in`."""

    op: str
    left: Register
    right: Register
    negated: bool = False


class Format(Instruction, frozen=True):
    """One `{value}` of an f-string; `conversion` is "r", "s", "a" or nothing."""

    value: Register
    conversion: str = ""


class Join(Instruction, frozen=True):
    """An f-string of `parts`."""

    parts: tuple[Register, ...]


class Test(Instruction, frozen=True):
    """The truth of `value` is asked."""

    value: Register


AnyInstruction = (
    Const | Literal_ | Start | Param | Undefined | Phi | Hint | Narrow | Load | Bind | StoreGlobal | LoadCell
    | StoreCell | Attr | SetAttr | DelAttr | Item | SetItem | DelItem | Call | MakeFunction | MakeClass | Build
    | BuildDict | Import | ImportFrom | Next | Unpack | Await | Yield | YieldFrom | Return | Raise | Caught
    | Enter | Leave | Binary | Unary | Compare | Format | Join | Test
)  # fmt: skip

ParamKind = Literal["positional-only", "positional", "vararg", "keyword", "kwarg"]
CodeKind = Literal["module", "class", "function", "lambda"]


class ParamSpec(msgspec.Struct, frozen=True, array_like=True):
    """A declared parameter."""

    name: str
    kind: ParamKind
    annotation: Type | None = None
    has_default: bool = False


class Block(msgspec.Struct, frozen=True, array_like=True):
    """Instructions that run one after the other.

    `successors` are block indexes; where there are two and `test` is set, the first is taken when it is true.
    `handlers` are the blocks to which an exception in this block can lead.
    """

    registers: tuple[Register, ...]
    successors: tuple[int, ...]
    test: Register | None = None
    handlers: tuple[int, ...] = ()


class Code(msgspec.Struct, frozen=True, array_like=True):
    """A module's, class's, function's or lambda's body.

    `parent` is the code in which it is defined (-1 for the module), `qualname` is dotted
    ("Class.method", "function.inner", "function.<lambda1>"; "" for the module). `packed` are the positions of
    the instructions: as values of their own they would take more memory than all else. `cells` are the names that
    inner functions capture.
    """

    index: CodeIndex
    parent: CodeIndex
    qualname: str
    kind: CodeKind
    position: Position
    params: tuple[ParamSpec, ...]
    returns: Type | None
    is_async: bool
    is_generator: bool
    instructions: tuple[AnyInstruction, ...]
    packed: bytes
    blocks: tuple[Block, ...]
    cells: tuple[str, ...] = ()

    def where(self, register: Register) -> Position:
        """The position of an instruction."""
        line, column, end_line, end_column = _POSITION.unpack_from(self.packed, register * _POSITION.size)
        return line, column, end_line, end_column


def packed(positions: Iterable[Position]) -> bytes:
    """Positions as a code keeps them."""
    numbers = [number for position in positions for number in position]
    return pack(f"<{len(numbers)}i", *numbers)


class Bodies(msgspec.Struct, frozen=True, array_like=True):
    """Every code of a file; the module's own is the first."""

    codes: tuple[Code, ...]
