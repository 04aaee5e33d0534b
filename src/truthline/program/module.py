"""One module of the analysed code, and what its imports and names turn out to be."""

import msgspec

from truthline.facts.outline import Import, Outline


class SourceModule(msgspec.Struct, frozen=True):
    """A file under the name by which it is imported.

    A file that no import can reach (shadowed by another, or with a dot in its name) has its path for a name.
    `outline` is None where the file could not be read; `digest` is that of its content.
    """

    name: str
    file: str
    is_package: bool
    outline: Outline | None
    digest: bytes | None = None

    @property
    def package(self) -> str | None:
        """What its relative imports start from: "" at top level, None where it has no name to count from."""
        if "/" in self.name or self.name.endswith(".py"):
            return None
        return self.name if self.is_package else self.name.rpartition(".")[0]


class ImportTarget(msgspec.Struct, frozen=True):
    """What an import asks for.

    `module` is the absolute name, "" for a relative import that leaves the roots; `name` is the name taken
    from it. `submodule` is set where that name is a module of its own, which the import then runs. `exists` says
    whether the module was found under the roots, `first_party` whether it should be, `file` where it is
    (None for a namespace package), `analysed` whether its outline is at hand.
    """

    module: str
    name: str | None
    submodule: str | None
    exists: bool
    first_party: bool
    file: str | None
    analysed: bool

    @property
    def runs(self) -> str:
        """The module that the import runs last."""
        return self.submodule or self.module


class ImportEdge(msgspec.Struct, frozen=True):
    """One module imports another; `implied` where that is a parent package of what the import names."""

    importer: str
    imported: str
    imp: Import
    implied: bool = False


class Found(msgspec.Struct, frozen=True):
    """A name is defined in a module; with an empty `name` it is the module itself."""

    module: str
    name: str


class External(msgspec.Struct, frozen=True):
    """A name comes from outside the roots: `name` of `module`, or the module itself where `name` is empty."""

    module: str
    name: str


class Missing(msgspec.Struct, frozen=True):
    """`module` does not define `name` (or does not exist). `cyclic`: re-exports go round in a circle."""

    module: str
    name: str
    cyclic: bool = False


class Unknown(msgspec.Struct, frozen=True):
    """What a name is cannot be told, and why."""

    reason: str


Resolution = Found | External | Missing | Unknown
