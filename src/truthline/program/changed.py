"""Which code of some functions is not as it was: by their syntax, so comments, layout and docstrings do not count.

To a function belongs what its module binds to the names that it uses: constants, imports, the fields of classes.
"""

import ast
import copy
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from truthline.facts.view import FileView
from truthline.model.location import Location
from truthline.syntax.depth import deep_recursion

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_DEFINITIONS = (*_FUNCTIONS, ast.ClassDef)


class ChangedCode(msgspec.Struct, frozen=True):
    """A function, or a name that one uses, that is not as it was: `module:Qual.name`, where, and its first line."""

    symbol: str
    location: Location
    text: str


def changed_code(now: FileView, before: FileView | None, functions: Iterable[str]) -> Iterator[ChangedCode]:
    """What of these functions, by their qualified names, is new or has changed since a file was as it is in `before`.

    Raises Unparsable where a file can be read no more.
    """
    wanted = frozenset(functions)
    with deep_recursion():
        old = _Bound(before.tree).shapes(wanted) if before is not None else {}
        new = _Bound(now.tree)
        for name, shapes in new.shapes(wanted).items():
            if shapes != old.get(name):
                location = now.at(new.first(name))
                yield ChangedCode(f"{now.module}:{name}", location, now.lines[location.span.line - 1].strip())


class _Bound:
    """The statements of a file by the qualified names that they bind: its functions and classes, and its own names."""

    def __init__(self, tree: ast.Module) -> None:
        self._statements: defaultdict[str, list[ast.stmt]] = defaultdict(list)
        for name, statement in _bindings(tree.body, ""):
            self._statements[name].append(statement)

    def first(self, name: str) -> ast.stmt:
        """The first statement that binds a name."""
        return self._statements[name][0]

    def shapes(self, functions: frozenset[str]) -> dict[str, list[str]]:
        """What these functions are, and all that they use; a function that another one holds is a part of that."""
        own = [name for name in self._statements if name in functions and not _outer(name) & functions]
        pending = [*own, *(outer for name in own for outer in _outer(name))]
        found: dict[str, list[str]] = {}
        while pending:
            name = pending.pop(0)
            if name not in found and name in self._statements:
                kept = [_bare(each) for each in self._statements[name]]
                if all(isinstance(each, _FUNCTIONS) for each in kept) and name not in functions:
                    continue
                found[name] = [ast.dump(each) for each in kept]
                pending += (each.id for one in kept for each in ast.walk(one) if isinstance(each, ast.Name))
        return found


def _outer(name: str) -> frozenset[str]:
    """The names of what a name stands in."""
    parts = name.split(".")
    return frozenset(".".join(parts[:end]) for end in range(1, len(parts)))


def _bindings(statements: Sequence[ast.stmt], prefix: str) -> Iterator[tuple[str, ast.stmt]]:
    for statement in statements:
        if isinstance(statement, _DEFINITIONS):
            name = f"{prefix}{statement.name}"
            yield name, statement
            yield from _bindings(statement.body, f"{name}.")
        else:
            if not prefix:
                yield from _names(statement)
            yield from _bindings(_inner(statement), prefix)


def _inner(statement: ast.stmt) -> list[ast.stmt]:
    """The statements in the blocks of one, those of its handlers and cases too."""
    inner: list[ast.stmt] = []
    for child in ast.iter_child_nodes(statement):
        if isinstance(child, ast.stmt):
            inner.append(child)
        elif isinstance(child, (ast.ExceptHandler, ast.match_case)):
            inner += child.body
    return inner


def _names(statement: ast.stmt) -> Iterator[tuple[str, ast.stmt]]:
    """The names that a statement of a module binds, each with as much of the statement as binds it."""
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        for alias in statement.names:
            single = copy.copy(statement)
            single.names = [alias]
            yield alias.asname or alias.name.partition(".")[0], single
    elif isinstance(statement, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        for target in targets:
            yield from ((each.id, statement) for each in ast.walk(target) if isinstance(each, ast.Name))


def _bare(statement: ast.stmt) -> ast.stmt:
    """A function without its docstring, a class without its functions too; any other statement as it is."""
    if not isinstance(statement, _DEFINITIONS):
        return statement
    bare = copy.copy(statement)
    bare.body = statement.body[1:] if ast.get_docstring(statement, clean=False) is not None else statement.body
    if isinstance(bare, ast.ClassDef):
        bare.body = [each for each in bare.body if not isinstance(each, _DEFINITIONS)]
    return bare
