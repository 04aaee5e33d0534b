"""Copies of a state's module: what a declared state must not be evaded by."""

import ast
from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec

from truthline.config.references import ModulePattern, ObjectPattern, compile_modules, compile_objects
from truthline.config.schema import Config
from truthline.program.modules import Modules, SourceModule
from truthline.syntax.parse import parse
from truthline.syntax.unread import Unparsable

LIKENESS = 0.75
"""Shared lines, as a part of those of both modules (Dice's coefficient), from which on two modules are twins."""

FEWEST = 5
"""Lines below which a likeness says nothing."""


class Twin(msgspec.Struct, frozen=True):
    """A module that no state declares, and that is nearly a copy of `original`, which `state` declares.

    `likeness` is the part of their lines that they share, from 0 to 1; layout, comments and docstrings do not count.
    """

    state: str
    original: SourceModule
    copy: SourceModule
    likeness: float


def find_twins(config: Config, modules: Modules) -> Iterator[Twin]:
    """The twins of all declared states, in the order of the states and of the copies' files."""
    declared = [pattern for state in config.state.values() for pattern in compile_modules(state.modules)]
    for name, state in sorted(config.state.items()):
        held = _held(compile_objects(state.objects or ()))
        for original in _declared(modules, compile_modules(state.modules)):
            own = _lines(modules, original)
            if own.total() < FEWEST:
                continue
            for copy in _candidates(modules, original, held):
                if any(pattern.matches(copy.name) for pattern in declared):
                    continue
                likeness = _likeness(own, _lines(modules, copy))
                if likeness >= LIKENESS:
                    yield Twin(name, original, copy, likeness)


def _declared(modules: Modules, patterns: tuple[ModulePattern, ...]) -> Iterator[SourceModule]:
    for name in sorted(modules.by_name):
        module = modules.by_name[name]
        if module.outline is not None and any(pattern.matches(name) for pattern in patterns):
            yield module


def _held(objects: Iterable[ObjectPattern]) -> set[str]:
    """The names of the declared objects, where they are written out."""
    return {pattern.qualname.rpartition(".")[2] for pattern in objects if pattern.is_literal}


def _candidates(modules: Modules, original: SourceModule, held: set[str]) -> list[SourceModule]:
    """Modules that define half of what the original defines, and mention one of the state's objects.

    Of a module that defines neither function nor class, those that mention what it binds.
    """
    definitions = original.outline.definitions if original.outline else ()
    named = {each.qualname.rpartition(".")[2] for each in definitions if each.kind in ("class", "function")}
    found: Counter[str] = Counter()
    for name in named:
        found.update({module.file for module in modules.files_defining(name)})
    if not named:
        bound = {each.qualname for each in definitions if each.kind == "assign"}
        found.update({module.file for name in bound for module in modules.files_mentioning(name)})
    mentioning = {module.file for name in held for module in modules.files_mentioning(name)}
    return [
        modules.by_file[file]
        for file in sorted(found)
        if file != original.file and 2 * found[file] >= len(named) and (not held or file in mentioning)
    ]


def _lines(modules: Modules, module: SourceModule) -> Counter[str]:
    """The lines of a module as `ast.unparse` writes them, without docstrings."""
    try:
        tree = parse(modules.source(module.file))
        for node in ast.walk(tree):
            _drop_docstring(node)
        return Counter(line.strip() for line in ast.unparse(tree).splitlines() if line.strip())
    except (Unparsable, OSError, RecursionError):
        return Counter()


def _drop_docstring(node: ast.AST) -> None:
    if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
        node.body = [each for each in node.body if not _is_text(each)]


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _likeness(one: Counter[str], other: Counter[str]) -> float:
    return 2 * (one & other).total() / max(1, one.total() + other.total())
