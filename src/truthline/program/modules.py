"""All analysed modules together: names, imports and the text behind them, but no bodies."""

import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from types import MappingProxyType

import msgspec

from truthline.facts.code import Bodies
from truthline.facts.lower import encode, lower
from truthline.facts.outline import Definition, Import
from truthline.facts.store.store import Store
from truthline.program.asked import Asked
from truthline.program.lookup import Names
from truthline.program.module import (
    External,
    Found,
    ImportEdge,
    ImportTarget,
    Missing,
    Resolution,
    SourceModule,
    Unknown,
)
from truthline.program.paths import ImportPath, ModulePlace
from truthline.syntax.identity import digest
from truthline.syntax.parse import parse
from truthline.syntax.source import decode, split_lines
from truthline.syntax.tree import Tree
from truthline.syntax.unread import Unparsable, Unread

__all__ = [
    "External",
    "Found",
    "ImportEdge",
    "ImportTarget",
    "Missing",
    "Modules",
    "Resolution",
    "SourceModule",
    "Unknown",
    "Unread",
]

_FEW_WORDS = 40
"""Words that are looked for one by one before an index of all is built."""
_BODIES = msgspec.msgpack.Decoder(Bodies)


class Modules:
    """The module graph. Every collection it returns is in the order of the files' paths."""

    def __init__(
        self,
        tree: Tree,
        path: ImportPath,
        modules: Sequence[SourceModule],
        unread: Sequence[Unread] = (),
        store: Store | None = None,
    ) -> None:
        self.tree = tree
        self.store = store or Store()
        self.asked = Asked()
        self._scanned: dict[str, tuple[SourceModule, ...]] = {}
        self._path = path
        self.by_file: Mapping[str, SourceModule] = MappingProxyType({module.file: module for module in modules})
        self.by_name: Mapping[str, SourceModule] = MappingProxyType({module.name: module for module in modules})
        self.unread = tuple(unread)
        self._names = Names(self)
        self._targets: dict[tuple[str, str | None], ImportTarget] = {}
        self._lines: dict[str, list[str]] = {}
        self._bound: dict[str, dict[str, set[str]]] = {}
        self._subclassing: dict[str, tuple[SourceModule, ...]] = {}

    # -- modules

    def get(self, name: str) -> SourceModule | None:
        """The analysed module of a name, also under the longer names that an outer root gives it."""
        if (module := self.by_name.get(name)) is not None:
            return module
        place = self._path.find(name)
        return self.by_file.get(place.file) if place and place.file else None

    def place(self, name: str) -> ModulePlace | None:
        """Where a module or package is under the roots, analysed or not."""
        return self._path.find(name)

    def exists(self, name: str) -> bool:
        """Whether there is such a module or package; a directory without `__init__.py` is one."""
        return name in self.by_name or self._path.find(name) is not None

    def is_first_party(self, name: str) -> bool:
        """Whether a module belongs to the code under the roots, by its top-level name.

        A directory without `__init__.py` gives way to an installed package of its name (`alembic/` beside the code
        is the commonest): it is ours only where some import finds a file in it.
        """
        top = name.partition(".")[0]
        place = self._path.find(top)
        if place is None:
            return top in self._tops
        return place.file is not None or top in self._used_namespaces

    def files_mentioning(self, word: str) -> tuple[SourceModule, ...]:
        """Every module whose text has this word anywhere, in code, strings or comments."""
        self.asked.words.add(word)
        if len(self._scanned) < _FEW_WORDS:
            return self._scan(word)
        return tuple(self._words.get(word, ()))

    def files_storing(self, name: str) -> tuple[SourceModule, ...]:
        """Every module in which a statement assigns an attribute of this name; with a dot in front, not on `self`."""
        self.asked.stores.add(name)
        return tuple(self._stores.get(name, ()))

    def files_defining(self, name: str) -> tuple[SourceModule, ...]:
        """Every module in which a function or class of this name is defined, at any depth."""
        self.asked.defining.add(name)
        return tuple(self._defining.get(name, ()))

    def first_definition(self, module: SourceModule) -> Definition | None:
        """The first class or function of a module, else the first name that it binds."""
        definitions = module.outline.definitions if module.outline else ()
        made = [each for each in definitions if each.kind in ("class", "function")]
        return min(made or definitions, key=lambda each: (each.span.line, each.span.column), default=None)

    def local_names(self, module: SourceModule, name: str) -> set[str]:
        """The names that a module may use for another's `name`: its own, and those under which it is imported."""
        self.asked.local.add(name)
        bound = self._bound.get(module.file)
        if bound is None:
            bound = self._bound[module.file] = {}
            for one in module.outline.imports if module.outline else ():
                if one.name and one.bound:
                    bound.setdefault(one.name, {one.name}).add(one.bound)
        return bound.get(name) or {name}

    def files_subclassing(self, name: str) -> tuple[SourceModule, ...]:
        """Every module in which a class names a base of this name, or one that it imports under another."""
        found = self._subclassing.get(name)
        if found is None:
            modules = self.files_mentioning(name)
            found = self._subclassing[name] = tuple(one for one in modules if self._may_subclass(one, name))
        return found

    def _may_subclass(self, module: SourceModule, name: str) -> bool:
        if module.outline is None:
            return False
        bases = {base.rpartition(".")[2] for one in module.outline.definitions for base in one.bases}
        return "" in bases or not bases.isdisjoint(self.local_names(module, name))

    # -- what they import and define

    def resolve(self, importer: SourceModule, imp: Import) -> ImportTarget:
        """What an import asks for. Of an import that cannot be placed, `module` is empty."""
        key = (absolute_name(importer, imp), imp.name)
        if not key[0]:
            return self.target(importer, imp)
        found = self._targets.get(key)
        if found is None:
            found = self._targets[key] = self._with_submodule(self.target(importer, imp))
        return found

    def target(self, importer: SourceModule, imp: Import) -> ImportTarget:
        """What an import asks for, leaving open whether the name it takes is a module."""
        module = absolute_name(importer, imp)
        if not module:
            return ImportTarget("", imp.name, None, False, importer.package is not None, None, False)
        place = self._path.find(module)
        source = self.get(module)
        return ImportTarget(
            module=module,
            name=imp.name,
            submodule=None,
            exists=place is not None or source is not None,
            first_party=self.is_first_party(module),
            file=source.file if source else place.file if place else None,
            analysed=source is not None and source.outline is not None,
        )

    def lookup(self, module: str, name: str) -> Resolution:
        """Where a module's name is defined, through re-exports, star imports and submodules."""
        return self._names.lookup(module, name)

    def lookup_all(self, module: str, name: str) -> tuple[Resolution, ...]:
        """All that a module's name may be: several where it is bound conditionally or again."""
        return self._names.lookup_all(module, name)

    def definitions(self, module: str, qualname: str) -> tuple[Definition, ...]:
        """Where a module itself binds a qualified name."""
        source = self.get(module)
        if source is None:
            return ()
        self.note_name(source.file, qualname)
        return self._definitions_of(source).get(qualname, ())

    def edges(self) -> tuple[ImportEdge, ...]:
        """Every import of an analysed module by another, one an imported name, and the parents that it implies."""
        return self._edges

    def edges_for_answers(self) -> tuple[ImportEdge, ...]:
        """The same, for an answer that is kept: it rests on the imports of all files."""
        self.asked.imports = True
        return self._edges

    def note_name(self, file: str, name: str) -> None:
        """Note that it was asked what a name is in a file."""
        self.asked.names.setdefault(file, set()).add(name)

    def binds_namespace(self, importer: SourceModule, imp: Import) -> bool:
        """Whether an import can decide that a directory without `__init__.py` is first-party code."""
        place = self._path.find(absolute_name(importer, imp).partition(".")[0])
        return place is not None and place.file is None

    # -- text

    def source(self, file: str) -> bytes:
        """The bytes of a file; raises Unparsable where it cannot be read (any more)."""
        return self.tree.read(file)

    def bodies(self, file: str) -> Bodies:
        """The bodies of a file: from the store, or lowered now and kept there.

        Raises Unparsable where the file cannot be read (any more), and RecursionError where it nests too deeply.
        """
        self.asked.bodies.add(file)
        encoded = self._stored_bodies(file)
        if encoded is not None:
            with suppress(msgspec.DecodeError):
                return _BODIES.decode(encoded)
        return self._lowered(file)[0]

    def encoded_bodies(self, file: str) -> bytes | None:
        """The bodies of a file as the store keeps them; None where they cannot be kept, or the file not be read."""
        try:
            return self._stored_bodies(file) or self._lowered(file)[1]
        except (Unparsable, RecursionError):
            return None

    def _stored_bodies(self, file: str) -> bytes | None:
        known = self.by_file[file].digest
        return self.store.get("bodies", known) if known is not None else None

    def _lowered(self, file: str) -> tuple[Bodies, bytes | None]:
        source = self.source(file)
        bodies = lower(parse(source))
        encoded = encode(bodies)
        known = self.by_file[file].digest
        if encoded is not None and known is not None and digest(source) == known:
            self.store.put("bodies", known, encoded)
        return bodies, encoded

    def source_lines(self, file: str) -> list[str]:
        """The lines of a file as reports show them; none where it cannot be read (any more)."""
        if file not in self._lines:
            try:
                self._lines[file] = split_lines(decode(self.source(file)))
            except Unparsable:
                self._lines[file] = []
        return self._lines[file]

    def _scan(self, word: str) -> tuple[SourceModule, ...]:
        """The modules that have a word, without an index of all words, which pays only where many are asked for."""
        found = self._scanned.get(word)
        if found is None:
            found = self._scanned[word] = tuple(
                module
                for module in self.by_file.values()
                if module.outline is not None
                and word in module.outline.words
                and f" {word} " in f" {module.outline.words} "
            )
        return found

    # -- built when first asked for

    @cached_property
    def _words(self) -> dict[str, list[SourceModule]]:
        index: defaultdict[str, list[SourceModule]] = defaultdict(list)
        for module in self.by_file.values():
            for word in module.outline.words.split(" ") if module.outline else ():
                index[word].append(module)
        return index

    @cached_property
    def _stores(self) -> dict[str, list[SourceModule]]:
        index: defaultdict[str, list[SourceModule]] = defaultdict(list)
        for module in self.by_file.values():
            for name in module.outline.stores.split(" ") if module.outline else ():
                index[name].append(module)
        return index

    @cached_property
    def _defining(self) -> dict[str, list[SourceModule]]:
        index: defaultdict[str, list[SourceModule]] = defaultdict(list)
        for module in self.by_file.values():
            definitions = module.outline.definitions if module.outline else ()
            for name in {
                each.qualname.rpartition(".")[2] for each in definitions if each.kind in ("function", "class")
            }:
                index[name].append(module)
        return index

    @cached_property
    def _tops(self) -> frozenset[str]:
        return frozenset(name.partition(".")[0] for name in self.by_name if "/" not in name)

    @cached_property
    def _used_namespaces(self) -> frozenset[str]:
        """Top-level directories without `__init__.py` in which some import finds a file."""
        used: set[str] = set()
        for importer in self.by_file.values():
            for imp in importer.outline.imports if importer.outline else ():
                module = absolute_name(importer, imp)
                top = module.partition(".")[0]
                if module and top not in used and top not in sys.stdlib_module_names and self._has_file(module, imp):
                    used.add(top)
        return frozenset(used)

    def _has_file(self, module: str, imp: Import) -> bool:
        names = (module, f"{module}.{imp.name}") if imp.name else (module,)
        places = (self._path.find(name) for name in names)
        return any(place is not None and place.file is not None for place in places)

    @cached_property
    def _definitions(self) -> dict[str, dict[str, tuple[Definition, ...]]]:
        return {}

    def _definitions_of(self, source: SourceModule) -> dict[str, tuple[Definition, ...]]:
        if source.name not in self._definitions:
            grouped: defaultdict[str, tuple[Definition, ...]] = defaultdict(tuple)
            for each in source.outline.definitions if source.outline else ():
                grouped[each.qualname] += (each,)
            self._definitions[source.name] = dict(grouped)
        return self._definitions[source.name]

    @cached_property
    def _edges(self) -> tuple[ImportEdge, ...]:
        edges: list[ImportEdge] = []
        for importer in self.by_file.values():
            for imp in importer.outline.imports if importer.outline else ():
                edges.extend(self._edges_of(importer, imp))
        return tuple(edges)

    def _edges_of(self, importer: SourceModule, imp: Import) -> list[ImportEdge]:
        target = self.resolve(importer, imp)
        names = [target.runs] if target.exists else []
        names += [name for name in parents(target.runs) if names and not is_within(importer.name, name)]
        modules = [(self.get(name), name != target.runs) for name in names]
        return [
            ImportEdge(importer.name, module.name, imp, implied)
            for module, implied in modules
            if module is not None and module is not importer
        ]

    def _with_submodule(self, target: ImportTarget) -> ImportTarget:
        """The target with the module that `from package import name` names, unless the package binds it anew."""
        if target.name in (None, "*") or not target.exists:
            return target
        name = f"{target.module}.{target.name}"
        place = self._path.find(name)
        if place is None or self.lookup(target.module, target.name or "") != Found(name, ""):
            return target
        source = self.get(name)
        return ImportTarget(
            module=target.module,
            name=target.name,
            submodule=name,
            exists=True,
            first_party=target.first_party,
            file=place.file,
            analysed=source is not None and source.outline is not None,
        )


def absolute_name(importer: SourceModule, imp: Import) -> str:
    """The absolute name of the module that an import names; "" where it leaves the roots."""
    if imp.level == 0:
        return imp.module
    if importer.package is None:
        return ""
    parts = importer.package.split(".") if importer.package else []
    if imp.level > len(parts):
        return ""
    kept = parts[: len(parts) - imp.level + 1]
    return ".".join([*kept, imp.module] if imp.module else kept)


def parents(name: str) -> list[str]:
    """The packages around a module, outermost first."""
    parts = name.split(".")
    return [".".join(parts[:count]) for count in range(1, len(parts))]


def is_within(name: str, package: str) -> bool:
    """Whether a module is a package or stands inside it."""
    return name == package or name.startswith(package + ".")
