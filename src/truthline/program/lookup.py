"""Following a name through re-exports and star imports to where it is defined."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Protocol

import msgspec

from truthline.facts.outline import Import, Outline
from truthline.program.module import External, Found, ImportTarget, Missing, Resolution, SourceModule, Unknown
from truthline.program.paths import ModulePlace

_IMPLICIT = frozenset(
    "__name__ __file__ __doc__ __package__ __path__ __spec__ __loader__ __dict__ __cached__ __builtins__ "
    "__annotations__".split()
)
_Visited = frozenset[tuple[str, str]]


class Surroundings(Protocol):
    """What name look-up needs to know of the modules."""

    def get(self, name: str) -> SourceModule | None:
        """The analysed module of a name."""

    def place(self, name: str) -> ModulePlace | None:
        """Where a module is, analysed or not."""

    def is_first_party(self, name: str) -> bool:
        """Whether a module belongs to the code under the roots."""

    def target(self, importer: SourceModule, imp: Import) -> ImportTarget:
        """What an import asks for, as far as its text tells."""


class _Bindings(msgspec.Struct):
    """The names that a module binds: by imports, otherwise, and by star imports."""

    imports: dict[str, list[Import]]
    others: frozenset[str]
    stars: tuple[Import, ...]


class Names:
    """Look-up of module-level names."""

    def __init__(self, modules: Surroundings) -> None:
        self._modules = modules
        self._bindings: dict[str, _Bindings] = {}
        self._answers: dict[tuple[str, str], tuple[Resolution, ...]] = {}

    def lookup_all(self, module: str, name: str) -> tuple[Resolution, ...]:
        """All that a name of a module may be; several where it is bound several times. Never empty."""
        key = (module, name)
        if key not in self._answers:
            self._answers[key] = tuple(dict.fromkeys(self._lookup(module, name, frozenset())))
        return self._answers[key]

    def lookup(self, module: str, name: str) -> Resolution:
        """The best of `lookup_all`: what is found over what is only known to be elsewhere, unknown, or missing."""
        answers = self.lookup_all(module, name)
        for kind in (Found, External, Unknown):
            for answer in answers:
                if isinstance(answer, kind):
                    return answer
        return answers[0]

    def _lookup(self, module: str, name: str, visited: _Visited) -> Iterator[Resolution]:
        if (module, name) in visited:
            yield Missing(module, name, cyclic=True)
            return
        source = self._modules.get(module)
        if source is None:
            yield self._outside(module, name)
        elif source.outline is None:
            yield Unknown(f"{source.file} could not be read")
        else:
            yield from self._inside(source, source.outline, name, visited | {(module, name)})

    def _outside(self, module: str, name: str) -> Resolution:
        """A name of a module that is not analysed."""
        if self._modules.place(f"{module}.{name}"):
            return Found(f"{module}.{name}", "")
        if not self._modules.is_first_party(module):
            return External(module, name)
        place = self._modules.place(module)
        if place is None or place.file is None:
            return Missing(module, name)
        return Unknown(f"{place.file} is not among the analysed files")

    def _inside(self, source: SourceModule, outline: Outline, name: str, visited: _Visited) -> Iterator[Resolution]:
        bindings = self._bound(source, outline)
        found = name in bindings.others or name in _IMPLICIT
        if found:
            yield Found(source.name, name)
        for imp in bindings.imports.get(name, ()):
            found = True
            yield from self._imported(source, imp, visited)
        if found:
            return
        by_star = [answer for imp in bindings.stars for answer in self._starred(source, imp, name, visited)]
        certain = [answer for answer in by_star if isinstance(answer, (Found, External))]
        yield from certain
        if not certain:
            yield self._unbound(source, outline, name, by_star)

    def _unbound(self, source: SourceModule, outline: Outline, name: str, by_star: list[Resolution]) -> Resolution:
        """A name that no statement of the module binds."""
        if self._modules.place(f"{source.name}.{name}"):
            return Found(f"{source.name}.{name}", "")
        if outline.getattr:
            return Unknown(f"{source.name} has a module-level __getattr__")
        if outline.dynamic:
            return Unknown(f"{source.name} binds names that no statement shows")
        return by_star[0] if by_star else Missing(source.name, name)

    def _imported(self, source: SourceModule, imp: Import, visited: _Visited) -> Iterator[Resolution]:
        target = self._modules.target(source, imp)
        if imp.name is not None:
            yield from self._taken(target, imp.name, visited)
        elif imp.renamed:
            yield self._module(target.module)
        else:
            yield self._module(target.module.partition(".")[0])

    def _taken(self, target: ImportTarget, name: str, visited: _Visited) -> Iterator[Resolution]:
        if not target.exists and target.first_party:
            yield Missing(target.module, name)
        else:
            yield from self._lookup(target.module, name, visited)

    def _module(self, module: str) -> Resolution:
        if self._modules.place(module) and self._modules.is_first_party(module):
            return Found(module, "")
        return Missing(module, "") if self._modules.is_first_party(module) else External(module, "")

    def _starred(self, source: SourceModule, imp: Import, name: str, visited: _Visited) -> Iterator[Resolution]:
        """What a star import may bind a name to; nothing where it does not take that name."""
        target = self._modules.target(source, imp)
        origin = self._modules.get(target.module)
        outline = origin.outline if origin else None
        if outline is None:
            if not target.exists and target.first_party:
                return
            yield Unknown(f"{source.name} imports everything from {target.module}, which is not analysed")
            return
        if outline.all_entries is not None:
            taken = any(entry.name == name for entry in outline.all_entries)
        else:
            taken = not name.startswith("_") or any(each.qualname == "__all__" for each in outline.definitions)
        if taken:
            yield from (each for each in self._lookup(target.module, name, visited) if not isinstance(each, Missing))

    def _bound(self, source: SourceModule, outline: Outline) -> _Bindings:
        if source.name not in self._bindings:
            self._bindings[source.name] = _bindings(outline)
        return self._bindings[source.name]


def _bindings(outline: Outline) -> _Bindings:
    imports: defaultdict[str, list[Import]] = defaultdict(list)
    at_top = [imp for imp in outline.imports if not imp.scope and imp.kind != "dynamic"]
    remaining = {each.qualname for each in outline.definitions if each.kind == "import"}
    for imp in at_top:
        if imp.bound in remaining:
            imports[imp.bound].append(imp)
    others = frozenset(
        each.qualname
        for each in outline.definitions
        if each.kind not in ("import", "star") and "." not in each.qualname
    )
    stars = tuple(imp for imp in at_top if imp.name == "*")
    return _Bindings(dict(imports), others, stars)
