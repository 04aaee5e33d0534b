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
_MOST_STARS = 40
"""Star imports of star imports are followed by recursion."""


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

    def note_name(self, file: str, name: str) -> None:
        """Note that it was asked what a name is in a file."""


class _Bindings(msgspec.Struct):
    """The names that a module binds: by imports, otherwise, and by star imports."""

    imports: dict[str, list[Import]]
    others: frozenset[str]
    stars: tuple[Import, ...]


class _Step(msgspec.Struct, frozen=True):
    """A name to look up, the one that led to it, and the star imports on the way."""

    module: str
    name: str
    previous: "_Step | None" = None
    stars: int = 0

    def is_cycle(self) -> bool:
        """Whether the way to this name came by it before."""
        step = self.previous
        while step is not None:
            if (step.module, step.name) == (self.module, self.name):
                return True
            step = step.previous
        return False


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
            self._answers[key] = tuple(dict.fromkeys(self._search(_Step(module, name), set())))
        return self._answers[key]

    def lookup(self, module: str, name: str) -> Resolution:
        """The best of `lookup_all`: what is found over what is only known to be elsewhere, unknown, or missing."""
        answers = self.lookup_all(module, name)
        for kind in (Found, External, Unknown):
            for answer in answers:
                if isinstance(answer, kind):
                    return answer
        return answers[0]

    def _search(self, start: "_Step", seen: set[tuple[str, str]]) -> Iterator[Resolution]:
        """All answers that can be reached from a name, each name being looked at once."""
        pending = [start]
        while pending:
            step = pending.pop()
            if (step.module, step.name) in seen:
                if step.is_cycle():
                    yield self._cycle(step)
                continue
            seen.add((step.module, step.name))
            source = self._modules.get(step.module)
            if source is None:
                yield self._outside(step.module, step.name)
            elif source.outline is None:
                yield Unknown(f"{source.file} could not be read")
            else:
                further: list[_Step] = []
                yield from self._inside(source, source.outline, step, further, seen)
                pending.extend(reversed(further))

    def _cycle(self, step: "_Step") -> Resolution:
        """A name that leads back to itself; a package asking itself for a submodule gets it."""
        submodule = f"{step.module}.{step.name}"
        return Found(submodule, "") if self._modules.place(submodule) else Missing(step.module, step.name, cyclic=True)

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

    def _inside(
        self,
        source: SourceModule,
        outline: Outline,
        step: "_Step",
        further: "list[_Step]",
        seen: set[tuple[str, str]],
    ) -> Iterator[Resolution]:
        """The answers that a module itself gives; what it takes from others is added to `further`."""
        name = step.name
        self._modules.note_name(source.file, name)
        bindings = self._bound(source, outline)
        local = name in bindings.others or name in _IMPLICIT
        if local:
            yield Found(source.name, name)
        for imp in bindings.imports.get(name, ()):
            target = self._modules.target(source, imp)
            if imp.name is None:
                yield self._module(target.module if imp.renamed else target.module.partition(".")[0])
            elif not target.exists and target.first_party:
                yield Missing(target.module, imp.name)
            else:
                further.append(_Step(target.module, imp.name, step))
        if not local and name not in bindings.imports:
            yield from self._by_star(source, outline, bindings.stars, step, seen)

    def _by_star(
        self,
        source: SourceModule,
        outline: Outline,
        stars: tuple[Import, ...],
        step: "_Step",
        seen: set[tuple[str, str]],
    ) -> Iterator[Resolution]:
        answers = [answer for imp in stars for answer in self._starred(source, imp, step, seen)]
        certain = [answer for answer in answers if isinstance(answer, (Found, External))]
        yield from certain
        if not certain:
            yield self._unbound(source, outline, step.name, answers)

    def _unbound(self, source: SourceModule, outline: Outline, name: str, by_star: list[Resolution]) -> Resolution:
        """A name that no statement of the module binds."""
        if self._modules.place(f"{source.name}.{name}"):
            return Found(f"{source.name}.{name}", "")
        if outline.getattr:
            return Unknown(f"{source.name} has a module-level __getattr__")
        if outline.dynamic:
            return Unknown(f"{source.name} binds names that no statement shows")
        return by_star[0] if by_star else Missing(source.name, name)

    def _module(self, module: str) -> Resolution:
        if self._modules.place(module) and self._modules.is_first_party(module):
            return Found(module, "")
        return Missing(module, "") if self._modules.is_first_party(module) else External(module, "")

    def _starred(
        self, source: SourceModule, imp: Import, step: "_Step", seen: set[tuple[str, str]]
    ) -> Iterator[Resolution]:
        """What a star import may bind a name to; nothing where it does not take that name."""
        target = self._modules.target(source, imp)
        origin = self._modules.get(target.module)
        outline = origin.outline if origin else None
        if outline is None:
            if target.exists or not target.first_party:
                yield Unknown(f"{source.name} imports everything from {target.module}, which is not analysed")
        elif step.stars >= _MOST_STARS:
            yield Unknown(f"{source.name} imports everything through more than {_MOST_STARS} modules")
        elif gives_away(outline, step.name):
            further = _Step(target.module, step.name, step, step.stars + 1)
            yield from (answer for answer in self._search(further, seen) if not isinstance(answer, Missing))

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


def gives_away(outline: Outline, name: str) -> bool:
    """Whether a star import of a module may take a name, if the module has it."""
    if outline.all_entries is not None:
        return any(entry.name == name for entry in outline.all_entries)
    return not name.startswith("_") or any(each.qualname == "__all__" for each in outline.definitions)
