"""Lowering of expressions."""

import ast
from collections.abc import Callable
from typing import Any

from truthline.facts.annotations import field_role, read_type
from truthline.facts.builder import Builder
from truthline.facts.code import (
    Attr,
    Await,
    Binary,
    Build,
    BuildDict,
    Call,
    Compare,
    Const,
    Format,
    Hint,
    Item,
    Join,
    Literal_,
    Load,
    LoadCell,
    Narrow,
    Next,
    Position,
    Register,
    SetAttr,
    SetItem,
    Test,
    Type,
    Unary,
    Undefined,
    Yield,
    YieldFrom,
)
from truthline.facts.namedtuples import named_tuple
from truthline.facts.scopes import ComprehensionNode, Scope, ScopeTable
from truthline.facts.targets import named_attribute
from truthline.syntax.newer import Interpolation, TemplateStr

_LARGEST = 2**63 - 1
_BINARY = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.Div: "truediv",
    ast.FloorDiv: "floordiv",
    ast.Mod: "mod",
    ast.Pow: "pow",
    ast.MatMult: "matmul",
    ast.BitAnd: "and",
    ast.BitOr: "or",
    ast.BitXor: "xor",
    ast.LShift: "lshift",
    ast.RShift: "rshift",
}
_UNARY = {ast.Not: "not", ast.USub: "neg", ast.UAdd: "pos", ast.Invert: "invert"}
_COMPARE = {
    ast.Eq: "eq",
    ast.NotEq: "ne",
    ast.Lt: "lt",
    ast.LtE: "le",
    ast.Gt: "gt",
    ast.GtE: "ge",
    ast.Is: "is",
    ast.IsNot: "is",
    ast.In: "contains",
    ast.NotIn: "contains",
}


def position(node: ast.AST) -> Position:
    """Where `node` stands, as `ast` counts."""
    try:
        return node.lineno, node.col_offset, node.end_lineno or node.lineno, node.end_col_offset or 0  # type: ignore[attr-defined]
    except AttributeError:  # a module, or one that was made by hand
        line: int = getattr(node, "lineno", 0)
        return line, getattr(node, "col_offset", 0), getattr(node, "end_lineno", None) or line, 0


def binary_stem(operator: ast.operator) -> str:
    """The special-method stem of an operator: "add" for `+`."""
    return _BINARY[type(operator)]


class Expressions:
    """Lowers expressions of one code into its builder."""

    def __init__(self, builder: Builder, scopes: ScopeTable, scope: Scope) -> None:
        self.builder = builder
        self.scopes = scopes
        self.scope = scope

    # -- for the statements to define ---------------------------------------------------------

    def make_lambda(self, node: ast.Lambda) -> Register:
        """Lowers a lambda; the statements know how to open a code."""
        raise AssertionError(node)

    def make_named_tuple(self, call: ast.Call, node: ast.ClassDef) -> Register:
        """Lowers the class that a call makes; the statements know how to open a code."""
        raise AssertionError(call)

    def make_class_of(self, call: ast.Call) -> Register:
        """Lowers `type(name, bases, namespace)`; the statements know how to open a code."""
        raise AssertionError(call)

    def write_name(self, name: str, value: Register, node: ast.AST) -> None:
        """Assigns a name; the statements know where it lives."""
        raise AssertionError(name)

    def assign(self, target: ast.expr, value: Register) -> None:
        """Assigns to any target; the statements know how."""
        raise AssertionError(target)

    # -- values -------------------------------------------------------------------------------

    def value(self, node: ast.expr) -> Register:
        """The register that holds what `node` evaluates to."""
        lower = _LOWER.get(type(node))
        if lower is None:
            return self.builder.emit(Literal_("object"), position(node))
        return lower(self, node)

    def const(self, value: str | int | float | bool | bytes | None) -> Register:
        """A literal that stands nowhere in the text."""
        return self.builder.emit(Const(value))

    def read_name(self, name: str, where: Position) -> Register:
        """The value of a name, wherever it lives."""
        owner = self.scope.find(name)
        if owner is None or (owner.kind == "module" and name in self.scopes.rebound_globals):
            return self.builder.emit(Load(name), where)
        variable = owner.variable(name)
        if owner.holder is not self.scope.holder:
            return self.builder.emit(LoadCell(owner.holder.code, variable), where)
        if name in owner.rebound:
            return self.builder.emit(LoadCell(owner.holder.code, variable), where)
        value = self.builder.read(variable)
        if value is not None:
            return value
        if owner.kind == "class":
            outside = owner.parent.find(name) if owner.parent is not None else None
            if outside is not None and outside.kind != "module":
                return self.builder.emit(LoadCell(outside.holder.code, outside.variable(name)), where)
        if owner.holder.kind in ("module", "class"):
            return self.builder.emit(Load(name), where)
        return self.builder.undefined()

    def _constant(self, node: ast.Constant) -> Register:
        value = node.value
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) > _LARGEST:
            return self.builder.emit(Literal_("int"), position(node))
        if value is None or isinstance(value, (str, int, float, bool, bytes)):
            if isinstance(value, str) and not value.isascii():
                value = value.encode("utf-8", "backslashreplace").decode()
            return self.builder.emit(Const(value), position(node))
        return self.builder.emit(Literal_(type(value).__name__), position(node))

    def _name(self, node: ast.Name) -> Register:
        return self.read_name(node.id, position(node))

    def _attribute(self, node: ast.Attribute) -> Register:
        base = self.value(node.value)
        return self.builder.emit(Attr(base, node.attr), position(node))

    def _subscript(self, node: ast.Subscript) -> Register:
        base = self.value(node.value)
        return self.builder.emit(Item(base, self.value(node.slice)), position(node))

    def _slice(self, node: ast.Slice) -> Register:
        parts = (node.lower, node.upper, node.step)
        bounds = tuple(self.const(None) if part is None else self.value(part) for part in parts)
        return self.builder.emit(Build("slice", bounds), position(node))

    def call(self, node: ast.Call) -> Register:
        """A call, its function and arguments in order."""
        named_class = named_tuple(node)
        if named_class is not None:
            return self.make_named_tuple(node, named_class)
        builtin = self._builtin_called(node)
        if builtin == "type" and len(node.args) == 3 and not any(isinstance(one, ast.Starred) for one in node.args):
            return self.make_class_of(node)
        if builtin in ("locals", "vars") and not node.args and self.scope.holder.kind == "function":
            return self._local_variables(node)
        func = self.value(node.func)
        args, stars = self.sequence(node.args)
        keywords = tuple((keyword.arg, self.value(keyword.value)) for keyword in node.keywords)
        made = self.builder.emit(Call(func, args, stars, keywords), position(node))
        named = named_attribute(node)
        if named is not None and not stars and self.scope.find("setattr") is None:
            self.builder.emit(SetAttr(args[0], named, args[2]), position(node))
        return made

    def _builtin_called(self, node: ast.Call) -> str:
        """The builtin that a call names; empty where it is none, or the file binds the name itself."""
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        return name if self.scope.find(name) is None and name not in self.scopes.module.bound else ""

    def _local_variables(self, node: ast.Call) -> Register:
        """`locals()` in a function: a dict of what its variables hold here."""
        items: list[tuple[Register | None, Register]] = []
        for name in sorted(self.scope.holder.bound | self.scope.holder.reads | self.scope.bound):
            owner = self.scope.find(name)
            if owner is None or owner.kind not in ("function", "comprehension"):
                continue
            value = self.read_name(name, position(node))
            if not isinstance(self.builder.instructions[value], Undefined):
                items.append((self.const(name), value))
        return self.builder.emit(BuildDict(tuple(items)), position(node))

    def sequence(self, nodes: list[ast.expr]) -> tuple[tuple[Register, ...], tuple[int, ...]]:
        """Registers of `nodes`, and which of them are starred."""
        registers: list[Register] = []
        stars: list[int] = []
        for node in nodes:
            if isinstance(node, ast.Starred):
                stars.append(len(registers))
                registers.append(self.value(node.value))
            else:
                registers.append(self.value(node))
        return tuple(registers), tuple(stars)

    def _display(self, node: ast.List | ast.Tuple | ast.Set) -> Register:
        items, stars = self.sequence(node.elts)
        kind: Any = type(node).__name__.lower()
        return self.builder.emit(Build(kind, items, stars), position(node))

    def _dict(self, node: ast.Dict) -> Register:
        items = tuple(
            (None if key is None else self.value(key), self.value(value))
            for key, value in zip(node.keys, node.values, strict=True)
        )
        return self.builder.emit(BuildDict(items), position(node))

    def _binary(self, node: ast.BinOp) -> Register:
        chain: list[ast.BinOp] = [node]
        while isinstance(chain[-1].left, ast.BinOp):
            chain.append(chain[-1].left)
        value = self.value(chain[-1].left)
        for part in reversed(chain):
            right = self.value(part.right)
            value = self.builder.emit(Binary(binary_stem(part.op), value, right), position(part))
        return value

    def _unary(self, node: ast.UnaryOp) -> Register:
        return self.builder.emit(Unary(_UNARY[type(node.op)], self.value(node.operand)), position(node))

    def _compare(self, node: ast.Compare) -> Register:
        left = self.value(node.left)
        results: list[Register] = []
        for operator, comparator in zip(node.ops, node.comparators, strict=True):
            right = self.value(comparator)
            op = _COMPARE[type(operator)]
            operands = (right, left) if op == "contains" else (left, right)
            negated = isinstance(operator, (ast.IsNot, ast.NotIn))
            results.append(self.builder.emit(Compare(op, *operands, negated), position(node)))
            left = right
        return self.builder.phi(results)

    # -- control inside expressions -----------------------------------------------------------

    def test(self, node: ast.expr, then: int, otherwise: int) -> None:
        """Branches on the truth of `node`."""
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            self.test(node.operand, otherwise, then)
            return
        if isinstance(node, ast.BoolOp):
            for operand in node.values[:-1]:
                following = self.builder.block()
                if isinstance(node.op, ast.And):
                    self.test(operand, following, otherwise)
                else:
                    self.test(operand, then, following)
                self.builder.start(following)
            self.test(node.values[-1], then, otherwise)
            return
        value = self.value(node)
        asked = self.builder.emit(Test(value), position(node))
        narrowed = self._narrowed(node)
        if narrowed is None:
            self.builder.branch(asked, then, otherwise)
        else:
            self._branch_narrowed(narrowed, value, asked, (then, otherwise))

    def _narrowed(self, node: ast.expr) -> str | None:
        """The local variable that `node` tests with `isinstance`."""
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "isinstance"):
            return None
        if len(node.args) != 2 or not isinstance(node.args[0], ast.Name):
            return None
        owner = self.scope.find(node.args[0].id)
        if owner is None or owner.kind == "module" or owner.holder is not self.scope.holder:
            return None
        return None if node.args[0].id in owner.captured else owner.variable(node.args[0].id)

    def _branch_narrowed(self, variable: str, call: Register, asked: Register, targets: tuple[int, int]) -> None:
        instruction = self.builder.instructions[call]
        if not isinstance(instruction, Call):
            raise AssertionError(instruction)
        subject, types = instruction.args
        ways = (self.builder.block(), self.builder.block())
        self.builder.branch(asked, *ways)
        for way, target in zip(ways, targets, strict=True):
            self.builder.start(way)
            self.builder.write(variable, self.builder.emit(Narrow(subject, types, way == ways[0])))
            self.builder.jump(target)

    def _bool(self, node: ast.BoolOp) -> Register:
        end = self.builder.block()
        values: list[Register] = []
        sources: list[int] = []
        for operand in node.values[:-1]:
            value = self.value(operand)
            values.append(value)
            sources.append(self.builder.place())
            asked = self.builder.emit(Test(value), position(operand))
            following = self.builder.block()
            if isinstance(node.op, ast.And):
                self.builder.branch(asked, following, end)
            else:
                self.builder.branch(asked, end, following)
            self.builder.start(following)
        values.append(self.value(node.values[-1]))
        sources.append(self.builder.place())
        self.builder.jump(end)
        self.builder.start(end)
        return self.builder.phi(values, sources)

    def _conditional(self, node: ast.IfExp) -> Register:
        then, otherwise, end = self.builder.block(), self.builder.block(), self.builder.block()
        self.test(node.test, then, otherwise)
        values: list[Register] = []
        sources: list[int] = []
        for block, branch in ((then, node.body), (otherwise, node.orelse)):
            self.builder.start(block)
            values.append(self.value(branch))
            sources.append(self.builder.place())
            self.builder.jump(end)
        self.builder.start(end)
        return self.builder.phi(values, sources)

    def _named(self, node: ast.NamedExpr) -> Register:
        value = self.value(node.value)
        self.write_name(node.target.id, value, node.target)
        return value

    def _await(self, node: ast.Await) -> Register:
        return self.builder.emit(Await(self.value(node.value)), position(node))

    def _yield(self, node: ast.Yield) -> Register:
        value = self.value(node.value) if node.value is not None else self.const(None)
        return self.builder.emit(Yield(value), position(node))

    def _yield_from(self, node: ast.YieldFrom) -> Register:
        return self.builder.emit(YieldFrom(self.value(node.value)), position(node))

    def _joined(self, node: ast.JoinedStr) -> Register:
        parts = tuple(self.value(part) for part in node.values)
        return self.builder.emit(Join(parts), position(node))

    def _formatted(self, node: ast.FormattedValue) -> Register:
        value = self.value(node.value)
        if node.format_spec is not None:
            self.value(node.format_spec)
        conversion = chr(node.conversion) if node.conversion > 0 else ""
        return self.builder.emit(Format(value, conversion), position(node.value))

    def _template(self, node: Any) -> Register:
        """A template string is no text: it holds what stands in its fields."""
        return self.builder.emit(Build("tuple", tuple(self.value(part) for part in node.values)), position(node))

    def _interpolation(self, node: Any) -> Register:
        if node.format_spec is not None:
            self.value(node.format_spec)
        return self.value(node.value)

    def _lambda(self, node: ast.Lambda) -> Register:
        return self.make_lambda(node)

    def _starred(self, node: ast.Starred) -> Register:
        return self.value(node.value)

    # -- comprehensions -----------------------------------------------------------------------

    def _comprehension(self, node: ComprehensionNode) -> Register:
        where = position(node)
        result = self.builder.emit(BuildDict() if isinstance(node, ast.DictComp) else _empty(node), where)
        outer, inner = self.scope, self.scopes.of(node)
        first = self.value(node.generators[0].iter)
        self.scope = inner
        self._generate(node, 0, first, result)
        self.scope = outer
        return result

    def _generate(self, node: ComprehensionNode, depth: int, iterable: Register, result: Register) -> None:
        generator = node.generators[depth]
        header, body, end = self.builder.block(), self.builder.block(), self.builder.block()
        self.builder.jump(header)
        self.builder.enter(header)
        element = self.builder.emit(Next(iterable, bool(generator.is_async)), position(generator.iter))
        self.builder.branch(element, body, end)
        self.builder.start(body)
        self.assign(generator.target, element)
        for condition in generator.ifs:
            passed = self.builder.block()
            self.test(condition, passed, header)
            self.builder.start(passed)
        if depth + 1 < len(node.generators):
            self._generate(node, depth + 1, self.value(node.generators[depth + 1].iter), result)
        else:
            self._collect(node, result)
        self.builder.jump(header)
        self.builder.seal(header)
        self.builder.start(end)

    def _collect(self, node: ComprehensionNode, result: Register) -> None:
        unpacked = _unpacked(node)
        if unpacked is not None:
            adder = self.builder.emit(
                Attr(result, "extend" if _empty(node).kind == "list" else "update"), position(node)
            )
            self.builder.emit(Call(adder, (self.value(unpacked),)), position(node))
            return
        if isinstance(node, ast.DictComp):
            key, value = self.value(node.key), self.value(node.value)
        else:
            key, value = self.builder.emit(Literal_("int")), self.value(node.elt)
        self.builder.emit(SetItem(result, key, value))

    def hint(self, value: Register | None, annotation: ast.expr, where: Position) -> Register | None:
        """`value` under an annotation."""
        known: Type | None = read_type(annotation)
        if self.scope.kind == "class":
            declared = known if known is not None and known.name else Type("object")
            return self.builder.emit(Hint(value, declared, field_role(annotation)), where)
        if known is None or not known.name:
            return value
        return self.builder.emit(Hint(value, known), where)


def _empty(node: ComprehensionNode) -> Build:
    return Build("list" if isinstance(node, (ast.ListComp, ast.GeneratorExp)) else "set")


def _unpacked(node: ComprehensionNode) -> ast.expr | None:
    """What each round of `[*each for ...]` and `{**each for ...}` adds all elements of (Python 3.15)."""
    if isinstance(node, ast.DictComp):
        return node.key if getattr(node, "value", None) is None else None
    return node.elt.value if isinstance(node.elt, ast.Starred) else None


_LOWER: dict[type[ast.AST], Callable[[Expressions, Any], Register]] = {
    ast.Constant: Expressions._constant,
    ast.Name: Expressions._name,
    ast.Attribute: Expressions._attribute,
    ast.Subscript: Expressions._subscript,
    ast.Slice: Expressions._slice,
    ast.Call: Expressions.call,
    ast.List: Expressions._display,
    ast.Tuple: Expressions._display,
    ast.Set: Expressions._display,
    ast.Dict: Expressions._dict,
    ast.BinOp: Expressions._binary,
    ast.UnaryOp: Expressions._unary,
    ast.Compare: Expressions._compare,
    ast.BoolOp: Expressions._bool,
    ast.IfExp: Expressions._conditional,
    ast.NamedExpr: Expressions._named,
    ast.Await: Expressions._await,
    ast.Yield: Expressions._yield,
    ast.YieldFrom: Expressions._yield_from,
    ast.JoinedStr: Expressions._joined,
    ast.FormattedValue: Expressions._formatted,
    TemplateStr: Expressions._template,
    Interpolation: Expressions._interpolation,
    ast.Lambda: Expressions._lambda,
    ast.Starred: Expressions._starred,
    ast.ListComp: Expressions._comprehension,
    ast.SetComp: Expressions._comprehension,
    ast.GeneratorExp: Expressions._comprehension,
    ast.DictComp: Expressions._comprehension,
}
