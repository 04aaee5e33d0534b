"""Abstract values and contexts.

Values are interned by `Universe`, so that identity is equality and sets of them are cheap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from truthline.facts.code import Register, Type

if TYPE_CHECKING:
    from truthline.program.engine.units import Unit

Scalar = str | int | float | bool | bytes | None
DEEPEST = 3


class Interned:
    """What there is once. It hashes and sorts by its age, so that sets of it look alike in every run."""

    __slots__ = ("serial",)
    serial: int

    def __hash__(self) -> int:
        return self.serial

    def __lt__(self, other: Interned) -> bool:
        return self.serial < other.serial


class Value(Interned):
    """Something that a register can hold. `depth` counts the contexts nested in its identity."""

    __slots__ = ("depth",)

    def __init__(self) -> None:
        self.depth: int = 0


Values = frozenset[Value]
NOTHING: Values = frozenset()


class Constant(Value):
    """A literal."""

    __slots__ = ("value",)

    def __init__(self, value: Scalar) -> None:
        super().__init__()
        self.value = value

    def __repr__(self) -> str:
        return repr(self.value)


class Context(Interned):
    """A unit under what selects its targets: the context that made it, and the arguments told apart.

    `key` has one entry a parameter: the one value it holds, or None where values are merged. An
    `ambient` context stands for calls from anywhere in the program; where it is `deep`, its call sites are
    looked for, else a parameter is only what its annotation says.
    """

    __slots__ = ("ambient", "closure", "deep", "depth", "key", "links", "nodes", "params", "text", "unit")

    def __init__(
        self, unit: Unit, closure: Context | None, key: tuple[Value | None, ...], ambient: bool, deep: bool
    ) -> None:
        self.unit = unit
        self.closure = closure
        self.key = key
        self.ambient = ambient
        self.deep = deep
        inner = max((value.depth for value in key if value is not None), default=-1)
        outer = closure.depth if closure is not None else 0
        self.depth: int = max(outer, inner + 1)
        self.nodes: dict[Register, Any] = {}
        self.links: dict[Register, Any] = {}
        self.params: dict[int, Any] = {}
        self.text: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether the function around it may have been called from anywhere."""
        outer = self.closure
        while outer is not None and not outer.ambient:
            outer = outer.closure
        return outer is not None

    def __repr__(self) -> str:
        """Kept, for contexts are put in order by it again and again."""
        if self.text is None:
            self.text = f"{self.unit.symbol}{list(self.key)}{'*' * (self.ambient + self.deep)}"
        return self.text


class Function(Value):
    """A function or lambda, closed over the context in which it was made."""

    __slots__ = ("closure", "unit")

    def __init__(self, unit: Unit, closure: Context) -> None:
        super().__init__()
        self.unit = unit
        self.closure = closure
        self.depth = closure.depth

    def __repr__(self) -> str:
        return f"def {self.unit.symbol}"


class Class(Value):
    """A class, made in a context."""

    __slots__ = ("closure", "unit")

    def __init__(self, unit: Unit, closure: Context) -> None:
        super().__init__()
        self.unit = unit
        self.closure = closure
        self.depth = closure.depth

    def __repr__(self) -> str:
        return f"class {self.unit.symbol}"


class External(Value):
    """Something of a module that is not analysed, by the path that leads to it: "sqlalchemy.text()"."""

    __slots__ = ("path",)

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path

    def __repr__(self) -> str:
        return f"<{self.path}>"


class Loaded(External):
    """Something that an ORM makes of mapped classes: a query or result that yields their objects, or such an object."""

    __slots__ = ("classes", "is_object")

    def __init__(self, path: str, classes: tuple[Class, ...], is_object: bool) -> None:
        super().__init__(path)
        self.classes = classes
        self.is_object = is_object
        self.depth = max((cls.depth for cls in classes), default=0)


class Instance(Value):
    """An object of `cls`, told apart by where it was made; without a site, any object of that class.

    `hint` is the annotation that promised it, with the unit in which it stands (for its arguments).
    A `shallow` one answers from annotations: nobody looks for where its attributes come from.
    """

    __slots__ = ("cls", "context", "hint", "shallow", "site", "unit")

    def __init__(
        self,
        cls: Class,
        unit: Unit | None = None,
        site: Register | str | tuple[str | Value, ...] | None = None,
        context: Context | None = None,
        hint: tuple[Unit, Type] | None = None,
        shallow: bool = False,
    ) -> None:
        super().__init__()
        self.shallow = shallow
        self.cls = cls
        self.unit = unit
        self.site = site
        self.context = context
        self.hint = hint
        self.depth = context.depth if context is not None else 0

    @property
    def anywhere(self) -> bool:
        """Whether this stands for any object of its class."""
        return self.unit is None

    def __repr__(self) -> str:
        where = "any" if self.unit is None else f"{self.unit.symbol}#{self.site}"
        return f"{self.cls.unit.code.qualname}@{where}"


class Method(Value):
    """A function bound to its first argument."""

    __slots__ = ("bound", "function")

    def __init__(self, function: Value, bound: Value) -> None:
        super().__init__()
        self.function = function
        self.bound = bound
        self.depth = max(function.depth, bound.depth)

    def __repr__(self) -> str:
        return f"{self.function!r}.bind({self.bound!r})"


class Super(Value):
    """`super()`: attribute look-ups that start after `cls` in the order of `bound`'s class."""

    __slots__ = ("bound", "cls")

    def __init__(self, cls: Class, bound: Value) -> None:
        super().__init__()
        self.cls = cls
        self.bound = bound
        self.depth = bound.depth


class ModuleValue(Value):
    """A module object."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def __repr__(self) -> str:
        return f"module {self.name}"


class Opaque(Value):
    """Something that cannot be known, and why."""

    __slots__ = ("reason",)

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason

    def __repr__(self) -> str:
        return f"?({self.reason})"


class TupleKey(Value):
    """A tuple as the key of a mapping: two of equal elements are the same key."""

    __slots__ = ("elements",)

    def __init__(self, elements: tuple[Value, ...]) -> None:
        super().__init__()
        self.elements = elements
        self.depth = max((element.depth for element in elements), default=0)

    def __repr__(self) -> str:
        return f"key {self.elements!r}"


class Intrinsic(Value):
    """An operation of the engine itself, by which models say what cannot be said in Python."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def __repr__(self) -> str:
        return f"intrinsic {self.name}"


V = TypeVar("V", bound=Value)
Made = TypeVar("Made", bound=Interned)


class Universe:
    """All values and contexts there are."""

    def __init__(self) -> None:
        self._values: dict[tuple[Any, ...], Value] = {}
        self._contexts: dict[tuple[Any, ...], Context] = {}
        self._made = 0

    def _numbered(self, made: Made) -> Made:
        self._made += 1
        made.serial = self._made
        return made

    def make(self, kind: type[V], *parts: Any) -> V:
        """The one value of this kind and identity."""
        key = (kind, *parts)
        value = self._values.get(key)
        if value is None:
            value = self._numbered(kind(*parts))
            self._values[key] = value
        return value  # type: ignore[return-value]

    def constant(self, value: Scalar) -> Constant:
        """A literal; `1`, `1.0` and `True` are different ones."""
        key = (Constant, type(value), value)
        found = self._values.get(key)
        if found is None:
            found = self._values[key] = self._numbered(Constant(value))
        return found  # type: ignore[return-value]

    def context(
        self,
        unit: Unit,
        closure: Context | None,
        key: tuple[Value | None, ...],
        ambient: bool = False,
        deep: bool = False,
    ) -> Context:
        """The one context of a unit under a key; contexts nested too deep merge."""
        for value in key:
            if value is not None and value.depth >= DEEPEST:
                key = tuple(value if value is None or value.depth < DEEPEST else None for value in key)
                break
        ambient = ambient and None in key
        deep = deep and ambient
        identity = (unit, closure, key, ambient, deep)
        context = self._contexts.get(identity)
        if context is None:
            context = self._contexts[identity] = self._numbered(Context(unit, closure, key, ambient, deep))
        return context
