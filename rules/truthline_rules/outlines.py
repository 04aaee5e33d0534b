"""Definitions of a module's outline, as rules about definitions ask for them."""

import re
from collections.abc import Iterator

from truthline.api import Definition, Location, Modules, SourceModule, Span
from truthline_rules.naming import Reference, references

_HEADING = re.compile(r"(?:async\s+)?(?:def|class)\s+\w+")


def heading(modules: Modules, module: SourceModule, definition: Definition) -> Location:
    """Where a definition says its name: `class C`, `async def f`; for what is assigned, the name."""
    span = definition.span
    lines = modules.source_lines(module.file)
    written = lines[span.line - 1][span.column - 1 :] if span.line <= len(lines) else ""
    match = _HEADING.match(written) if definition.kind in ("function", "class") else None
    end = Span(span.line, span.column, span.line, span.column + match.end()) if match else span
    return Location(module.file, end)


def members(module: SourceModule, qualname: str) -> Iterator[Definition]:
    """The functions that stand directly in a class or function, or with "" at module level."""
    prefix = f"{qualname}." if qualname else ""
    for each in module.outline.definitions if module.outline else ():
        if each.kind == "function" and each.qualname.startswith(prefix) and "." not in each.qualname[len(prefix) :]:
            yield each


def ancestors(modules: Modules, module: SourceModule, definition: Definition) -> tuple[Reference, ...]:
    """Every class that a class is derived from, through first-party classes."""
    found: dict[Reference, None] = {}
    pending = [(module, definition)]
    while pending:
        owner, derived = pending.pop()
        scope = derived.qualname.rpartition(".")[0]
        for base in filter(None, derived.bases):
            for reference in references(modules, owner, base, scope):
                if reference not in found:
                    found[reference] = None
                    pending.extend(_classes(modules, reference))
    return tuple(found)


def decorators(modules: Modules, module: SourceModule, definition: Definition) -> tuple[Reference, ...]:
    """Everything that the decorators of a definition may be called."""
    scope = definition.qualname.rpartition(".")[0]
    written = filter(None, definition.decorators)
    return tuple(found for each in written for found in references(modules, module, each, scope))


def _classes(modules: Modules, reference: Reference) -> Iterator[tuple[SourceModule, Definition]]:
    module = modules.get(reference[0])
    if module is not None:
        for each in modules.definitions(*reference):
            if each.kind == "class":
                yield module, each
