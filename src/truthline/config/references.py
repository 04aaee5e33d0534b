"""References into the code base: patterns of modules, objects, paths and operations, and what they capture.

Modules are written `a.b.c`, objects `module:Qual.name`, paths with `/` relative to the config file. `*` is one
segment, or any text within one; `**` is any number of segments. A scope's `{name}` captures one segment, or the part
of one between literal text; the other patterns of the same rule use it again as `{name}` (that value) and `{!name}`
(any other). All patterns are case sensitive.
"""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

import msgspec

from truthline.config.segments import MalformedPattern, Shape, compile_shape

LEFT_OUT = "!"
"""Stands before a pattern of a scope that takes files out of it."""

Captures = Mapping[str, str]
NO_CAPTURES: Captures = MappingProxyType({})


class ModulePattern(msgspec.Struct, frozen=True):
    """`a.b.c`, `a.*.c`, `a.**`."""

    text: str
    shape: Shape
    prefix: str = ""
    literals: tuple[str, ...] = ()

    @classmethod
    def compile(cls, text: str) -> "ModulePattern":
        """Compile a pattern; raises MalformedPattern."""
        shape = _dotted(text, "module")
        literals = tuple(segment for segment in text.split(".") if segment.isidentifier())
        return cls(text, shape, _literal_prefix(text), literals)

    @property
    def is_literal(self) -> bool:
        """Whether it is the name of one module."""
        return self.shape.is_literal

    @property
    def captures(self) -> frozenset[str]:
        """The captures that must be given to `matches`."""
        return self.shape.captures

    def matches(self, name: str, captures: Captures = NO_CAPTURES) -> bool:
        """Whether the module `name` matches, with the captures that the rule's scope bound."""
        if self.shape.is_literal:
            return name == self.text
        possible = name.startswith(self.prefix) and all(literal in name for literal in self.literals)
        return possible and _matches(self.shape, name.split("."), captures)


class ObjectPattern(msgspec.Struct, frozen=True):
    """`module:Qual.name`, with patterns on both sides."""

    text: str
    module: ModulePattern
    shape: Shape

    @classmethod
    def compile(cls, text: str) -> "ObjectPattern":
        """Compile a pattern; raises MalformedPattern."""
        module, colon, qualname = text.partition(":")
        if not colon:
            raise MalformedPattern(f"`{text}` names no object; write `module:Qual.name`{_split_hint(text)}")
        return cls(text, ModulePattern.compile(module), _dotted(qualname, "object"))

    @property
    def is_literal(self) -> bool:
        """Whether it names one object."""
        return self.module.is_literal and self.shape.is_literal

    @property
    def qualname(self) -> str:
        """The text after the colon."""
        return self.text.partition(":")[2]

    @property
    def captures(self) -> frozenset[str]:
        """The captures that must be given to `matches`."""
        return self.module.captures | self.shape.captures

    def matches(self, module: str, qualname: str, captures: Captures = NO_CAPTURES) -> bool:
        """Whether the object `qualname` of `module` matches."""
        return self.module.matches(module, captures) and _matches(self.shape, qualname.split("."), captures)


class NamePattern(msgspec.Struct, frozen=True):
    """A dotted name within a module: `f`, `Class.method`, `*.execute`, `**.get_*`."""

    text: str
    shape: Shape

    @classmethod
    def compile(cls, text: str) -> "NamePattern":
        """Compile a pattern; raises MalformedPattern."""
        return cls(text, _dotted(text, "name"))

    @property
    def captures(self) -> frozenset[str]:
        """The captures that must be given to `matches`."""
        return self.shape.captures

    def matches(self, name: str, captures: Captures = NO_CAPTURES) -> bool:
        """Whether the dotted `name` matches."""
        return _matches(self.shape, name.split("."), captures)


class PathPattern(msgspec.Struct, frozen=True):
    """A glob over whole paths relative to the config file; `{name}` captures a segment or a part of one."""

    text: str
    shape: Shape
    prefix: str = ""

    @classmethod
    def compile(cls, text: str, given: Iterable[str] = ()) -> "PathPattern":
        """Compile a pattern; `given` are the captures that are bound before it is matched. Raises MalformedPattern."""
        shape = compile_shape(_path_segments(text))
        known = set(given)
        for segment in shape.segments:
            if segment.capture is None:
                continue
            if segment.negated and segment.capture not in known:
                raise MalformedPattern(
                    f"`{{!{segment.capture}}}` has no `{{{segment.capture}}}` before it to differ from"
                )
            known.add(segment.capture)
        return cls(text, shape, _literal_prefix(text))

    @property
    def is_literal(self) -> bool:
        """Whether it is the path of one file."""
        return self.shape.is_literal

    @property
    def captures(self) -> frozenset[str]:
        """The captures that a match binds."""
        return self.shape.captures

    def match(self, path: str, given: Captures = NO_CAPTURES) -> dict[str, str] | None:
        """The captures (with what was `given`) where `path` matches, else None."""
        return self.shape.match(path.split("/"), given) if path.startswith(self.prefix) else None

    def matches(self, path: str, given: Captures = NO_CAPTURES) -> bool:
        """Whether `path` matches."""
        return self.match(path, given) is not None


class OperationPattern(msgspec.Struct, frozen=True):
    """A dotted name of an operation; a `*` at its end takes all the rest (`logs.*` owns `logs.read.all`)."""

    text: str
    shape: Shape

    @classmethod
    def compile(cls, text: str) -> "OperationPattern":
        """Compile a pattern; raises MalformedPattern."""
        if not text or text != text.strip() or "" in text.split("."):
            raise MalformedPattern(f"`{text}` is no operation; write `domain.action`, `domain.*` or `{{domain}}.*`")
        segments = text.split(".")
        return cls(text, compile_shape([*segments, "**"] if segments[-1] == "*" else segments))

    @property
    def captures(self) -> frozenset[str]:
        """The captures that must be given to `matches`."""
        return self.shape.captures

    def matches(self, operation: str, captures: Captures = NO_CAPTURES) -> bool:
        """Whether the operation matches, with the captures that the scope bound."""
        return _matches(self.shape, operation.split("."), captures)


def compile_modules(texts: Iterable[str]) -> tuple[ModulePattern, ...]:
    """Compile several patterns; raises MalformedPattern."""
    return tuple(ModulePattern.compile(text) for text in texts)


def compile_objects(texts: Iterable[str]) -> tuple[ObjectPattern, ...]:
    """Compile several patterns; raises MalformedPattern."""
    return tuple(ObjectPattern.compile(text) for text in texts)


def compile_scope(texts: Iterable[str]) -> tuple[PathPattern, ...]:
    """Compile the patterns by which a scope takes files in; raises MalformedPattern."""
    return tuple(PathPattern.compile(text) for text in texts if not text.startswith(LEFT_OUT))


def compile_left_out(texts: Iterable[str]) -> tuple[PathPattern, ...]:
    """Compile the patterns by which a scope takes files out again; raises MalformedPattern."""
    return tuple(PathPattern.compile(text[len(LEFT_OUT) :]) for text in texts if text.startswith(LEFT_OUT))


def captured(scope: Sequence[PathPattern], path: str) -> dict[str, str] | None:
    """What the first pattern of the scope that matches `path` captures; None where the scope leaves the path out."""
    return next((found for pattern in scope if (found := pattern.match(path)) is not None), None)


def common_captures(scope: Sequence[PathPattern]) -> frozenset[str]:
    """The captures that every match of the scope binds: those that its rule's other patterns may use."""
    each = [pattern.captures for pattern in scope]
    return each[0].intersection(*each[1:]) if each else frozenset()


def _matches(shape: Shape, names: Sequence[str], captures: Captures) -> bool:
    missing = shape.captures - captures.keys()
    if missing:
        raise MalformedPattern(f"`{{{min(missing)}}}` is captured by no scope")
    return shape.match(names, captures) is not None


def _dotted(text: str, noun: str) -> Shape:
    """The shape of a dotted name, its literal parts checked to be able to be identifiers."""
    if "/" in text or text.endswith(".py"):
        raise MalformedPattern(f"`{text}` is a path; write a {noun} with dots, as it is imported")
    segments = text.split(".")
    if "" in segments:
        raise MalformedPattern(
            f"`{text}` is no {noun}: {'it is empty' if not text else 'a name between dots is empty'}"
        )
    shape = compile_shape(segments)
    for segment in shape.segments:
        for part in segment.parts:
            if not _may_be_in_a_name(part):
                raise MalformedPattern(f"`{text}` is no {noun}: `{part}` cannot be part of a name")
    return shape


def _may_be_in_a_name(part: str) -> bool:
    """Whether the text can stand within an identifier; `<lambda>` and `<locals>` are names too."""
    inner = part[1:-1] if part.startswith("<") and part.endswith(">") else part
    return not inner or f"_{inner}".isidentifier()


def _path_segments(text: str) -> list[str]:
    if not text or text != text.strip():
        raise MalformedPattern(f"`{text}` is no path: it is {'empty' if not text.strip() else 'padded with blanks'}")
    if "\\" in text:
        raise MalformedPattern(f"`{text}`: write paths with `/`")
    if text.startswith("/"):
        raise MalformedPattern(f"`{text}`: write paths relative to the config file, without a leading `/`")
    if "?" in text or "[" in text:
        raise MalformedPattern(f"`{text}`: patterns are `*`, `**` and `{{name}}`; `?` and `[` have no meaning")
    segments = text.split("/")
    if segments[0] == ".":
        segments = segments[1:]
    if ".." in segments:
        raise MalformedPattern(f"`{text}` leaves the directory of the config file")
    if "" in segments or "." in segments or not segments:
        hint = f"; write `{text}**` for all files below" if text.endswith("/") else ""
        raise MalformedPattern(f"`{text}` has an empty segment{hint}")
    return segments


def _literal_prefix(text: str) -> str:
    """The text before the first segment that varies, to turn most names away at once."""
    ends = [index for index in (text.find("*"), text.find("{")) if index >= 0]
    head = text[: min(ends)] if ends else text
    separated = max(head.rfind("."), head.rfind("/")) if ends else len(head)
    literal = head[:separated] if separated >= 0 else ""
    return literal.removeprefix("./")


def _split_hint(text: str) -> str:
    module, dot, name = text.rpartition(".")
    return f", here perhaps `{module}:{name}`" if dot and module and name else ""
