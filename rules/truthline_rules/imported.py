"""What an import statement imports, for rules that forbid some of it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from weakref import WeakKeyDictionary

import msgspec

from truthline.api import (
    External,
    Found,
    Import,
    MalformedPattern,
    Missing,
    ModulePattern,
    Modules,
    ObjectPattern,
    Options,
    Program,
    SourceModule,
)


class EdgeOptions(Options, frozen=True, kw_only=True):
    """Which imports count: those for type checking, and those inside functions."""

    type_checking: bool = True
    lazy: bool = True

    def counts(self, written: Import) -> bool:
        """Whether an import is looked at."""
        if written.kind == "type-checking":
            return self.type_checking
        return self.lazy or not written.scope


class Imported(msgspec.Struct, frozen=True):
    """The modules that one imported name brings in, and the object that it stands for, if it is no module."""

    modules: tuple[str, ...]
    symbols: tuple[tuple[str, str], ...]


_KNOWN: WeakKeyDictionary[Modules, dict[tuple[str, Import], Imported]] = WeakKeyDictionary()
"""What was resolved before, of every program that is still in use: many rules ask for the same imports."""


def imported(modules: Modules, importer: SourceModule, written: Import) -> Imported:
    """Resolve an import.

    `from pkg import name` imports `pkg`, and `pkg.name` where that is a module or where nothing has that name; else the
    object `pkg:name`, and where a facade re-exports it, what it stands for too. Importing a third-party `a.b.c` imports
    `a` and `a.b`.
    """
    known = _KNOWN.setdefault(modules, {})
    found = known.get((importer.name, written))
    if found is None:
        found = known[importer.name, written] = _resolved(modules, importer, written)
    return found


def _resolved(modules: Modules, importer: SourceModule, written: Import) -> Imported:
    target = modules.resolve(importer, written)
    if not target.first_party:
        parts = target.module.split(".")
        parents = tuple(".".join(parts[:length]) for length in range(len(parts), 0, -1))
        if written.name in (None, "*"):
            return Imported(parents, ())
        return Imported((f"{target.module}.{written.name}", *parents), ((target.module, str(written.name)),))
    if target.submodule is not None:
        return Imported((target.submodule, target.module), ())
    if written.name in (None, "*"):
        return Imported((target.module,), ())
    name = str(written.name)
    found = modules.lookup(target.module, name)
    if isinstance(found, Missing):  # nothing tells whether a module or an object is meant that is no longer there
        return Imported((f"{target.module}.{name}", target.module), ((target.module, name),))
    if isinstance(found, Found) and not found.name:  # a facade gives away a module
        return Imported((found.module, target.module), ((target.module, name),))
    symbols = [(target.module, name)]
    if isinstance(found, (Found, External)) and (found.module, found.name) not in symbols:
        symbols.append((found.module, found.name))
    return Imported((target.module,), tuple(symbols))


class Patterns:
    """Modules (`a.b.**`) and objects (`a.b:name`) in one list. Raises MalformedPattern."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.modules = tuple(ModulePattern.compile(text) for text in texts if ":" not in text)
        self.objects = tuple(ObjectPattern.compile(text) for text in texts if ":" in text)

    @property
    def captures(self) -> frozenset[str]:
        """The captures that a scope must bind."""
        captures = [pattern.captures for pattern in self.modules] + [pattern.captures for pattern in self.objects]
        return frozenset().union(*captures)

    def module(self, names: Sequence[str], captures: Mapping[str, str]) -> str | None:
        """The first of the modules that a pattern matches."""
        return next((name for name in names if any(each.matches(name, captures) for each in self.modules)), None)

    def match(self, what: Imported, captures: Mapping[str, str], *, star: bool) -> str | None:
        """The first module or object that a pattern matches; a star import takes every object of its module."""
        found = self.module(what.modules, captures)
        if found is not None:
            return found
        for module, name in what.symbols:
            if any(each.matches(module, name, captures) for each in self.objects):
                return f"{module}:{name}"
        if star and any(each.module.matches(what.modules[0], captures) for each in self.objects):
            return f"{what.modules[0]}:*"
        return None


def pattern_problems(texts: Sequence[str], bound: frozenset[str]) -> Iterator[str]:
    """What is wrong with patterns of a rule whose scope binds the given captures."""
    for text in texts:
        try:
            unbound = Patterns([text]).captures - bound
        except MalformedPattern as error:
            yield str(error)
            continue
        for name in sorted(unbound):
            yield f"`{text}` uses `{{{name}}}`, which the scope does not capture"


def packages_around(module: str) -> tuple[str, ...]:
    """The packages around a module, nearest first."""
    parts = module.split(".")
    return tuple(".".join(parts[:length]) for length in range(len(parts) - 1, 0, -1))


def packages(modules: Modules) -> set[str]:
    """Every package that has a module in it; a directory without `__init__.py` is one."""
    return {package for name in modules.by_name for package in packages_around(name)}


def unmatched(modules: Modules, patterns: Iterable[ModulePattern]) -> Iterator[str]:
    """The patterns that name no module and no package."""
    known = modules.by_name.keys() | packages(modules)
    return (each.text for each in patterns if not any(each.matches(name) for name in known))


def statement(program: Program, importer: SourceModule, written: Import) -> str:
    """The import's source line."""
    lines = program.modules.source_lines(importer.file)
    return lines[written.statement.line - 1].strip() if written.statement.line <= len(lines) else ""
