"""What hides in expressions: imports by call, names bound by `:=`, and namespaces written by hand."""

import ast
from collections.abc import Collection, Iterator

from truthline.facts.annotations import dotted
from truthline.facts.context import Context, Place
from truthline.facts.outline import Import
from truthline.syntax.positions import Positions

_ANYWHERE = frozenset({"import_module", "__import__", "globals"})
_AT_MODULE_LEVEL = frozenset({"exec", "vars", "locals", "modules", "public"})
_PUBLIC = frozenset({"public", "public.public"})
"""How modules call what atpublic defines: its keywords become names of the module that calls it."""


def scanned_places(text: str, words: Collection[str]) -> frozenset[Place]:
    """Where a text with these words may have something for this module; elsewhere no expression need be walked."""
    if not _ANYWHERE.isdisjoint(words):
        return frozenset({"module", "class", "function"})
    if ":=" in text or not _AT_MODULE_LEVEL.isdisjoint(words):
        return frozenset({"module"})
    return frozenset()


class Importers:
    """How a module calls `importlib.import_module` and `__import__`, and the texts that its names stand for."""

    def __init__(self) -> None:
        self._functions = {"__import__": False}
        self._texts: dict[str, str | None] = {}

    def learn_name(self, node: ast.Assign | ast.AnnAssign) -> None:
        """Take notice of a name at module level: its text if it is bound once to a constant, or a function."""
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for name in (target.id for target in targets if isinstance(target, ast.Name)):
            function = dotted(node.value) if node.value is not None else ""
            if function in self._functions:
                self._functions[name] = self._functions[function]
            self._texts[name] = _text(node.value) if name not in self._texts else None

    def learn(self, node: ast.Import | ast.ImportFrom) -> None:
        """Take notice of a name for one of them."""
        for alias in node.names:
            if isinstance(node, ast.Import):
                if alias.name in ("importlib", "builtins"):
                    name = alias.asname or alias.name
                    function = "import_module" if alias.name == "importlib" else "__import__"
                    self._functions[f"{name}.{function}"] = alias.name == "importlib"
            elif node.module == "importlib" and alias.name == "import_module":
                self._functions[alias.asname or alias.name] = True

    def read(self, call: ast.Call, context: Context, positions: Positions) -> Import | None:
        """The import that a call makes, where its name is a constant.

        `import_module` gives the module itself (`renamed`), `__import__` the top of its name.
        """
        leaf = self._functions.get(dotted(call.func))
        module = self._constant(_argument(call, 0, "name")) if leaf is not None else None
        if leaf is None or module is None:
            return None
        package = self._constant(_argument(call, 1, "package")) if leaf else None
        name = module.lstrip(".")
        level = len(module) - len(name)
        if level and package:
            name, level = _absolute(name, level, package), 0
        span = positions.span(call)
        return Import(name, level, None, "", "dynamic", context.scope, span, span, context.guarded, leaf)

    def _constant(self, node: ast.expr | None) -> str | None:
        """The text of a literal or of a name that stands for one."""
        return self._texts.get(node.id) if isinstance(node, ast.Name) else _text(node)


def expressions(statement: ast.stmt) -> Iterator[ast.AST]:
    """Every node of the expressions of a statement, without the statements inside it."""
    pending = _parts(statement)
    while pending:
        node = pending.pop()
        yield node
        pending.extend(_parts(node))


def writes_namespace(node: ast.AST, context: Context) -> bool:
    """Whether an expression may bind module names that no statement shows."""
    if isinstance(node, ast.Call):
        name = dotted(node.func)
        own = context.place == "module" and not node.args
        at_top = context.place == "module"
        return (
            name == "globals"
            or (name in ("vars", "locals") and own)
            or (at_top and (name == "exec" or (name in _PUBLIC and bool(node.keywords))))
        )
    return isinstance(node, ast.Subscript) and dotted(node.value) == "sys.modules" and dotted(node.slice) == "__name__"


def _parts(node: ast.AST) -> list[ast.AST]:
    return [
        child
        for child in ast.iter_child_nodes(node)
        if not isinstance(child, (ast.stmt, ast.excepthandler, ast.match_case))
    ]


def _argument(call: ast.Call, index: int, keyword: str) -> ast.expr | None:
    node = call.args[index] if len(call.args) > index else None
    for each in call.keywords:
        if each.arg == keyword:
            node = each.value
    return node


def _text(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _absolute(name: str, level: int, package: str) -> str:
    parts = package.split(".")
    kept = parts[: len(parts) - level + 1]
    return ".".join([*kept, name] if name else kept)
