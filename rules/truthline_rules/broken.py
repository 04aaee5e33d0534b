"""First-party imports that lead nowhere: found once, and shared by the four rules that report them.

What is no finding, because nothing can be proven:

- imports of third-party modules, and of files that were not read or that the config leaves out;
- names of a module that has `__getattr__`, a star import that cannot be followed, or that computes its names
  (`globals()`, `exec`, `sys.modules[__name__]`), and names that a function binds with `global`;
- names that a statement of the module binds, whatever the branch; if that statement is itself a broken import, it is
  reported where it stands, and not again at each of its users.

An import that an `except ImportError` guards cannot fail, but it always takes the except branch: it is a warning.
Imports for type checking are reported like any other: the type checker sees `Any` there.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Literal
from weakref import WeakKeyDictionary

import msgspec

from truthline.api import Import, Location, Modules, Program, Severity, SourceModule, Span, Violation
from truthline_rules.modules import defines, takes_from_itself

if TYPE_CHECKING:
    from truthline.fixing import ConcreteFile, Edit


class Broken(msgspec.Struct, frozen=True):
    """An import of a module that does not exist, or of a name that its module does not define."""

    module: SourceModule
    written: Import
    lacks: Literal["module", "name"]
    target: str
    near: str | None

    @property
    def reexport(self) -> bool:
        """Whether the package offers the imported name as its own."""
        return self.module.is_package and self.written.scope == "" and bool(self.written.name)


_FOUND: "WeakKeyDictionary[Program, tuple[Broken, ...]]" = WeakKeyDictionary()


def broken_imports(program: Program) -> tuple[Broken, ...]:
    """Every broken import of the program, in order of file and line; one for each statement and module."""
    if program not in _FOUND:
        _FOUND[program] = tuple(_search(program.modules))
    return _FOUND[program]


def violation(broken: Broken, message: str, help_text: str) -> Violation:
    """A finding at a broken import; it only warns where the code is prepared for the failure."""
    written = broken.written
    severity: Severity | None = "warning" if written.guarded else None
    return Violation(
        location=Location(broken.module.file, _place(broken)),
        message=message + (", so the `except` branch always runs" if written.guarded else ""),
        help=f"{broken.near}; {help_text}" if broken.near else help_text,
        severity=severity,
        symbol=f"{broken.target}:{written.name or ''}",
        fixable=not written.guarded,
    )


def removals(program: Program, file: "ConcreteFile", violations: Sequence[Violation]) -> Iterator["Edit"]:
    """Edits that take broken re-exports away, as far as nothing else in the file uses the names."""
    from libcst import ImportAlias, ImportFrom

    from truthline.fixing import Replace

    places = {each.location.span for each in violations}
    for broken in broken_imports(program):
        if broken.module.file != file.path or _place(broken) not in places:
            continue
        for written in _same_statement(program, broken):
            if file.names(written.bound) <= 1:
                span, kind = (written.statement, ImportFrom) if written.name == "*" else (written.span, ImportAlias)
                yield from (Replace(node, None) for node in file.nodes_at(span) if isinstance(node, kind))


def _place(broken: Broken) -> Span:
    return broken.written.statement if broken.lacks == "module" else broken.written.span


def _same_statement(program: Program, broken: Broken) -> Iterable[Import]:
    """The imports that are broken for the same reason: all names of a statement whose module does not exist."""
    written, outline = broken.written, broken.module.outline
    if outline is None or program.modules.resolve(broken.module, written).exists:
        return (written,)
    return (each for each in outline.imports if each.statement == written.statement)


def _search(modules: Modules) -> Iterator[Broken]:
    by_tail = _by_tail(modules.by_name)
    for file in sorted(modules.by_file):
        module = modules.by_file[file]
        seen: set[tuple[int, str]] = set()
        for written in module.outline.imports if module.outline else ():
            broken = _judge(modules, module, written, by_tail)
            if broken and broken.lacks == "module":
                place = (written.statement.line, broken.target)
                if place in seen:
                    continue
                seen.add(place)
            if broken:
                yield broken


def _judge(modules: Modules, module: SourceModule, written: Import, by_tail: Mapping[str, list[str]]) -> Broken | None:
    target = modules.resolve(module, written)
    if not target.first_party:
        return None
    if not target.exists:
        name = target.module or "." * written.level + written.module
        return Broken(module, written, "module", name, _moved(name, by_tail))
    if written.name in (None, "*") or target.submodule is not None:
        return None
    name = str(written.name)
    source = modules.get(target.module)
    if source is None and target.file is not None:
        return None
    if source is None:  # a directory without `__init__`: only a module could be meant
        missing = f"{target.module}.{name}"
        return Broken(module, written, "module", missing, _moved(missing, by_tail))
    if takes_from_itself(modules, source, name) if source is module else defines(modules, source, name):
        return None
    return Broken(module, written, "name", target.module, None)


def _by_tail(names: Iterable[str]) -> dict[str, list[str]]:
    tails: defaultdict[str, list[str]] = defaultdict(list)
    for name in names:
        tails[name.rpartition(".")[2]].append(name)
    return dict(tails)


def _moved(missing: str, by_tail: Mapping[str, list[str]]) -> str | None:
    """Where the module may have gone: the only one that has its last name."""
    candidates = by_tail.get(missing.rpartition(".")[2], [])
    return f"there is a module `{candidates[0]}`" if len(candidates) == 1 else None
