"""Finding modules by name as the import system would, without importing.

The rules are those of the path-based finder: of each root in turn a regular package wins over a module, and both, of
any root, win over directories without `__init__.py`, which together form one namespace package. What lies
outside the analysed files is found too, so that importing it is no dangling import.
"""

from collections.abc import Iterable, Sequence

import msgspec

from truthline.syntax.tree import Tree

_BINARY = (".so", ".pyd")


class ModulePlace(msgspec.Struct, frozen=True):
    """Where a module is: its file (None for a namespace package), and where its submodules are looked for."""

    file: str | None
    directories: tuple[str, ...]


class ImportPath:
    """The roots as a search path. Paths are relative to the config file, "" being its own directory.

    What stands in for files is found too, although no directory need list it.
    """

    def __init__(self, tree: Tree, roots: Sequence[str]) -> None:
        self._tree = tree
        self._added = _listings(tree.overlay)
        self._top = ModulePlace(None, tuple(roots))
        self._found: dict[str, ModulePlace | None] = {}
        self._listings: dict[str, frozenset[str]] = {}

    def find(self, name: str) -> ModulePlace | None:
        """The place of a module or package by its absolute name."""
        if name not in self._found:
            self._found[name] = self._walk(name)
        return self._found[name]

    def _walk(self, name: str) -> ModulePlace | None:
        """From the nearest known package down. Not by recursion: a name may have any number of dots."""
        parent, _, last = name.rpartition(".")
        if parent in self._found or not parent:
            place = self._found[parent] if parent else self._top
            return self._search(place.directories, last) if place and last else None
        within = self._top
        for part in name.split("."):
            place = self._search(within.directories, part) if part else None
            if place is None:
                return None
            within = place
        return within

    def name_of(self, file: str) -> str | None:
        """The name under which a file is imported, by the longest root that leads to it; None if no import does."""
        for root in sorted(self._top.directories, key=len, reverse=True):
            if root and not file.startswith(root + "/"):
                continue
            parts = file[len(root) + 1 if root else 0 : -len(".py")].split("/")
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            place = self.find(name) if name and not any("." in part for part in parts) else None
            if place and place.file == file:
                return name
        return None

    def _search(self, directories: Sequence[str], name: str) -> ModulePlace | None:
        portions: list[str] = []
        for directory in directories:
            entries = self._listing(directory)
            inner = f"{directory}/{name}" if directory else name
            if name in entries and "__init__.py" in self._listing(inner):
                return ModulePlace(f"{inner}/__init__.py", (inner,))
            if f"{name}.py" in entries:
                return ModulePlace(f"{inner}.py", ())
            if binary := self._binary(entries, name):
                return ModulePlace(f"{directory}/{binary}" if directory else binary, ())
            if name in entries and (inner in self._added or self._tree.is_directory(inner)):
                portions.append(inner)
        return ModulePlace(None, tuple(portions)) if portions else None

    def _listing(self, directory: str) -> frozenset[str]:
        """The names in a directory, and of what stands in for files there."""
        if directory not in self._listings:
            added = self._added.get(directory, frozenset())
            self._listings[directory] = added | self._tree.importable(directory)
        return self._listings[directory]

    @staticmethod
    def _binary(entries: frozenset[str], name: str) -> str | None:
        """A compiled extension module."""
        prefix = name + "."
        return min((each for each in entries if each.startswith(prefix) and each.endswith(_BINARY)), default=None)


def _listings(files: Iterable[str]) -> dict[str, frozenset[str]]:
    """What the directories hold in which these files lie, and those above them."""
    names: dict[str, set[str]] = {}
    for file in files:
        path = file
        while path:
            directory, _, name = path.rpartition("/")
            names.setdefault(directory, set()).add(name)
            path = directory
    return {directory: frozenset(held) for directory, held in names.items()}
