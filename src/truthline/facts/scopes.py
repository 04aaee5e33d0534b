"""Which scope each name of a file belongs to, by Python's own rules.

Comprehensions are scopes of their own, but run in the code that holds them: their variables get a
name that cannot clash ("x@3").
"""

import ast
from collections.abc import Iterator
from typing import Literal

from truthline.syntax.nodes import fields_of

ScopeKind = Literal["module", "class", "function", "comprehension"]
FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
ComprehensionNode = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_OPENING = frozenset((*_FUNCTIONS, ast.ClassDef, *_COMPREHENSIONS, ast.NamedExpr))
_DECLARING = frozenset(
    (
        ast.Global,
        ast.Nonlocal,
        ast.Import,
        ast.ImportFrom,
        ast.ExceptHandler,
        ast.MatchAs,
        ast.MatchStar,
        ast.MatchMapping,
    )
)


class Scope:
    """A scope: what it binds, declares and reads, and what inner scopes take from it."""

    def __init__(self, kind: ScopeKind, parent: "Scope | None", number: int) -> None:
        self.kind: ScopeKind = kind
        self.parent = parent
        self.number = number
        self.bound: set[str] = set()
        self.globals: set[str] = set()
        self.nonlocals: set[str] = set()
        self.reads: set[str] = set()
        self.captured: set[str] = set()
        self.rebound: set[str] = set()
        self.code: int = -1

    @property
    def holder(self) -> "Scope":
        """The scope whose code runs this one."""
        scope = self
        while scope.kind == "comprehension" and scope.parent is not None:
            scope = scope.parent
        return scope

    def variable(self, name: str) -> str:
        """The variable's name in the holder's code."""
        return f"{name}@{self.number}" if self.kind == "comprehension" else name

    def find(self, name: str) -> "Scope | None":
        """The scope that binds `name` as seen from here; None for a name of the module or a builtin."""
        scope: Scope | None = self
        while scope is not None and scope.kind != "module":
            visible = scope.kind != "class" or scope is self.holder
            if visible and name in scope.globals:
                return None
            if visible and name in scope.bound and name not in scope.nonlocals:
                return scope
            scope = scope.parent
        if scope is not None and scope is self.holder and name in scope.bound:
            return scope
        return None


class ScopeTable:
    """Every scope of a file, by the node that opens it."""

    def __init__(self, tree: ast.Module) -> None:
        self._of: dict[ast.AST, Scope] = {}
        self._all: list[Scope] = []
        self.module = self._open("module", None, tree)
        for statement in tree.body:
            self._visit(statement, self.module)
        self.rebound_globals: set[str] = set()
        self._capture()

    def of(self, node: ast.AST) -> Scope:
        """The scope that `node` opens."""
        return self._of[node]

    def add_class(self, node: ast.ClassDef, parent: Scope) -> None:
        """Opens the scope of a class that no statement of the file makes; in its body, only fields are bound."""
        self._open("class", parent, node).bound.update(
            statement.target.id
            for statement in node.body
            if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)
        )

    def _open(self, kind: ScopeKind, parent: Scope | None, node: ast.AST) -> Scope:
        scope = Scope(kind, parent, len(self._all))
        self._all.append(scope)
        self._of[node] = scope
        return scope

    def _capture(self) -> None:
        for scope in self._all:
            if scope.kind == "function":
                self.rebound_globals |= scope.globals & scope.bound
            for name in scope.reads | scope.nonlocals:
                owner = (scope.parent or scope).find(name) if name in scope.nonlocals else scope.find(name)
                if owner is None or owner.holder is scope.holder:
                    continue
                owner.captured.add(name)
                if name in scope.nonlocals:
                    owner.rebound.add(name)

    def _visit(self, root: ast.AST, scope: Scope) -> None:
        stack: list[tuple[ast.AST, Scope]] = [(root, scope)]
        while stack:
            node, inside = stack.pop()
            kind = type(node)
            if kind is ast.Name:
                (inside.reads if type(node.ctx) is ast.Load else inside.bound).add(node.id)  # type: ignore[attr-defined]
            elif kind is ast.Attribute:
                stack.append((node.value, inside))  # type: ignore[attr-defined]
            elif kind in _OPENING:
                stack.extend(self._enter(node, inside))
            elif kind is not ast.Constant:
                if kind in _DECLARING:
                    self._declare(node, inside)
                _push_children(stack, node, inside)

    def _enter(self, node: ast.AST, scope: Scope) -> Iterator[tuple[ast.AST, Scope]]:
        if isinstance(node, _FUNCTIONS):
            yield from self._function(node, scope)
        elif isinstance(node, ast.ClassDef):
            yield from self._class(node, scope)
        elif isinstance(node, _COMPREHENSIONS):
            yield from self._comprehension(node, scope)
        elif isinstance(node, ast.NamedExpr):
            scope.holder.bound.add(node.target.id)
            yield node.value, scope

    def _declare(self, node: ast.AST, scope: Scope) -> None:
        if isinstance(node, ast.Global):
            scope.globals.update(node.names)
        elif isinstance(node, ast.Nonlocal):
            scope.nonlocals.update(node.names)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            scope.bound.update((alias.asname or alias.name).split(".")[0] for alias in node.names)
        elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
            scope.bound.add(node.name)
        elif isinstance(node, ast.MatchMapping) and node.rest:
            scope.bound.add(node.rest)

    def _function(self, node: FunctionNode, scope: Scope) -> Iterator[tuple[ast.AST, Scope]]:
        inner = self._open("function", scope, node)
        arguments = node.args
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        every += [extra for extra in (arguments.vararg, arguments.kwarg) if extra is not None]
        inner.bound.update(argument.arg for argument in every)
        for default in [*arguments.defaults, *arguments.kw_defaults]:
            if default is not None:
                yield default, scope
        if isinstance(node, ast.Lambda):
            yield node.body, inner
            return
        scope.bound.add(node.name)
        for decorator in node.decorator_list:
            yield decorator, scope
        for annotation in [*(argument.annotation for argument in every), node.returns]:
            if annotation is not None:
                yield annotation, scope
        for statement in node.body:
            yield statement, inner

    def _class(self, node: ast.ClassDef, scope: Scope) -> Iterator[tuple[ast.AST, Scope]]:
        scope.bound.add(node.name)
        inner = self._open("class", scope, node)
        for outside in [*node.bases, *(keyword.value for keyword in node.keywords), *node.decorator_list]:
            yield outside, scope
        for statement in node.body:
            yield statement, inner

    def _comprehension(self, node: ComprehensionNode, scope: Scope) -> Iterator[tuple[ast.AST, Scope]]:
        inner = self._open("comprehension", scope, node)
        for number, generator in enumerate(node.generators):
            yield generator.iter, scope if number == 0 else inner
            yield generator.target, inner
            for test in generator.ifs:
                yield test, inner
        parts: tuple[ast.expr | None, ...] = (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,)
        for part in parts:
            if part is not None:  # the value of `{**each for ...}`
                yield part, inner


def _push_children(stack: list[tuple[ast.AST, Scope]], node: ast.AST, scope: Scope) -> None:
    for field in fields_of(type(node)):
        value = getattr(node, field, None)
        if value.__class__ is list:
            stack.extend([(child, scope) for child in value if isinstance(child, ast.AST)])
        elif isinstance(value, ast.AST):
            stack.append((value, scope))
