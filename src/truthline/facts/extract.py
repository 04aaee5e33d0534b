"""Extracting the outline of one file, in one walk over its statements.

Expressions are left alone, because they are most of a tree and hold almost nothing that an outline needs;
those of the few files whose text hints at more are scanned (`facts.dynamic`).
"""

import ast
import re
from collections.abc import Callable, Iterable, Mapping

import msgspec

from truthline.facts.annotations import dotted
from truthline.facts.context import Context, Place, TypeChecking
from truthline.facts.dynamic import Importers, expressions, scanned_places, writes_namespace
from truthline.facts.exports import Exports
from truthline.facts.outline import Definition, DefinitionKind, Import, ModuleCall, Outline
from truthline.facts.targets import (
    ANY_NAME,
    Bound,
    bound_names,
    captured_names,
    named_attribute,
    stored_attributes,
    stores_by_name,
)
from truthline.model.location import Span
from truthline.syntax.comments import comments
from truthline.syntax.newer import TryStar, TypeAlias
from truthline.syntax.parse import parse_text
from truthline.syntax.positions import Positions
from truthline.syntax.source import decode

_WORD = re.compile(r"[^\W\d]\w*")
_FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


def extract(source: bytes, _label: bytes = b"") -> bytes:
    """The encoded outline of a source file: the job of the index. Raises `Unparsable`."""
    text = decode(source)
    return msgspec.msgpack.encode(outline(text, parse_text(text)))


def words_of(text: str) -> dict[str, None]:
    """Every identifier-like word of a text, in the order of its first occurrence."""
    return dict.fromkeys(_WORD.findall(text))


def outline(text: str, tree: ast.Module, words: Mapping[str, None] | None = None) -> Outline:
    """The outline of a file from its decoded text and its tree, and its words where they are at hand."""
    words = words_of(text) if words is None else words
    walk = _Walk(text, scanned_places(text, words.keys()))
    walk.body(tree.body, Context())
    return Outline(
        imports=tuple(walk.imports),
        definitions=tuple(walk.definitions),
        all_entries=walk.exports.entries,
        module_calls=tuple(walk.calls),
        comments=comments(text),
        docstring=ast.get_docstring(tree),
        getattr=any(each.qualname == "__getattr__" for each in walk.definitions),
        words=" ".join(words),
        lines=text.count("\n") + (not text.endswith("\n")) if text else 0,
        dynamic=walk.dynamic,
        stores=" ".join(walk.stores),
    )


class _Walk:
    """What one walk collects."""

    def __init__(self, text: str, scanned: frozenset[Place]) -> None:
        self.imports: list[Import] = []
        self.definitions: list[Definition] = []
        self.calls: list[ModuleCall] = []
        self.dynamic = False
        self.stores: dict[str, None] = {}
        self._positions = Positions(text)
        self.exports = Exports(self._positions)
        self._importers = Importers()
        self._type_checking = TypeChecking()
        self._scanned = scanned
        self._exports_all = "__all__" in text

    def body(self, statements: Iterable[ast.stmt], context: Context) -> None:
        """Walk statements that run one after the other."""
        for statement in statements:
            if context.place in self._scanned:
                self._scan(statement, context)
            handler = _HANDLERS.get(type(statement))
            if handler is not None:
                handler(self, statement, context)

    # -- what a statement binds

    def _define(self, qualname: str, kind: DefinitionKind, span: Span) -> None:
        self.definitions.append(Definition(qualname, kind, span))

    def _bind(self, names: Iterable[Bound], context: Context) -> None:
        if context.place != "function":
            for name, node in names:
                self._define(context.inner(name), "assign", self._positions.span(node))

    def _function(self, node: _FunctionNode, context: Context) -> None:
        decorators = tuple(_callee(each) for each in node.decorator_list)
        span = self._positions.span(node)
        self.definitions.append(Definition(context.inner(node.name), "function", span, (), decorators))
        self.body(node.body, context.function(node.name))

    def _class(self, node: ast.ClassDef, context: Context) -> None:
        bases = tuple(dotted(_unsubscripted(base)) for base in node.bases)
        decorators = tuple(_callee(each) for each in node.decorator_list)
        span = self._positions.span(node)
        self.definitions.append(Definition(context.inner(node.name), "class", span, bases, decorators))
        self.body(node.body, context.class_body(node.name))

    def _assign(self, node: ast.Assign, context: Context) -> None:
        for target in node.targets:
            self._store(target)
        if context.place == "function":
            return
        for target in node.targets:
            self._bind(bound_names(target), context)
        self._learn_name(node, context)
        self._note_call(node.value, context, node.targets)
        self._note_exports(node, context)

    def _annotated(self, node: ast.AnnAssign, context: Context) -> None:
        """An annotation without a value binds nothing, but in a class body it declares a field."""
        self._store(node.target)
        if context.place == "function":
            return
        if node.value is not None or context.place == "class":
            self._bind(bound_names(node.target), context)
        self._learn_name(node, context)
        if node.value is not None:
            self._note_call(node.value, context, [node.target])
        self._note_exports(node, context)

    def _learn_name(self, node: ast.Assign | ast.AnnAssign, context: Context) -> None:
        if context.place == "module" and context.place in self._scanned:
            self._importers.learn_name(node)

    def _store(self, target: ast.expr) -> None:
        if not isinstance(target, ast.Name):
            self.stores.update(dict.fromkeys(stored_attributes(target)))

    def _augmented(self, node: ast.AugAssign, context: Context) -> None:
        self._store(node.target)
        self._bind(bound_names(node.target), context)
        self._note_exports(node, context)

    def _expression(self, node: ast.Expr, context: Context) -> None:
        named = named_attribute(node.value)
        if named is not None:
            self.stores.update(dict.fromkeys((named, f".{named}")))
        elif stores_by_name(node.value):
            self.stores[ANY_NAME] = None
        self._note_call(node.value, context, None)
        self._note_exports(node, context)

    def _delete(self, node: ast.Delete, context: Context) -> None:
        if context.kind != "top" or context.place == "function":
            return
        gone = {context.inner(name) for target in node.targets for name, _ in bound_names(target)}
        self.definitions = [each for each in self.definitions if each.qualname not in gone]

    def _global(self, node: ast.Global, _context: Context) -> None:
        for name in node.names:
            self._define(name, "assign", self._positions.span(node))

    def _type_alias(self, node: ast.stmt, context: Context) -> None:
        """`type X = ...`, whose class the oldest supported interpreter does not have."""
        name = getattr(node, "name", None)
        if isinstance(name, ast.Name):
            self._bind([(name.id, name)], context)

    def _note_exports(self, node: ast.stmt, context: Context) -> None:
        if self._exports_all and context.place == "module":
            self.exports.read(node, certain=context.kind == "top")

    def _note_call(self, value: ast.expr, context: Context, targets: list[ast.expr] | None) -> None:
        if not isinstance(value, ast.Call) or context.kind == "type-checking":
            return
        if context.place == "module" or (context.place == "class" and targets is None and context.kind != "lazy"):
            bound = dotted(targets[0]) if targets else ""
            self.calls.append(ModuleCall(_callee(value), self._positions.span(value), bound))

    # -- what it imports

    def _import(self, node: ast.Import, context: Context) -> None:
        self._learn(node)
        statement = self._positions.span(node)
        for alias in node.names:
            bound = alias.asname or alias.name.partition(".")[0]
            self._record(alias, Import(
                alias.name, 0, None, bound, context.kind, context.scope, self._positions.span(alias), statement,
                context.guarded, alias.asname is not None,
            ), context)  # fmt: skip

    def _import_from(self, node: ast.ImportFrom, context: Context) -> None:
        self._learn(node)
        statement = self._positions.span(node)
        for alias in node.names:
            bound = "" if alias.name == "*" else alias.asname or alias.name
            self._record(alias, Import(
                node.module or "", node.level, alias.name, bound, context.kind, context.scope,
                self._positions.span(alias), statement, context.guarded, True,
            ), context)  # fmt: skip

    def _learn(self, node: ast.Import | ast.ImportFrom) -> None:
        self._importers.learn(node)
        self._type_checking.learn(node)

    def _record(self, alias: ast.alias, imported: Import, context: Context) -> None:
        self.imports.append(imported)
        if context.place != "function":
            star = alias.name == "*"
            name = "*" if star else imported.bound
            self._define(context.inner(name), "star" if star else "import", imported.span)

    # -- blocks

    def _if(self, node: ast.If, context: Context) -> None:
        then, otherwise = self._type_checking.branches(node.test, context)
        self.body(node.body, then)
        self.body(node.orelse, otherwise)

    def _for(self, node: ast.For | ast.AsyncFor, context: Context) -> None:
        self._store(node.target)
        self._bind(bound_names(node.target), context)
        self.body(node.body, context.perhaps())
        self.body(node.orelse, context.perhaps())

    def _while(self, node: ast.While, context: Context) -> None:
        self.body(node.body, context.perhaps())
        self.body(node.orelse, context.perhaps())

    def _with(self, node: ast.With | ast.AsyncWith, context: Context) -> None:
        for item in node.items:
            self._note_call(item.context_expr, context, [])
            if item.optional_vars is not None:
                self._store(item.optional_vars)
                self._bind(bound_names(item.optional_vars), context)
        self.body(node.body, context.managed(node.items))

    def _try(self, node: ast.Try, context: Context) -> None:
        self.body(node.body, context.protected(list(node.handlers)))
        for handler in node.handlers:
            self.body(handler.body, context.perhaps())
        self.body(node.orelse, context.perhaps() if node.handlers else context)
        self.body(node.finalbody, context)

    def _match(self, node: ast.Match, context: Context) -> None:
        for case in node.cases:
            self._bind(captured_names(case.pattern), context)
            self.body(case.body, context.perhaps())

    # -- expressions

    def _scan(self, statement: ast.stmt, context: Context) -> None:
        for node in expressions(statement):
            if isinstance(node, ast.NamedExpr) and context.place == "module":
                self._bind(bound_names(node.target), context)
            elif isinstance(node, ast.Call):
                imported = self._importers.read(node, context, self._positions)
                if imported is not None:
                    self.imports.append(imported)
            self.dynamic = self.dynamic or writes_namespace(node, context)


def _callee(node: ast.expr) -> str:
    """The dotted text of what a call calls; of a decorator also without a call."""
    called = node.func if isinstance(node, ast.Call) else node
    if text := dotted(called):
        return text
    attributes: list[str] = []
    while isinstance(called, ast.Attribute):
        attributes.append(called.attr)
        called = called.value
    inner = _callee(called) if isinstance(called, ast.Call) else ""
    return ".".join([f"{inner}()", *reversed(attributes)]) if inner else ""


def _unsubscripted(node: ast.expr) -> ast.expr:
    """`Generic` of `Generic[T]`."""
    return node.value if isinstance(node, ast.Subscript) else node


_HANDLERS: dict[type[ast.AST], Callable[..., None]] = {
    ast.FunctionDef: _Walk._function,
    ast.AsyncFunctionDef: _Walk._function,
    ast.ClassDef: _Walk._class,
    ast.Assign: _Walk._assign,
    ast.AnnAssign: _Walk._annotated,
    ast.AugAssign: _Walk._augmented,
    ast.Expr: _Walk._expression,
    ast.Delete: _Walk._delete,
    ast.Global: _Walk._global,
    ast.Import: _Walk._import,
    ast.ImportFrom: _Walk._import_from,
    ast.If: _Walk._if,
    ast.For: _Walk._for,
    ast.AsyncFor: _Walk._for,
    ast.While: _Walk._while,
    ast.With: _Walk._with,
    ast.AsyncWith: _Walk._with,
    ast.Try: _Walk._try,
    ast.Match: _Walk._match,
    TryStar: _Walk._try,
    TypeAlias: _Walk._type_alias,
}
