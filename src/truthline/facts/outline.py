"""The outline of a file: what the rest of the program needs to know without reading its bodies."""

from typing import Literal

import msgspec

from truthline.model.location import Span

ImportKind = Literal["top", "lazy", "type-checking", "conditional", "dynamic"]
DefinitionKind = Literal["function", "class", "assign", "import", "star"]


class Import(msgspec.Struct, frozen=True, array_like=True):
    """One imported name of one import statement, or one constant `import_module` call.

    `module` is the written module (without leading dots), `level` the number of dots,
    `name` the name taken from it (None for `import a.b`, "*" for a star import), `bound`
    the local name that the statement binds ("" where it binds none). `scope` is the qualified name
    of the function or class in which it stands, "" at module level. `kind` is "lazy" inside a
    function, "type-checking" under `if TYPE_CHECKING`, "conditional" under another `if` or a `try`
    at module level, "dynamic" for `importlib.import_module("x")` and `__import__("x")` with a constant name.
    `guarded` says that an `except ImportError` (or broader) stands around it.
    """

    module: str
    level: int
    name: str | None
    bound: str
    kind: ImportKind
    scope: str
    span: Span
    guarded: bool = False


class Definition(msgspec.Struct, frozen=True, array_like=True):
    """A name bound at module level or in a class body (`qualname` is dotted: "C.method", "f.inner")."""

    qualname: str
    kind: DefinitionKind
    span: Span
    bases: tuple[str, ...] = ()
    decorators: tuple[str, ...] = ()


class AllEntry(msgspec.Struct, frozen=True, array_like=True):
    """One string of `__all__`."""

    name: str
    span: Span


class ModuleCall(msgspec.Struct, frozen=True, array_like=True):
    """A call that importing the file executes: `callee` is the dotted text of what is called ("" if it has none)."""

    callee: str
    span: Span
    bound: str = ""


class Comment(msgspec.Struct, frozen=True, array_like=True):
    """A `# truthline: ...` comment: the text after the colon, and whether it stands alone on its line."""

    line: int
    column: int
    text: str
    alone: bool


class Outline(msgspec.Struct, frozen=True, array_like=True):
    """All of a file that other files may need to know.

    `all_entries` is None where `__all__` is not set or not a literal. `words` holds every distinct
    identifier-like word of the text, separated by single spaces: the superset index that finds call sites, writers and subclasses by name.
    `getattr` says that the module defines `__getattr__` (PEP 562).
    """

    imports: tuple[Import, ...]
    definitions: tuple[Definition, ...]
    all_entries: tuple[AllEntry, ...] | None
    module_calls: tuple[ModuleCall, ...]
    comments: tuple[Comment, ...]
    docstring: str | None
    getattr: bool
    words: str
    lines: int
