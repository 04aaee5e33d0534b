"""What a dotted text in a file stands for: through imports, re-exports and star imports, in any function's scope."""

from collections.abc import Iterator, Mapping, Sequence

from truthline.api import (
    External,
    Found,
    Import,
    MalformedPattern,
    Modules,
    NamePattern,
    ObjectPattern,
    Resolution,
    SourceModule,
)

Reference = tuple[str, str]
"""An object: its module, and its dotted name there."""


def references(modules: Modules, module: SourceModule, dotted: str, scope: str = "") -> tuple[Reference, ...]:
    """Everything that `dotted`, written in `scope` (a qualified name) of a module, may be called.

    `Session`, where a facade re-exports it, is `app.db:Session` as well as `sqlalchemy.orm:Session`. A name that
    nothing binds is a builtin. Of what is not analysed, every way to part module from object is among them.
    """
    first, _, rest = dotted.partition(".")
    found: dict[Reference, None] = {}
    bound = _local(module, first, scope) or _top(module, first)
    for written in bound:
        found.update(dict.fromkeys(_imported(modules, module, written, rest)))
    if not any(written.scope for written in bound):
        for answer in modules.lookup_all(module.name, first):
            found.update(dict.fromkeys(_resolved(modules, answer, rest)))
        if not found:
            found.update(dict.fromkeys(_starred(modules, module, dotted)))
    return tuple(found) or (("builtins", dotted),)


def _local(module: SourceModule, name: str, scope: str) -> tuple[Import, ...]:
    """The imports that bind a name in the innermost function or class around."""
    imports = module.outline.imports if module.outline else ()
    while scope:
        found = tuple(each for each in imports if each.bound == name and each.scope == scope)
        if found:
            return found
        scope = scope.rpartition(".")[0]
    return ()


def _top(module: SourceModule, name: str) -> tuple[Import, ...]:
    imports = module.outline.imports if module.outline else ()
    return tuple(each for each in imports if each.bound == name and not each.scope)


def _imported(modules: Modules, importer: SourceModule, written: Import, rest: str) -> Iterator[Reference]:
    """What an import binds, and what is reached from there."""
    target = modules.resolve(importer, written)
    if not target.module:
        return
    if written.name is None:
        bound = target.module if written.renamed else target.module.partition(".")[0]
        yield from _of_module(modules, bound, rest)
    else:
        yield from _splits(".".join(filter(None, (target.module, written.name, rest))))
        if target.submodule is not None:
            yield from _of_module(modules, target.submodule, rest)
        elif target.analysed:
            yield from _resolved(modules, modules.lookup(target.module, written.name), rest)


def _of_module(modules: Modules, name: str, rest: str) -> Iterator[Reference]:
    """What a dotted text means that goes on from a module."""
    yield from _splits(f"{name}.{rest}" if rest else name)
    while rest and modules.exists(name):
        first, _, rest = rest.partition(".")
        if modules.get(name) is not None:
            answer = modules.lookup(name, first)
            if answer != Found(f"{name}.{first}", ""):
                yield from _resolved(modules, answer, rest)
                return
        name = f"{name}.{first}"


def _resolved(modules: Modules, answer: Resolution, rest: str) -> Iterator[Reference]:
    if isinstance(answer, External):
        yield from _splits(".".join(filter(None, (answer.module, answer.name, rest))))
    elif isinstance(answer, Found) and answer.name:
        yield answer.module, f"{answer.name}.{rest}" if rest else answer.name
    elif isinstance(answer, Found) and rest:
        yield from _of_module(modules, answer.module, rest)


def _starred(modules: Modules, module: SourceModule, dotted: str) -> Iterator[Reference]:
    """What a name may be that comes, if at all, from a star import of a module outside."""
    for written in module.outline.imports if module.outline else ():
        target = modules.resolve(module, written) if written.name == "*" else None
        if target is not None and not target.analysed and target.module:
            yield target.module, dotted


def _splits(dotted: str) -> Iterator[Reference]:
    parts = dotted.split(".")
    for count in range(len(parts) - 1, 0, -1):
        yield ".".join(parts[:count]), ".".join(parts[count:])


class ObjectPatterns:
    """Objects (`sqlalchemy.orm:Session`), or bare names of what may stand in any module (`Session`).

    Raises MalformedPattern.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self._objects = tuple(ObjectPattern.compile(text) for text in texts if ":" in text)
        self._names = tuple(NamePattern.compile(text) for text in texts if ":" not in text)

    @property
    def captures(self) -> frozenset[str]:
        """The captures that a scope must bind."""
        each = [pattern.captures for pattern in self._objects] + [pattern.captures for pattern in self._names]
        return frozenset().union(*each)

    def match(self, found: Sequence[Reference], captures: Mapping[str, str]) -> Reference | None:
        """The first of these references that a pattern matches."""
        return next((each for each in found if self._matches(each, captures)), None)

    def _matches(self, reference: Reference, captures: Mapping[str, str]) -> bool:
        module, name = reference
        last = name.rpartition(".")[2]
        return any(pattern.matches(module, name, captures) for pattern in self._objects) or any(
            pattern.matches(name, captures) or pattern.matches(last, captures) for pattern in self._names
        )


def object_problems(texts: Sequence[str], bound: frozenset[str]) -> Iterator[str]:
    """What is wrong with patterns of objects, in a rule whose scope binds the given captures."""
    for text in texts:
        try:
            unbound = ObjectPatterns([text]).captures - bound
        except MalformedPattern as error:
            yield str(error)
            continue
        for name in sorted(unbound):
            yield f"`{text}` uses `{{{name}}}`, which the scope does not capture"
