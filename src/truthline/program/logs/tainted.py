"""Where a value goes within one function: into log calls and exceptions, into calls, attributes and what is returned.

A value is followed forward, from definition to use. What can be told of a secret without telling it (whether it is
there, its length, how it begins, a digest) is no longer followed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Literal

import msgspec

from truthline.facts import code as ir
from truthline.facts.code import Register
from truthline.program.engine.units import Unit
from truthline.program.logs.definitions import called_name

_TEXT_METHODS = frozenset(
    ("strip", "lstrip", "rstrip", "lower", "upper", "encode", "decode", "replace", "split", "rsplit", "partition",
     "rpartition", "splitlines", "title", "capitalize", "casefold", "removeprefix", "removesuffix", "ljust", "rjust",
     "zfill", "center", "hex", "get_secret_value", "copy", "items", "values", "expandtabs", "translate", "__str__",
     "__repr__", "__format__", "tobytes")
)  # fmt: skip
_TAKES_IN = frozenset(
    ("str", "repr", "ascii", "format", "bytes", "bytearray", "list", "tuple", "dict", "set", "frozenset", "sorted",
     "reversed", "iter", "next", "enumerate", "zip", "dumps", "quote", "quote_plus", "urlencode", "b64encode",
     "b64decode", "urlsafe_b64encode", "urlsafe_b64decode", "standard_b64encode", "copy", "deepcopy", "escape",
     "pformat", "unquote", "dedent", "cast", "join", "format_map", "fsencode", "fsdecode", "OrderedDict", "getattr",
     "wait_for", "shield", "gather", "min", "max")
)  # fmt: skip
"""Functions whose result has their arguments in it."""
CALLS_BACK = frozenset(
    ("partial", "map", "filter", "submit", "to_thread", "run_in_executor", "call_soon", "run_in_threadpool", "run_sync")
)
"""Functions that call the function which they are handed with what stands behind it."""
_PUTS_IN = frozenset(("append", "extend", "add", "insert", "update", "appendleft", "setdefault", "write"))
_KEYED = frozenset(("get", "pop", "setdefault"))
_RAISABLE = ("Error", "Exception", "Failure", "Denied", "Warning", "Exit", "Invalid", "NotFound", "Unauthorized")

Where = Literal["log", "exception"]


class Taint(msgspec.Struct, frozen=True):
    """How a register holds a value: itself (`keys` None), or as a mapping under some keys."""

    keys: frozenset[str] | None = None

    def under(self, key: str | None) -> Taint | None:
        """What an item under a key is: the value, or nothing of it."""
        if self.keys is None or key is None or key in self.keys:
            return WHOLE
        return None


WHOLE = Taint()


class Sink(msgspec.Struct, frozen=True):
    """An instruction at which the value can be read by anybody, and the way to it.

    `fields` are those of the record under which it stands; none where it is in the message.
    """

    where: Where
    register: Register
    way: tuple[Register, ...]
    fields: frozenset[str] = frozenset()


class Passing(msgspec.Struct, frozen=True):
    """An argument of a call that may run analysed code: its place or keyword."""

    call: Register
    place: int | str
    taint: Taint
    way: tuple[Register, ...]


class Storing(msgspec.Struct, frozen=True):
    """What keeps a value for others to read: an attribute of what `base` holds, a variable, a parameter's default.

    `code` is that of the function that has the variable or the parameter, `index` the place of the parameter.
    """

    kind: Literal["attribute", "cell", "name", "default"]
    taint: Taint
    way: tuple[Register, ...]
    name: str = ""
    base: Register = -1
    code: int = -1
    index: int = -1


class Outgoing(msgspec.Struct):
    """Everywhere that a value goes from one function."""

    sinks: list[Sink]
    passed: list[Passing]
    returned: list[tuple[Taint, tuple[Register, ...]]]
    stored: list[Storing]


class Reader:
    """What the walk asks of calls; whoever knows the program answers."""

    def is_log(self, unit: Unit, register: Register) -> bool:
        """Whether a call logs, or binds a logger."""
        raise NotImplementedError

    def is_safe(self, unit: Unit, register: Register) -> bool:
        """Whether a call makes a secret safe, or only tells something about it."""
        raise NotImplementedError

    def may_be_first_party(self, unit: Unit, register: Register) -> bool:
        """Whether a call may run a function of the analysed code."""
        raise NotImplementedError

    def told_fields(self, unit: Unit, register: Register) -> tuple[tuple[str, Register], ...]:
        """Where a call makes a record that tells its fields when it is printed: these, with what they are given."""
        raise NotImplementedError


def follow(unit: Unit, starts: Iterable[tuple[Register, Taint]], reader: Reader, *, masks: bool) -> Outgoing:
    """Follows values from registers of a function to its end.

    In a function that `masks`, a part of a text is no secret.
    """
    return _Walk(unit, reader, masks).run(starts)


class _Walk:
    def __init__(self, unit: Unit, reader: Reader, masks: bool) -> None:
        self.unit = unit
        self.code = unit.code.instructions
        self.reader = reader
        self.masks = masks
        self.found = Outgoing([], [], [], [])
        self._seen: dict[tuple[Register, Taint], tuple[Register, ...]] = {}
        self._queue: deque[tuple[Register, Taint]] = deque()

    def run(self, starts: Iterable[tuple[Register, Taint]]) -> Outgoing:
        for register, taint in starts:
            self._reach(register, taint, ())
        while self._queue:
            register, taint = self._queue.popleft()
            way = self._seen[register, taint]
            for user in self.unit.uses.get(register, ()):
                if self.unit.place(user) is not None or isinstance(self.code[user], ir.Phi):
                    self._use(register, taint, user, way)
        return self.found

    def _reach(self, register: Register, taint: Taint, way: tuple[Register, ...]) -> None:
        if (register, taint) not in self._seen:
            self._seen[register, taint] = (*way, register)
            self._queue.append((register, taint))

    def _use(self, register: Register, taint: Taint, user: Register, way: tuple[Register, ...]) -> None:
        one = self.code[user]
        match one:
            case ir.Phi() if self._is_false_at(register, user):
                pass
            case ir.Unpack(index=0, count=2) if self._pairs_with_key(register):
                pass
            case ir.Next() if taint.keys is not None and not self._is_call_of(register, ("items", "values")):
                pass  # the keys of a mapping
            case ir.Phi() | ir.Narrow() | ir.Hint() | ir.Await() | ir.Format() | ir.Join() | ir.Next() | ir.Unpack():
                self._reach(user, taint if not isinstance(one, (ir.Format, ir.Join)) else WHOLE, way)
            case ir.Binary(op="add" | "mod" | "or"):
                self._reach(user, taint, way)
            case ir.Build(kind="list" | "tuple" | "set"):
                self._reach(user, WHOLE, way)
            case ir.BuildDict(items=items):
                self._displayed(register, taint, items, user, way)
            case ir.Item(base=base, key=key) if base == register:
                self._item(taint, key, user, way)
            case ir.SetItem(base=base, key=key, value=value) if value == register:
                text = self._text(key)
                self._reach(base, WHOLE if text is None else Taint(frozenset((text,))), way)
            case ir.SetAttr(base=base, name=name, value=value) if value == register:
                self.found.stored.append(Storing("attribute", taint, way, name, base))
            case ir.StoreCell(owner=owner, name=name):
                self.found.stored.append(Storing("cell", taint, way, name, code=owner))
            case ir.Bind(name=name) | ir.StoreGlobal(name=name):
                self.found.stored.append(Storing("name", taint, way, name))
            case ir.MakeFunction(code=code, defaults=defaults):
                for index, value in defaults:
                    if value == register:
                        self.found.stored.append(Storing("default", taint, way, code=code, index=index))
            case ir.Return() | ir.Yield():
                self.found.returned.append((taint, way))
            case ir.Raise():
                self.found.sinks.append(Sink("exception", user, way))
            case ir.Attr(name=name):
                if taint.keys is not None and name in taint.keys:
                    self._reach(user, WHOLE, way)  # a field of a record
                self._method(taint, user, name, way)
            case ir.Call():
                self._called(register, taint, user, one, way)
            case _:
                pass

    def _is_false_at(self, register: Register, join: Register) -> bool:
        """Whether a join takes a value only where it is false: the first operand of `and`."""
        phi, place = self.code[join], self.unit.place(join)
        if not isinstance(phi, ir.Phi) or not phi.sources or place is None:
            return False
        sources = [source for one, source in zip(phi.args, phi.sources, strict=True) if one == register]
        return all(self._is_false_way(register, self.unit.code.blocks[source], place[0]) for source in sources)

    def _is_false_way(self, register: Register, block: ir.Block, to: int) -> bool:
        asked = self.code[block.test] if block.test is not None else None
        is_asked = isinstance(asked, ir.Test) and asked.value == register and len(block.successors) == 2
        return is_asked and block.successors[1] == to != block.successors[0]

    def _pairs_with_key(self, register: Register) -> bool:
        """Whether what is unpacked is an item of a mapping, or a numbered one: the first of it is no secret."""
        one = self.code[register]
        return isinstance(one, ir.Next) and self._is_call_of(one.base, ("items", "enumerate"))

    def _is_call_of(self, register: Register, names: tuple[str, ...]) -> bool:
        one = self.code[register]
        return isinstance(one, ir.Call) and called_name(self.unit, one) in names

    def _displayed(
        self,
        register: Register,
        taint: Taint,
        items: tuple[tuple[Register | None, Register], ...],
        user: Register,
        way: tuple[Register, ...],
    ) -> None:
        for key, value in items:
            if key is None and value == register:
                self._reach(user, taint, way)
            elif key is not None and register in (key, value):
                text = self._text(key)
                self._reach(user, WHOLE if text is None or key == register else Taint(frozenset((text,))), way)

    def _item(self, taint: Taint, key: Register, user: Register, way: tuple[Register, ...]) -> None:
        if taint.keys is None:
            is_part = isinstance(self.code[key], ir.Build)
            if not (is_part and self.masks):
                self._reach(user, WHOLE, way)
            return
        under = taint.under(self._text(key))
        if under is not None:
            self._reach(user, under, way)

    def _method(self, taint: Taint, attr: Register, name: str, way: tuple[Register, ...]) -> None:
        """A method of the value: what it returns, where that has the value in it."""
        for user in self.unit.uses.get(attr, ()):
            call = self.code[user]
            if not isinstance(call, ir.Call) or call.func != attr:
                continue
            if taint.keys is not None and name in _KEYED and call.args:
                under = taint.under(self._text(call.args[0]))
                if under is not None:
                    self._reach(user, under, way)
            elif name in _TEXT_METHODS or name in _TAKES_IN or (taint.keys is None and name in _KEYED):
                self._reach(user, taint, way)

    def _called(
        self, register: Register, taint: Taint, user: Register, call: ir.Call, way: tuple[Register, ...]
    ) -> None:
        if call.func == register:
            return
        if self.reader.is_log(self.unit, user):
            for fields in self._fields(register, taint, call):
                self.found.sinks.append(Sink("log", user, (*way, user), fields))
            return
        if self.reader.is_safe(self.unit, user):
            return
        name = called_name(self.unit, call)
        func = self.code[call.func]
        if name in CALLS_BACK:
            self._pass(register, taint, user, call, way)
            if name == "filter":
                self._reach(user, taint, way)
        elif isinstance(func, ir.Attr) and name in _PUTS_IN:
            self._put_in(register, taint, func.base, name, call, way)
        elif name == "dict":
            for keyword, value in (*((None, value) for value in call.args), *call.keywords):
                if value == register:
                    self._reach(user, taint if keyword is None else Taint(frozenset((keyword,))), way)
        elif name in _TAKES_IN:
            self._reach(user, taint if name in ("copy", "deepcopy") else WHOLE, way)
        elif name.endswith(_RAISABLE) or self._is_raised(user):
            self._reach(user, WHOLE, way)
        elif self.reader.may_be_first_party(self.unit, user):
            self._pass(register, taint, user, call, way)
            told = self.reader.told_fields(self.unit, user)
            fields = frozenset(field for field, value in told if value == register)
            if fields:
                self._reach(user, Taint(fields), way)

    def _fields(self, register: Register, taint: Taint, call: ir.Call) -> Iterable[frozenset[str]]:
        """The fields under which a log call is handed a value, once for each way in which it is."""
        is_adapter = called_name(self.unit, call).endswith("Adapter")
        for keyword, value in call.keywords:
            if value == register:
                is_spread = keyword is None or keyword == "extra"
                yield frozenset(taint.keys or ()) if is_spread else frozenset((str(keyword),))
        for argument in call.args:
            if argument == register:
                yield frozenset(taint.keys or ()) if is_adapter else frozenset()

    def _put_in(
        self, register: Register, taint: Taint, base: Register, name: str, call: ir.Call, way: tuple[Register, ...]
    ) -> None:
        for keyword, value in call.keywords:
            if value == register:
                self._reach(base, taint if keyword is None else Taint(frozenset((keyword,))), way)
        if register in call.args:
            key = self._text(call.args[0]) if name == "setdefault" and call.args else None
            inside = taint if name == "update" else WHOLE if key is None else Taint(frozenset((key,)))
            self._reach(base, inside, way)

    def _is_raised(self, call: Register) -> bool:
        return any(isinstance(self.code[user], ir.Raise) for user in self.unit.uses.get(call, ()))

    def _pass(self, register: Register, taint: Taint, user: Register, call: ir.Call, way: tuple[Register, ...]) -> None:
        for place, argument in enumerate(call.args):
            if argument == register:
                self.found.passed.append(Passing(user, place, taint, way))
        for keyword, argument in call.keywords:
            if argument == register:
                self.found.passed.append(Passing(user, keyword or "**", taint, way))

    def _text(self, register: Register) -> str | None:
        instruction = self.code[register]
        value = instruction.value if isinstance(instruction, ir.Const) else None
        return value if isinstance(value, str) else None
