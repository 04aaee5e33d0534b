"""Under what circumstances a statement runs."""

import ast
from typing import Literal, NamedTuple

from truthline.facts.annotations import dotted
from truthline.facts.outline import ImportKind

Place = Literal["module", "class", "function"]
_IMPORT_FAILURES = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}


class Context(NamedTuple):
    """Where a statement stands: in which scope, whether importing the file runs it, and what catches its failure."""

    scope: str = ""
    place: Place = "module"
    kind: ImportKind = "top"
    guarded: bool = False

    def inner(self, name: str) -> str:
        """The qualified name of what this scope binds."""
        return f"{self.scope}.{name}" if self.scope else name

    def function(self, name: str) -> "Context":
        """The body of a function; its failures are its callers' business."""
        kind = self.kind if self.kind == "type-checking" else "lazy"
        return Context(self.inner(name), "function", kind)

    def class_body(self, name: str) -> "Context":
        """The body of a class, which runs where the class statement runs."""
        return self._replace(scope=self.inner(name), place="class")

    def perhaps(self) -> "Context":
        """A block that may not run."""
        return self._replace(kind="conditional") if self.kind == "top" else self

    def never(self) -> "Context":
        """A block that only a type checker reads."""
        return self._replace(kind="type-checking")

    def protected(self, handlers: list[ast.excepthandler]) -> "Context":
        """The body of a `try` with these handlers."""
        if not handlers:
            return self
        guarded = self.guarded or any(_catches_import_failure(handler) for handler in handlers)
        return self.perhaps()._replace(guarded=guarded)

    def managed(self, items: list[ast.withitem]) -> "Context":
        """The body of a `with`; `suppress(ImportError)` catches as a handler does."""
        if any(_suppresses_import_failure(item.context_expr) for item in items):
            return self.perhaps()._replace(guarded=True)
        return self


class TypeChecking:
    """How a module calls `typing.TYPE_CHECKING`."""

    def __init__(self) -> None:
        self._names = {"TYPE_CHECKING"}
        self._modules = {"typing", "typing_extensions"}

    def learn(self, node: ast.Import | ast.ImportFrom) -> None:
        """Take notice of an alias."""
        for alias in node.names:
            if isinstance(node, ast.Import):
                if alias.name in self._modules and alias.asname:
                    self._modules.add(alias.asname)
            elif alias.name == "TYPE_CHECKING" and alias.asname:
                self._names.add(alias.asname)

    def branches(self, test: ast.expr, outer: Context) -> tuple[Context, Context]:
        """The contexts of both branches of an `if`."""
        if self._is_false(test):
            return outer.never(), outer
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not) and self._is_false(test.operand):
            return outer, outer.never()
        if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And) and any(map(self._is_false, test.values)):
            return outer.never(), outer
        return outer.perhaps(), outer.perhaps()

    def _is_false(self, test: ast.expr) -> bool:
        """Whether a test is known to be false when the program runs."""
        if isinstance(test, ast.Constant):
            return not test.value
        name = dotted(test)
        module, _, last = name.rpartition(".")
        return name in self._names or (last == "TYPE_CHECKING" and module in self._modules)


def _catches_import_failure(handler: ast.excepthandler) -> bool:
    if not isinstance(handler, ast.ExceptHandler) or handler.type is None:
        return True
    return any(_is_import_failure(each) for each in _elements(handler.type))


def _suppresses_import_failure(call: ast.expr) -> bool:
    if not isinstance(call, ast.Call) or dotted(call.func).rpartition(".")[2] != "suppress":
        return False
    return any(_is_import_failure(argument) for argument in call.args)


def _is_import_failure(node: ast.expr) -> bool:
    return dotted(node).rpartition(".")[2] in _IMPORT_FAILURES


def _elements(node: ast.expr) -> list[ast.expr]:
    return node.elts if isinstance(node, ast.Tuple) else [node]
