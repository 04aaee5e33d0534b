"""Statements of LibCST as those of `ast`."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import libcst as cst

from truthline.syntax.lowering.expressions import Expressions, operator_of
from truthline.syntax.lowering.features import Features
from truthline.syntax.lowering.patterns import Patterns
from truthline.syntax.lowering.places import Place, Places
from truthline.syntax.newer import ParamSpec, TryStar, TypeAlias, TypeVar, TypeVarTuple
from truthline.syntax.unread import Unparsable


class Statements:
    """Lowers the statements of one module."""

    def __init__(self, module: cst.Module, text: str, features: Features) -> None:
        self._places = Places(module, text)
        self._features = features
        self._expressions = Expressions(module, self._places, features)
        self._patterns = Patterns(self._expressions)

    def module(self, node: cst.Module) -> ast.Module:
        """The whole tree."""
        return ast.Module(self._body(node.body), [])

    def _body(self, statements: Iterable[cst.CSTNode]) -> list[ast.stmt]:
        return [self._lower(each) for each in _flattened(statements)]

    def _suite(self, node: cst.BaseSuite) -> list[ast.stmt]:
        return self._body(node.body)

    def _lower(self, node: cst.CSTNode) -> ast.stmt:
        found = _LOWER.get(type(node).__name__)
        if found is None:
            raise Unparsable(f"does not parse: {type(node).__name__} is no statement", self._places.line(node))
        return found(self, node)

    def _load(self, node: cst.CSTNode) -> ast.expr:
        return self._expressions.load(node)

    def _optional(self, node: cst.CSTNode | None) -> ast.expr | None:
        return self._expressions.optional(node)

    def _store(self, node: cst.CSTNode) -> Any:
        return self._expressions.lower(node, ast.Store())

    # -- simple statements

    def _expression(self, node: cst.Expr) -> ast.stmt:
        value = self._load(node.value)
        return ast.Expr(value, **self._places.of(node))

    def _assign(self, node: cst.Assign) -> ast.stmt:
        targets = [self._store(each.target) for each in node.targets]
        return ast.Assign(targets, self._load(node.value), **self._places.of(node))

    def _annotated(self, node: cst.AnnAssign) -> ast.stmt:
        simple = isinstance(node.target, cst.Name) and not node.target.lpar
        target, annotation = self._store(node.target), self._load(node.annotation.annotation)
        return ast.AnnAssign(target, annotation, self._optional(node.value), int(simple), **self._places.of(node))

    def _augmented(self, node: cst.AugAssign) -> ast.stmt:
        target, value = self._store(node.target), self._load(node.value)
        return ast.AugAssign(target, operator_of(node.operator), value, **self._places.of(node))

    def _delete(self, node: cst.Del) -> ast.stmt:
        bare = isinstance(node.target, cst.Tuple) and not node.target.lpar
        targets = [each.value for each in node.target.elements] if bare else [node.target]  # type: ignore[attr-defined]
        return ast.Delete([self._expressions.lower(each, ast.Del()) for each in targets], **self._places.of(node))

    def _return(self, node: cst.Return) -> ast.stmt:
        return ast.Return(self._optional(node.value), **self._places.of(node))

    def _raise(self, node: cst.Raise) -> ast.stmt:
        cause = node.cause.item if node.cause is not None else None
        return ast.Raise(self._optional(node.exc), self._optional(cause), **self._places.of(node))

    def _assert(self, node: cst.Assert) -> ast.stmt:
        return ast.Assert(self._load(node.test), self._optional(node.msg), **self._places.of(node))

    def _pass(self, node: cst.Pass) -> ast.stmt:
        return ast.Pass(**self._places.of(node))

    def _break(self, node: cst.Break) -> ast.stmt:
        return ast.Break(**self._places.of(node))

    def _continue(self, node: cst.Continue) -> ast.stmt:
        return ast.Continue(**self._places.of(node))

    def _global(self, node: cst.Global) -> ast.stmt:
        return ast.Global([each.name.value for each in node.names], **self._places.of(node))

    def _nonlocal(self, node: cst.Nonlocal) -> ast.stmt:
        return ast.Nonlocal([each.name.value for each in node.names], **self._places.of(node))

    # -- names from elsewhere

    def _import(self, node: cst.Import) -> ast.stmt:
        return ast.Import([self._alias(each) for each in node.names], **self._places.of(node))

    def _import_from(self, node: cst.ImportFrom) -> ast.stmt:
        if isinstance(node.names, cst.ImportStar):
            names = [ast.alias("*", None, **self._places.of(node.names))]
        else:
            names = [self._alias(each) for each in node.names]
        module = _dotted(node.module) if node.module is not None else None
        return ast.ImportFrom(module, names, len(node.relative), **self._places.of(node))

    def _alias(self, node: cst.ImportAlias) -> ast.alias:
        bound = node.asname.name if node.asname is not None else None
        last: cst.CSTNode = bound if bound is not None else node.name
        return ast.alias(_dotted(node.name), _dotted(bound) if bound else None, **self._places.between(node.name, last))

    def _lazy_import(self, node: Any) -> ast.stmt:
        """It runs when the name is used first; that it is an import is what counts."""
        self._features.note((3, 15), "a lazy import")
        return self._import(node)

    def _lazy_import_from(self, node: Any) -> ast.stmt:
        self._features.note((3, 15), "a lazy import")
        return self._import_from(node)

    # -- definitions

    def _function(self, node: cst.FunctionDef) -> ast.stmt:
        kind = ast.FunctionDef if node.asynchronous is None else ast.AsyncFunctionDef
        return kind(
            name=node.name.value,
            args=self._expressions.parameters(node.params),
            body=self._suite(node.body),
            decorator_list=[self._load(each.decorator) for each in node.decorators],
            returns=self._optional(node.returns.annotation if node.returns is not None else None),
            **self._definition(node),
        )

    def _class(self, node: cst.ClassDef) -> ast.stmt:
        bases, keywords = self._expressions.arguments((*node.bases, *node.keywords))
        return ast.ClassDef(
            name=node.name.value,
            bases=bases,
            keywords=keywords,
            body=self._suite(node.body),
            decorator_list=[self._load(each.decorator) for each in node.decorators],
            **self._definition(node),
        )

    def _definition(self, node: cst.FunctionDef | cst.ClassDef) -> Place:
        """The place and the type parameters, which the constructor of an older Python does not name."""
        return {**self._places.of(node), "type_params": self._type_parameters(getattr(node, "type_parameters", None))}

    def _type_alias(self, node: cst.TypeAlias) -> ast.stmt:
        self._features.note((3, 12), "a `type` statement")
        params = self._type_parameters(node.type_parameters)
        made: ast.stmt = TypeAlias(self._store(node.name), params, self._load(node.value), **self._places.of(node))
        return made

    def _type_parameters(self, node: Any) -> list[Any]:
        if node is None:
            return []
        self._features.note((3, 12), "type parameters")
        return [self._type_parameter(each) for each in node.params]

    def _type_parameter(self, node: Any) -> Any:
        default = self._optional(getattr(node, "default", None))
        if default is not None:
            self._features.note((3, 13), "a default of a type parameter")
            if node.star:
                default = ast.Starred(default, ast.Load(), **self._places.of(node.default))
        name, place = node.param.name.value, self._places.of(node.param)
        if type(node.param).__name__ == "TypeVar":
            return TypeVar(name, self._optional(node.param.bound), default_value=default, **place)
        kind = ParamSpec if type(node.param).__name__ == "ParamSpec" else TypeVarTuple
        return kind(name, default_value=default, **place)

    # -- blocks

    def _if(self, node: cst.If) -> ast.stmt:
        """An `elif` is an `if` in the `else` of the one before, as many as there are."""
        chain = [node]
        while isinstance(chain[-1].orelse, cst.If):
            chain.append(chain[-1].orelse)
        last = chain[-1].orelse
        otherwise = self._suite(last.body) if isinstance(last, cst.Else) else []
        for each in reversed(chain):
            otherwise = [ast.If(self._load(each.test), self._suite(each.body), otherwise, **self._places.of(each))]
        return otherwise[0]

    def _otherwise(self, node: cst.Else | cst.Finally | None) -> list[ast.stmt]:
        return self._suite(node.body) if node is not None else []

    def _while(self, node: cst.While) -> ast.stmt:
        otherwise = self._otherwise(node.orelse)
        return ast.While(self._load(node.test), self._suite(node.body), otherwise, **self._places.of(node))

    def _for(self, node: cst.For) -> ast.stmt:
        kind = ast.For if node.asynchronous is None else ast.AsyncFor
        target, iterable = self._store(node.target), self._load(node.iter)
        otherwise = self._otherwise(node.orelse)
        return kind(target, iterable, self._suite(node.body), otherwise, **self._places.of(node))

    def _with(self, node: cst.With) -> ast.stmt:
        kind = ast.With if node.asynchronous is None else ast.AsyncWith
        return kind([self._item(each) for each in node.items], self._suite(node.body), **self._places.of(node))

    def _item(self, node: cst.WithItem) -> ast.withitem:
        bound = self._store(node.asname.name) if node.asname is not None else None
        return ast.withitem(self._load(node.item), bound)

    def _try(self, node: cst.Try) -> ast.stmt:
        return self._tried(ast.Try, node)

    def _try_star(self, node: cst.TryStar) -> ast.stmt:
        self._features.note((3, 11), "`except*`")
        return self._tried(TryStar, node)

    def _tried(self, kind: Callable[..., ast.stmt], node: cst.Try | cst.TryStar) -> ast.stmt:
        handlers = [self._handler(each) for each in node.handlers]
        last = self._otherwise(node.finalbody)
        return kind(self._suite(node.body), handlers, self._otherwise(node.orelse), last, **self._places.of(node))

    def _handler(self, node: cst.ExceptHandler | cst.ExceptStarHandler) -> ast.ExceptHandler:
        if isinstance(node.type, cst.Tuple) and not node.type.lpar:
            self._features.note((3, 14), "`except` without parentheses")
        name = node.name.name if node.name is not None else None
        bound = _dotted(name) if name is not None else None
        return ast.ExceptHandler(self._optional(node.type), bound, self._suite(node.body), **self._places.of(node))

    def _match(self, node: cst.Match) -> ast.stmt:
        cases = [self._case(each) for each in node.cases]
        return ast.Match(self._load(node.subject), cases, **self._places.of(node))

    def _case(self, node: cst.MatchCase) -> ast.match_case:
        return ast.match_case(self._patterns.lower(node.pattern), self._optional(node.guard), self._suite(node.body))


def _flattened(statements: Iterable[cst.CSTNode]) -> Iterator[cst.CSTNode]:
    """The statements of a block, those that share a line one by one."""
    for each in statements:
        if isinstance(each, cst.SimpleStatementLine):
            yield from each.body
        else:
            yield each


def _dotted(node: cst.CSTNode) -> str:
    """The name of an import."""
    names: list[str] = []
    while isinstance(node, cst.Attribute):
        names.append(node.attr.value)
        node = node.value
    assert isinstance(node, cst.Name)
    return ".".join([node.value, *reversed(names)])


_LOWER: dict[str, Callable[[Statements, Any], ast.stmt]] = {
    "Expr": Statements._expression,
    "Assign": Statements._assign,
    "AnnAssign": Statements._annotated,
    "AugAssign": Statements._augmented,
    "Del": Statements._delete,
    "Return": Statements._return,
    "Raise": Statements._raise,
    "Assert": Statements._assert,
    "Pass": Statements._pass,
    "Break": Statements._break,
    "Continue": Statements._continue,
    "Global": Statements._global,
    "Nonlocal": Statements._nonlocal,
    "Import": Statements._import,
    "ImportFrom": Statements._import_from,
    "LazyImport": Statements._lazy_import,
    "LazyImportFrom": Statements._lazy_import_from,
    "FunctionDef": Statements._function,
    "ClassDef": Statements._class,
    "TypeAlias": Statements._type_alias,
    "If": Statements._if,
    "While": Statements._while,
    "For": Statements._for,
    "With": Statements._with,
    "Try": Statements._try,
    "TryStar": Statements._try_star,
    "Match": Statements._match,
}
