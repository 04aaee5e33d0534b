"""Expressions of LibCST as those of `ast`."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import libcst as cst

from truthline.syntax.lowering.features import Features
from truthline.syntax.lowering.places import Place, Places
from truthline.syntax.lowering.strings import Strings
from truthline.syntax.unread import Unparsable

if TYPE_CHECKING:
    from libcst import CSTNode

_BINARY: dict[str, type[ast.operator]] = {
    "Add": ast.Add, "Subtract": ast.Sub, "Multiply": ast.Mult, "Divide": ast.Div, "FloorDivide": ast.FloorDiv,
    "Modulo": ast.Mod, "Power": ast.Pow, "MatrixMultiply": ast.MatMult, "LeftShift": ast.LShift,
    "RightShift": ast.RShift, "BitAnd": ast.BitAnd, "BitOr": ast.BitOr, "BitXor": ast.BitXor,
}  # fmt: skip
_UNARY: dict[str, type[ast.unaryop]] = {
    "Not": ast.Not,
    "Minus": ast.USub,
    "Plus": ast.UAdd,
    "BitInvert": ast.Invert,
}
_COMPARE: dict[str, type[ast.cmpop]] = {
    "Equal": ast.Eq, "NotEqual": ast.NotEq, "LessThan": ast.Lt, "LessThanEqual": ast.LtE, "GreaterThan": ast.Gt,
    "GreaterThanEqual": ast.GtE, "In": ast.In, "NotIn": ast.NotIn, "Is": ast.Is, "IsNot": ast.IsNot,
}  # fmt: skip
_SINGLETONS = {"None": None, "True": True, "False": False}


def operator_of(node: CSTNode) -> ast.operator:
    """The operator of a binary operation or of an augmented assignment."""
    return _BINARY[type(node).__name__.removesuffix("Assign")]()


def literal(text: str) -> Any:
    """What a literal stands for. Raises Unparsable where no Python accepts it."""
    try:
        return ast.literal_eval(text)
    except (SyntaxError, ValueError) as error:
        raise Unparsable(f"does not parse: {getattr(error, 'msg', None) or error}") from error


class Expressions:
    """Lowers the expressions of one module."""

    def __init__(self, module: cst.Module, places: Places, features: Features) -> None:
        self.places = places
        self.features = features
        self._strings = Strings(module, places, features, self.load)

    def load(self, node: CSTNode) -> ast.expr:
        """An expression that is evaluated."""
        return self.lower(node, ast.Load())

    def optional(self, node: CSTNode | None) -> ast.expr | None:
        """An expression that may be absent."""
        return None if node is None else self.load(node)

    def lower(self, node: CSTNode, context: ast.expr_context) -> ast.expr:
        """An expression that is evaluated, assigned to or deleted, as the context says."""
        found = _LOWER.get(type(node).__name__)
        if found is None:
            raise Unparsable(f"does not parse: {type(node).__name__} is no expression", self.places.line(node))
        return found(self, node, context)

    # -- leaves

    def _name(self, node: cst.Name, context: ast.expr_context) -> ast.expr:
        if node.value in _SINGLETONS:
            return ast.Constant(_SINGLETONS[node.value], **self.places.of(node))
        return ast.Name(node.value, context, **self.places.of(node))

    def _number(self, node: cst.Integer | cst.Float | cst.Imaginary, _context: ast.expr_context) -> ast.expr:
        return ast.Constant(literal(node.value), **self.places.of(node))

    def _ellipsis(self, node: cst.Ellipsis, _context: ast.expr_context) -> ast.expr:
        return ast.Constant(..., **self.places.of(node))

    def _string(self, node: cst.BaseString, _context: ast.expr_context) -> ast.expr:
        return self._strings.lower(node)

    # -- operators

    def _binary(self, node: cst.BinaryOperation, _context: ast.expr_context) -> ast.expr:
        left, right = self.load(node.left), self.load(node.right)
        return ast.BinOp(left, operator_of(node.operator), right, **self.places.of(node))

    def _unary(self, node: cst.UnaryOperation, _context: ast.expr_context) -> ast.expr:
        operator = _UNARY[type(node.operator).__name__]()
        return ast.UnaryOp(operator, self.load(node.expression), **self.places.of(node))

    def _boolean(self, node: cst.BooleanOperation, _context: ast.expr_context) -> ast.expr:
        """`a and b and c` is one node of `ast`, and two of LibCST."""
        kind = type(node.operator)
        values = [node.right]
        left = node.left
        while isinstance(left, cst.BooleanOperation) and not left.lpar and isinstance(left.operator, kind):
            values.append(left.right)
            left = left.left
        values.append(left)
        operator = ast.And() if kind is cst.And else ast.Or()
        return ast.BoolOp(operator, [self.load(each) for each in reversed(values)], **self.places.of(node))

    def _comparison(self, node: cst.Comparison, _context: ast.expr_context) -> ast.expr:
        operators = [_COMPARE[type(each.operator).__name__]() for each in node.comparisons]
        others = [self.load(each.comparator) for each in node.comparisons]
        return ast.Compare(self.load(node.left), operators, others, **self.places.of(node))

    def _conditional(self, node: cst.IfExp, _context: ast.expr_context) -> ast.expr:
        test, body, otherwise = self.load(node.test), self.load(node.body), self.load(node.orelse)
        return ast.IfExp(test, body, otherwise, **self.places.of(node))

    def _named(self, node: cst.NamedExpr, _context: ast.expr_context) -> ast.expr:
        target = self.lower(node.target, ast.Store())
        if not isinstance(target, ast.Name):
            raise Unparsable("does not parse: `:=` assigns to names only", self.places.line(node))
        return ast.NamedExpr(target, self.load(node.value), **self.places.of(node))

    def _await(self, node: cst.Await, _context: ast.expr_context) -> ast.expr:
        return ast.Await(self.load(node.expression), **self.places.of(node))

    def _yield(self, node: cst.Yield, _context: ast.expr_context) -> ast.expr:
        if isinstance(node.value, cst.From):
            return ast.YieldFrom(self.load(node.value.item), **self.places.of(node))
        return ast.Yield(self.optional(node.value), **self.places.of(node))

    def _lambda(self, node: cst.Lambda, _context: ast.expr_context) -> ast.expr:
        return ast.Lambda(self.parameters(node.params), self.load(node.body), **self.places.of(node))

    # -- parts

    def _attribute(self, node: cst.Attribute, context: ast.expr_context) -> ast.expr:
        return ast.Attribute(self.load(node.value), node.attr.value, context, **self.places.of(node))

    def _subscript(self, node: cst.Subscript, context: ast.expr_context) -> ast.expr:
        return ast.Subscript(self.load(node.value), self._index(node.slice), context, **self.places.of(node))

    def _index(self, elements: Sequence[cst.SubscriptElement]) -> ast.expr:
        parts = [self._slice(each.slice) for each in elements]
        is_tuple = len(parts) > 1 or isinstance(elements[0].comma, cst.Comma) or isinstance(parts[0], ast.Starred)
        if not is_tuple:
            return parts[0]
        if any(isinstance(each, ast.Starred) for each in parts):
            self.features.note((3, 11), "unpacking in a subscript")
        comma = elements[-1].comma
        last = comma if isinstance(comma, cst.Comma) else elements[-1]
        return ast.Tuple(parts, ast.Load(), **self.places.between(elements[0], last))

    def _slice(self, node: cst.BaseSlice) -> ast.expr:
        if isinstance(node, cst.Slice):
            lower, upper, step = (self.optional(each) for each in (node.lower, node.upper, node.step))
            return ast.Slice(lower, upper, step, **self.places.of(node))
        assert isinstance(node, cst.Index)
        value = self.load(node.value)
        return ast.Starred(value, ast.Load(), **self.places.of(node)) if getattr(node, "star", None) else value

    def _call(self, node: cst.Call, _context: ast.expr_context) -> ast.expr:
        args, keywords = self.arguments(node.args)
        place = self.places.of(node)
        if len(args) == 1 and isinstance(args[0], ast.GeneratorExp) and not node.args[0].value.lpar:
            args = [self._only_argument(node, args[0], place)]
        return ast.Call(self.load(node.func), args, keywords, **place)

    def _only_argument(self, node: cst.Call, argument: ast.GeneratorExp, call: Place) -> ast.expr:
        """A generator that shares its parentheses with the call begins and ends with them."""
        opening = self.places.before(node.whitespace_before_args)
        end = {"end_lineno": call["end_lineno"], "end_col_offset": call["end_col_offset"]}
        return ast.GeneratorExp(argument.elt, argument.generators, **opening, **end)

    def arguments(self, given: Iterable[cst.Arg]) -> tuple[list[ast.expr], list[ast.keyword]]:
        """What is passed by place, and what by name."""
        args: list[ast.expr] = []
        keywords: list[ast.keyword] = []
        for each in given:
            value, place = self.load(each.value), self.places.of(each)
            if each.keyword is not None or each.star == "**":
                name = each.keyword.value if each.keyword is not None else None
                keywords.append(ast.keyword(name, value, **place))
            else:
                args.append(ast.Starred(value, ast.Load(), **place) if each.star else value)
        return args, keywords

    # -- containers

    def _tuple(self, node: cst.Tuple, context: ast.expr_context) -> ast.expr:
        elements = [self.lower(each, context) for each in node.elements]
        return ast.Tuple(elements, context, **self.places.enclosed(node))

    def _list(self, node: cst.List, context: ast.expr_context) -> ast.expr:
        return ast.List([self.lower(each, context) for each in node.elements], context, **self.places.of(node))

    def _set(self, node: cst.Set, _context: ast.expr_context) -> ast.expr:
        return ast.Set([self.load(each) for each in node.elements], **self.places.of(node))

    def _dict(self, node: cst.Dict, _context: ast.expr_context) -> ast.expr:
        keys = [self.load(each.key) if isinstance(each, cst.DictElement) else None for each in node.elements]
        return ast.Dict(keys, [self.load(each.value) for each in node.elements], **self.places.of(node))

    def _element(self, node: cst.Element, context: ast.expr_context) -> ast.expr:
        return self.lower(node.value, context)

    def _starred(self, node: cst.StarredElement, context: ast.expr_context) -> ast.expr:
        return ast.Starred(self.lower(node.value, context), context, **self.places.of(node))

    # -- comprehensions

    def _list_comprehension(self, node: cst.ListComp, _context: ast.expr_context) -> ast.expr:
        return ast.ListComp(self._collected(node), self._generators(node.for_in), **self.places.of(node))

    def _set_comprehension(self, node: cst.SetComp, _context: ast.expr_context) -> ast.expr:
        return ast.SetComp(self._collected(node), self._generators(node.for_in), **self.places.of(node))

    def _generator(self, node: cst.GeneratorExp, _context: ast.expr_context) -> ast.expr:
        return ast.GeneratorExp(self._collected(node), self._generators(node.for_in), **self.places.enclosed(node))

    def _collected(self, node: cst.BaseSimpleComp) -> ast.expr:
        element = self.load(node.elt)
        if isinstance(element, ast.Starred):
            self._note_unpacking()
        return element

    def _dict_comprehension(self, node: cst.DictComp, _context: ast.expr_context) -> ast.expr:
        key, value = self.load(node.key), self.load(node.value)
        return ast.DictComp(key, value, self._generators(node.for_in), **self.places.of(node))

    def _unpacking_comprehension(self, node: cst.BaseComp, _context: ast.expr_context) -> ast.expr:
        """`{**each for each in several}`: a dict comprehension without a value."""
        self._note_unpacking()
        key, value = self.load(node.value), None  # type: ignore[attr-defined]
        return ast.DictComp(key, value, self._generators(node.for_in), **self.places.of(node))  # type: ignore[arg-type]

    def _note_unpacking(self) -> None:
        self.features.note((3, 15), "unpacking in a comprehension")

    def _generators(self, node: cst.CompFor | None) -> list[ast.comprehension]:
        found = []
        while node is not None:
            target, iterable = self.lower(node.target, ast.Store()), self.load(node.iter)
            conditions = [self.load(each.test) for each in node.ifs]
            found.append(ast.comprehension(target, iterable, conditions, int(node.asynchronous is not None)))
            node = node.inner_for_in
        return found

    # -- parameters

    def parameters(self, node: cst.Parameters) -> ast.arguments:
        """The parameters of a function or a lambda."""
        plain = [*node.posonly_params, *node.params]
        variadic = node.star_arg if isinstance(node.star_arg, cst.Param) else None
        return ast.arguments(
            posonlyargs=[self._parameter(each) for each in node.posonly_params],
            args=[self._parameter(each) for each in node.params],
            vararg=self._parameter(variadic) if variadic is not None else None,
            kwonlyargs=[self._parameter(each) for each in node.kwonly_params],
            kw_defaults=[self.optional(each.default) for each in node.kwonly_params],
            kwarg=self._parameter(node.star_kwarg) if node.star_kwarg is not None else None,
            defaults=[self.load(each.default) for each in plain if each.default is not None],
        )

    def _parameter(self, node: cst.Param) -> ast.arg:
        annotation = node.annotation.annotation if node.annotation is not None else None
        if isinstance(annotation, cst.StarredElement):
            self.features.note((3, 11), "a starred annotation")
        last: CSTNode = annotation if annotation is not None else node.name
        return ast.arg(node.name.value, self.optional(annotation), **self._parameter_place(node, last))

    def _parameter_place(self, node: cst.Param, last: CSTNode) -> Place:
        return self.places.between(node.name, last)


_LOWER: dict[str, Callable[[Expressions, Any, ast.expr_context], ast.expr]] = {
    "Name": Expressions._name,
    "Integer": Expressions._number,
    "Float": Expressions._number,
    "Imaginary": Expressions._number,
    "Ellipsis": Expressions._ellipsis,
    "SimpleString": Expressions._string,
    "ConcatenatedString": Expressions._string,
    "FormattedString": Expressions._string,
    "TemplatedString": Expressions._string,
    "BinaryOperation": Expressions._binary,
    "UnaryOperation": Expressions._unary,
    "BooleanOperation": Expressions._boolean,
    "Comparison": Expressions._comparison,
    "IfExp": Expressions._conditional,
    "NamedExpr": Expressions._named,
    "Await": Expressions._await,
    "Yield": Expressions._yield,
    "Lambda": Expressions._lambda,
    "Attribute": Expressions._attribute,
    "Subscript": Expressions._subscript,
    "Call": Expressions._call,
    "Tuple": Expressions._tuple,
    "List": Expressions._list,
    "Set": Expressions._set,
    "Dict": Expressions._dict,
    "Element": Expressions._element,
    "StarredElement": Expressions._starred,
    "ListComp": Expressions._list_comprehension,
    "SetComp": Expressions._set_comprehension,
    "GeneratorExp": Expressions._generator,
    "DictComp": Expressions._dict_comprehension,
    "StarredDictComp": Expressions._unpacking_comprehension,
}
