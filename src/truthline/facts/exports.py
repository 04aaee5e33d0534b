"""What a module says in `__all__`."""

import ast

from truthline.facts.outline import AllEntry
from truthline.syntax.positions import Positions

_WRAPPERS = {"list", "tuple", "sorted", "set"}


class Exports:
    """Follows `__all__` through a module's statements: literals, their sums, and the list methods.

    Anything else, such as another module's `__all__`, makes it unknown.
    """

    def __init__(self, positions: Positions) -> None:
        self._positions = positions
        self._entries: tuple[AllEntry, ...] | None = None
        self._known = True

    @property
    def entries(self) -> tuple[AllEntry, ...] | None:
        """The strings, or None where it is not set or not known."""
        return self._entries if self._known else None

    def read(self, statement: ast.stmt, certain: bool) -> None:
        """Take a statement of module level into account; where it may not run, it can only add."""
        if isinstance(statement, (ast.Assign, ast.AnnAssign)):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            if statement.value is not None and any(_is_all(target) for target in targets):
                self._assign(statement.value, certain)
        elif isinstance(statement, ast.AugAssign) and _is_all(statement.target):
            self._add(self._strings(statement.value))
        elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            self._call(statement.value)

    def _assign(self, value: ast.expr, certain: bool) -> None:
        strings = self._strings(value)
        if certain:
            self._entries, self._known = None, True
        self._add(strings)

    def _add(self, strings: tuple[AllEntry, ...] | None) -> None:
        if strings is None:
            self._known = False
        else:
            self._entries = (*(self._entries or ()), *strings)

    def _call(self, call: ast.Call) -> None:
        method = call.func
        if not isinstance(method, ast.Attribute) or not _is_all(method.value):
            return
        argument = call.args[0] if len(call.args) == 1 and not call.keywords else None
        if method.attr == "append" and argument:
            self._add(self._strings(ast.List([argument], ast.Load())))
        elif method.attr == "extend" and argument:
            self._add(self._strings(argument))
        elif method.attr == "remove" and isinstance(argument, ast.Constant):
            self._entries = tuple(entry for entry in self._entries or () if entry.name != argument.value)
        elif method.attr not in ("sort", "reverse"):
            self._known = False

    def _strings(self, node: ast.expr) -> tuple[AllEntry, ...] | None:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            left, right = self._strings(node.left), self._strings(node.right)
            return None if left is None or right is None else (*left, *right)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _WRAPPERS:
            return self._strings(node.args[0]) if node.args else ()
        if _is_all(node):
            return self._entries if self._known else None
        if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            return self._elements(node.elts)
        return None

    def _elements(self, elements: list[ast.expr]) -> tuple[AllEntry, ...] | None:
        found: list[AllEntry] = []
        for element in elements:
            if isinstance(element, ast.Starred):
                inner = self._strings(element.value)
                if inner is None:
                    return None
                found.extend(inner)
            elif isinstance(element, ast.Constant) and isinstance(element.value, str):
                found.append(AllEntry(element.value, self._positions.span(element)))
            else:
                return None
        return tuple(found)


def _is_all(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "__all__"
