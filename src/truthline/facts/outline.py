"""The outline of a file: what the rest of the program needs to know without reading its bodies."""

from typing import Literal

import msgspec

from truthline.model.location import Span
from truthline.syntax.comments import Comment

__all__ = ["AllEntry", "Comment", "Definition", "DefinitionKind", "Import", "ImportKind", "ModuleCall", "Outline"]

ImportKind = Literal["top", "lazy", "type-checking", "conditional", "dynamic"]
DefinitionKind = Literal["function", "class", "assign", "import", "star"]


class Import(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One imported name of one import statement, or one constant `import_module` call.

    `module` is the written module (without leading dots), `level` the number of dots,
    `name` the name taken from it (None for `import a.b`, "*" for a star import), `bound`
    the local name that the statement binds ("" where it binds none). `scope` is the qualified name
    of the function or class in which it stands, "" at module level. `kind` is "lazy" inside a
    function, "type-checking" under `if TYPE_CHECKING`, "conditional" under another `if` or a `try`
    at module level, "dynamic" for `importlib.import_module("x")` and `__import__("x")` with a constant name.
    `span` is that of the name, `statement` that of the whole statement or call. `guarded` says that an
    `except ImportError` (or broader) stands around it. `renamed` says that `bound` is what was asked for
    and not the top of its name: `import a.b as c`, and every import of the `from` form.
    """

    module: str
    level: int
    name: str | None
    bound: str
    kind: ImportKind
    scope: str
    span: Span
    statement: Span
    guarded: bool = False
    renamed: bool = False


class Definition(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A name bound at module level or in a class body, or a function or class anywhere.

    `qualname` is dotted: "C.method", "f.inner"; that of a star import is "*". The span is that of the whole
    function or class from its `def` or `class` on, else that of the name. `bases` and `decorators` are dotted
    texts, those of the callee where a decorator is a call, "" for what has none.
    """

    qualname: str
    kind: DefinitionKind
    span: Span
    bases: tuple[str, ...] = ()
    decorators: tuple[str, ...] = ()


class AllEntry(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One string of `__all__`."""

    name: str
    span: Span


class ModuleCall(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A call that importing the file executes as a statement, as an assigned value or as a `with` item.

    `callee` is the dotted text of what is called, `a.b().c` where that is itself the result of a call, "" if it has
    none; `bound` is the assigned name. In class bodies only calls that stand alone are recorded.
    """

    callee: str
    span: Span
    bound: str = ""


class Outline(msgspec.Struct, frozen=True, array_like=True):
    """All of a file that other files may need to know.

    `all_entries` is None where `__all__` is not set or not a literal. `words` holds every distinct
    identifier-like word of the text, separated by single spaces: the superset index that finds call sites, writers and
    subclasses by name. `getattr` says that the module defines `__getattr__` (PEP 562), `dynamic` that it may bind names
    that no statement shows (`globals()`, `exec`, `sys.modules[__name__]`). `stores` holds the names of the attributes
    that statements assign, separated by spaces, and again with a dot in front where one is assigned on anything but
    `self`.
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
    dynamic: bool = False
    stores: str = ""
