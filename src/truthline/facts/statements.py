"""Lowering of statements, one code at a time."""

import ast
from collections.abc import Callable
from typing import Any, Literal

from truthline.facts.annotations import dotted, is_annotated, read_type, unquoted
from truthline.facts.builder import Builder, Protection
from truthline.facts.code import (
    Binary,
    Bind,
    Call,
    Caught,
    Code,
    CodeKind,
    DelAttr,
    DelItem,
    Enter,
    Import,
    ImportFrom,
    Leave,
    Literal_,
    MakeClass,
    MakeFunction,
    Next,
    Param,
    ParamSpec,
    Position,
    Raise,
    Register,
    Return,
    SetAttr,
    SetItem,
    Start,
    StoreCell,
    StoreGlobal,
    Test,
    Type,
    Unpack,
    packed,
)
from truthline.facts.expressions import Expressions, binary_stem, position
from truthline.facts.patterns import match_statement
from truthline.facts.scopes import Scope, ScopeTable
from truthline.syntax.newer import TryStar, TypeAlias
from truthline.syntax.nodes import walk

_SUPPRESSORS = {"suppress", "raises", "assertRaises"}
"""Managers that swallow the exceptions which they are passed."""
_STACKS = {"ExitStack", "AsyncExitStack"}
"""Managers that swallow what those swallow which are put into them, whatever that is."""


class FileLowering:
    """The codes of one file, as they are found."""

    def __init__(self, tree: ast.Module) -> None:
        self.scopes = ScopeTable(tree)
        self.codes: list[Code | None] = []
        self.of_node: dict[ast.AST, int] = {}

    def reserve(self) -> int:
        """The index for the next code."""
        self.codes.append(None)
        return len(self.codes) - 1


class _Region:
    """What stands around a statement: the code that a jump out of it runs first.

    An exception runs it at once where that is the end of a `with`; the handlers of a `try` have blocks of their own.
    """

    def __init__(self, kind: Literal["finally", "with", "try"], lower: Callable[[], None] | None = None) -> None:
        self.kind = kind
        self.lower = lower


class _Loop:
    """Where `break` and `continue` lead, and how many regions stand around the loop."""

    def __init__(self, header: int, end: int, regions: int) -> None:
        self.header = header
        self.end = end
        self.regions = regions


class Statements(Expressions):
    """Lowers the statements of one code."""

    def __init__(self, file: FileLowering, scope: Scope, index: int, qualname: str) -> None:
        super().__init__(Builder(), file.scopes, scope)
        self.file = file
        self.index = index
        self.qualname = qualname
        self.checking = False
        self._loops: list[_Loop] = []
        self._regions: list[_Region] = []
        self._bound: dict[str, tuple[int, int | None]] = {}
        self._lambdas = 0
        scope.code = index

    def body(self, statements: list[ast.stmt]) -> None:
        """Lowers statements until control cannot come any further."""
        for statement in statements:
            if self.builder.current is None:
                return
            lower = _LOWER.get(type(statement))
            if lower is not None:
                lower(self, statement)

    # -- names --------------------------------------------------------------------------------

    def write_name(self, name: str, value: Register, node: ast.AST) -> None:
        """Assigns a name where Python would."""
        where = position(node)
        owner = self.scope.find(name)
        if owner is None:
            self.builder.emit(StoreGlobal(name, value), where)
            return
        variable = owner.variable(name)
        if owner.holder is not self.scope.holder:
            self.builder.emit(StoreCell(owner.holder.code, variable, value), where)
            return
        self.builder.write(variable, value)
        if owner.kind in ("module", "class"):
            self._bind(name, value, node)
        if name in owner.captured and owner.kind != "class":
            self.builder.emit(StoreCell(self.index, variable, value), where)

    def _bind(self, name: str, value: Register, node: ast.AST) -> None:
        previous, block = self._bound.get(name, (-1, None))
        if previous >= 0 and block == self.builder.current and not self.builder.calls_since(previous):
            earlier = self.builder.instructions[previous]
            if isinstance(earlier, Bind):
                self.builder.instructions[previous] = Bind(earlier.name, earlier.value, True)
        self._bound[name] = (self.builder.emit(Bind(name, value, False), position(node)), self.builder.current)

    def assign(self, target: ast.expr, value: Register) -> None:
        """Assigns to a name, attribute, item or a nest of them."""
        if isinstance(target, ast.Name):
            self.write_name(target.id, value, target)
        elif isinstance(target, ast.Attribute):
            self.builder.emit(SetAttr(self.value(target.value), target.attr, value), position(target))
        elif isinstance(target, ast.Subscript):
            base = self.value(target.value)
            self.builder.emit(SetItem(base, self.value(target.slice), value), position(target))
        elif isinstance(target, ast.Starred):
            self.assign(target.value, value)
        elif isinstance(target, (ast.Tuple, ast.List)):
            self._unpack(target.elts, value)

    def _unpack(self, targets: list[ast.expr], value: Register) -> None:
        star = next((number for number, target in enumerate(targets) if isinstance(target, ast.Starred)), -1)
        for number, target in enumerate(targets):
            element = self.builder.emit(Unpack(value, number, len(targets), star), position(target))
            self.assign(target, element)

    def _assign(self, node: ast.Assign) -> None:
        value = self.value(node.value)
        for target in node.targets:
            self.assign(target, value)

    def _annotated(self, node: ast.AnnAssign) -> None:
        value = self.value(node.value) if node.value is not None else None
        known = self.hint(value, node.annotation, position(node))
        in_class = self.scope.kind == "class"
        if known is not None and (value is not None or in_class or not isinstance(node.target, ast.Name)):
            self.assign(node.target, known)

    def _augmented(self, node: ast.AugAssign) -> None:
        left = self.value(_as_load(node.target))
        right = self.value(node.value)
        result = self.builder.emit(Binary(binary_stem(node.op), left, right, True), position(node))
        self.assign(node.target, result)

    def _expression(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):
            self.value(node.value)

    def _delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, ast.Attribute):
                self.builder.emit(DelAttr(self.value(target.value), target.attr), position(target))
            elif isinstance(target, ast.Subscript):
                base = self.value(target.value)
                self.builder.emit(DelItem(base, self.value(target.slice)), position(target))
            elif isinstance(target, ast.Name):
                owner = self.scope.find(target.id)
                if owner is not None and owner.holder is self.scope.holder:
                    self.builder.write(owner.variable(target.id), self.builder.undefined())

    # -- imports ------------------------------------------------------------------------------

    def _import(self, node: ast.Import) -> None:
        for alias in node.names:
            whole = alias.asname is not None
            value = self.builder.emit(Import(alias.name, 0, whole, self.checking), position(node))
            self.write_name(alias.asname or alias.name.split(".")[0], value, node)

    def _import_from(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            instruction = ImportFrom(node.module or "", node.level, alias.name, self.checking)
            value = self.builder.emit(instruction, position(node))
            if alias.name != "*":
                self.write_name(alias.asname or alias.name, value, node)

    # -- control ------------------------------------------------------------------------------

    def _if(self, node: ast.If) -> None:
        if _is_checking(node.test):
            before, self.checking = self.checking, True
            self.body(node.body)
            self.checking = before
            self.body(node.orelse)
            return
        if isinstance(node.test, ast.Constant) and not isinstance(node.test.value, str):
            self.body(node.body if node.test.value else node.orelse)
            return
        then, otherwise, end = self.builder.block(), self.builder.block(), self.builder.block()
        self.test(node.test, then, otherwise)
        for block, statements in ((then, node.body), (otherwise, node.orelse)):
            if self.builder.start(block):
                self.body(statements)
                self.builder.jump(end)
        self.builder.start(end)

    def _while(self, node: ast.While) -> None:
        header, body, done, end = (self.builder.block() for _ in range(4))
        self.builder.jump(header)
        self.builder.enter(header)
        if isinstance(node.test, ast.Constant) and node.test.value:
            self.builder.jump(body)
        else:
            self.test(node.test, body, done)
        self._loop(node, header, body, done, end)

    def _for(self, node: ast.For | ast.AsyncFor) -> None:
        iterable = self.value(node.iter)
        header, body, done, end = (self.builder.block() for _ in range(4))
        self.builder.jump(header)
        self.builder.enter(header)
        is_async = isinstance(node, ast.AsyncFor)
        element = self.builder.emit(Next(iterable, is_async), position(node.iter))
        self.builder.branch(element, body, done)
        self.builder.start(body)
        self.assign(node.target, element)
        self._loop(node, header, None, done, end)

    def _loop(self, node: Any, header: int, body: int | None, done: int, end: int) -> None:
        if body is not None:
            self.builder.start(body)
        self._loops.append(_Loop(header, end, len(self._regions)))
        self.body(node.body)
        self._loops.pop()
        self.builder.jump(header)
        self.builder.seal(header)
        if self.builder.start(done):
            self.body(node.orelse)
            self.builder.jump(end)
        self.builder.start(end)

    def _break(self, node: ast.Break) -> None:
        if self._loops:  # the parser accepts one that stands in no loop
            self._leave_loop(self._loops[-1].end)

    def _continue(self, node: ast.Continue) -> None:
        if self._loops:
            self._leave_loop(self._loops[-1].header)

    def _leave_loop(self, target: int) -> None:
        self._leave_regions(self._loops[-1].regions)
        self.builder.jump(target)

    def _leave_regions(self, outermost: int) -> None:
        """Lowers what a jump out of the regions runs, innermost first."""
        passed = self._regions[outermost:]
        loops = self._loops
        for number in range(len(passed) - 1, -1, -1):
            self._regions = self._regions[: outermost + number]
            self._loops = [loop for loop in loops if loop.regions <= outermost + number]
            lower = passed[number].lower
            if lower is not None and self.builder.current is not None:
                lower()
        self._regions = self._regions[:outermost] + passed
        self._loops = loops

    def _return(self, node: ast.Return) -> None:
        value = self.value(node.value) if node.value is not None else self.const(None)
        self._leave_regions(0)
        self.builder.emit(Return(value), position(node))
        self.builder.current = None

    def _raise(self, node: ast.Raise) -> None:
        value = self.value(node.exc) if node.exc is not None else None
        if node.cause is not None:
            self.value(node.cause)
        self._throw(value, node)

    def _throw(self, value: Register | None, node: ast.AST) -> None:
        """An exception on its way to the next `try`."""
        outermost = len(self._regions)
        while outermost and self._regions[outermost - 1].kind == "with":
            outermost -= 1
        self._leave_regions(outermost)
        self.builder.emit(Raise(value), position(node))
        self.builder.current = None

    def _assert(self, node: ast.Assert) -> None:
        passed, failed = self.builder.block(), self.builder.block()
        self.test(node.test, passed, failed)
        if self.builder.start(failed):
            message = self.value(node.msg) if node.msg is not None else None
            self._throw(message, node)
        self.builder.start(passed)

    # -- exceptions ---------------------------------------------------------------------------

    def _try(self, node: Any) -> None:
        if node.finalbody:
            self._finally(node)
        else:
            self._handled(node)

    def _handled(self, node: Any) -> None:
        if not node.handlers:
            self.body(node.body + node.orelse)
            return
        end = self.builder.block()
        self._regions.append(_Region("try"))
        handler, protection = self._protect(node.body, lambda: self.body(node.body))
        self._regions.pop()
        self.body(node.orelse)
        self.builder.jump(end)
        self._open_handler(handler, protection)
        for number, clause in enumerate(node.handlers):
            self._clause(clause, number == len(node.handlers) - 1, end, isinstance(node, TryStar))
        self.builder.start(end)

    def _protect(self, statements: list[ast.stmt], lower: Callable[[], None]) -> tuple[int, dict[str, Register | None]]:
        """Lowers a region whose exceptions lead to a new handler block; tells what names can be there."""
        handler = self.builder.block()
        origin = self.builder.current
        names = sorted({variable for name in _assigned(statements) if (variable := self._local(name)) is not None})
        before = {name: self.builder.read(name) for name in names}
        protection = Protection(handler, names)
        self.builder.protections.append(protection)
        inside = self.builder.block(sealed=False)
        self.builder.jump(inside)
        self.builder.start(inside)
        lower()
        self.builder.protections.pop()
        if self.builder.current is not None:
            outside = self.builder.block()
            self.builder.jump(outside)
            self.builder.start(outside)
        if origin is not None:
            self.builder.handle(handler, origin)
        values: dict[str, list[Register]] = {}
        for name in names:
            first = before[name]
            values[name] = ([] if first is None else [first]) + protection.values[name]
        after = self.builder.current
        self.builder.start(handler)
        joined = {name: self.builder.phi(found) if found else None for name, found in values.items()}
        self.builder.current = after
        return handler, joined

    def _open_handler(self, handler: int, values: dict[str, Register | None]) -> None:
        self.builder.enter(handler)
        for name, value in values.items():
            self.builder.write(name, value if value is not None else self.builder.undefined())

    def _clause(self, clause: ast.ExceptHandler, last: bool, end: int, grouped: bool) -> None:
        caught = self.builder.block()
        passed = self.builder.block()
        types = self.value(clause.type) if clause.type is not None else None
        value = self.builder.emit(Caught(types, grouped), position(clause))
        self.builder.branch(value, caught, passed)
        self.builder.start(caught)
        if clause.name:
            self.write_name(clause.name, value, clause)
        self.body(clause.body)
        self.builder.jump(end)
        self.builder.start(passed)
        if last and self.builder.current is not None:
            self._throw(None, clause)

    def _finally(self, node: Any) -> None:
        region = ast.Try(body=node.body, handlers=node.handlers, orelse=node.orelse, finalbody=[])
        self._regions.append(_Region("finally", lambda: self.body(node.finalbody)))
        assigning = [*node.body, *node.orelse, *(part for clause in node.handlers for part in clause.body)]
        handler, values = self._protect(assigning, lambda: self._handled(region))
        self._regions.pop()
        after = self.builder.current
        self._open_handler(handler, values)
        self.body(node.finalbody)
        if self.builder.current is not None:
            self._throw(None, node)
        self.builder.current = after
        self.body(node.finalbody)

    def _local(self, name: str) -> str | None:
        owner = self.scope.find(name)
        return owner.variable(name) if owner is not None and owner.holder is self.scope.holder else None

    # -- with ---------------------------------------------------------------------------------

    def _with(self, node: ast.With | ast.AsyncWith) -> None:
        is_async = isinstance(node, ast.AsyncWith)
        managers: list[tuple[Register, ast.withitem]] = []
        for item in node.items:
            manager = self.value(item.context_expr)
            entered = self.builder.emit(Enter(manager, is_async), position(item.context_expr))
            managers.append((manager, item))
            if item.optional_vars is not None:
                self.assign(item.optional_vars, entered)

        def leave() -> None:
            for manager, item in reversed(managers):
                self.builder.emit(Leave(manager, is_async), position(item.context_expr))

        swallowing = [item.context_expr for item in node.items if _is_called(item.context_expr, _SUPPRESSORS | _STACKS)]
        if swallowing:
            self._swallowed(node, leave, swallowing)
        else:
            self._regions.append(_Region("with", leave))
            self.body(node.body)
            self._regions.pop()
        if self.builder.current is not None:
            leave()

    def _swallowed(self, node: ast.With | ast.AsyncWith, leave: Callable[[], None], managers: list[ast.expr]) -> None:
        """A body whose exceptions end there, as far as a manager catches them."""
        end, passed = self.builder.block(), self.builder.block()
        self._regions.append(_Region("finally", leave))
        handler, values = self._protect(node.body, lambda: self.body(node.body))
        self._regions.pop()
        self.builder.jump(end)
        self._open_handler(handler, values)
        for manager in managers:
            following = passed if manager is managers[-1] else self.builder.block()
            self.builder.branch(self._swallows(manager), end, following)
            self.builder.start(following)
        leave()
        self._throw(None, node)
        self.builder.start(end)

    def _swallows(self, manager: ast.expr) -> Register:
        """Whether a manager swallows what has been raised; of a stack of managers, nobody knows."""
        where = position(manager)
        if _is_called(manager, _STACKS):
            return self.builder.emit(Test(self.builder.emit(Literal_("bool"), where)), where)
        given = manager.args if isinstance(manager, ast.Call) else []
        types = ast.copy_location(ast.Tuple(given, ast.Load()), manager)
        return self.builder.emit(Caught(self.value(types)), where)

    # -- definitions --------------------------------------------------------------------------

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        decorators = [(self.value(decorator), decorator) for decorator in node.decorator_list]
        value = self._make_function(node, node.name)
        for decorator, where in reversed(decorators):
            value = self.builder.emit(Call(decorator, (value,)), position(where))
        self.write_name(node.name, value, node)

    def make_lambda(self, node: ast.Lambda) -> Register:
        """Lowers a lambda as a code of its own."""
        self._lambdas += 1
        return self._make_function(node, f"<lambda{self._lambdas}>")

    def _make_function(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, name: str) -> Register:
        params = parameters(node.args)
        numbers = {param.name: number for number, param in enumerate(params)}
        positional = [*node.args.posonlyargs, *node.args.args]
        defaults = list(zip(positional[len(positional) - len(node.args.defaults) :], node.args.defaults, strict=True))
        defaults += [
            (argument, default)
            for argument, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
            if default is not None
        ]
        given = tuple((numbers[argument.arg], self.value(default)) for argument, default in defaults)
        annotated = tuple(
            (numbers[argument.arg], self.value(written))
            for argument in (*positional, *node.args.kwonlyargs)
            if argument.annotation is not None and is_annotated(written := unquoted(argument.annotation))
        )
        index = self.file.of_node.get(node)
        if index is None:
            index = lower_function(self.file, node, self.index, _join(self.qualname, name), params)
        return self.builder.emit(MakeFunction(index, given, annotated), position(node))

    def _class(self, node: ast.ClassDef) -> None:
        decorators = [(self.value(decorator), decorator) for decorator in node.decorator_list]
        bases, _ = self.sequence(node.bases)
        keywords = tuple((keyword.arg, self.value(keyword.value)) for keyword in node.keywords)
        index = self.file.of_node.get(node)
        if index is None:
            index = lower_class(self.file, node, self.index, _join(self.qualname, node.name))
        value = self.builder.emit(MakeClass(index, bases, keywords), position(node))
        for decorator, where in reversed(decorators):
            value = self.builder.emit(Call(decorator, (value,)), position(where))
        self.write_name(node.name, value, node)

    def make_named_tuple(self, call: ast.Call, node: ast.ClassDef) -> Register:
        """A class that a call of `namedtuple` makes, under the class statement that stands for it."""
        index = self.file.of_node.get(call)
        if index is None:
            self.file.scopes.add_class(node, self.scope)
            index = self.file.of_node[call] = lower_class(self.file, node, self.index, _join(self.qualname, node.name))
        base = self.builder.emit(ImportFrom("typing", 0, "NamedTuple", False), position(call))
        return self.builder.emit(MakeClass(index, (base,), ()), position(call))

    def make_class_of(self, call: ast.Call) -> Register:
        """A class that `type(name, bases, namespace)` makes: its body is empty, its members stand in the namespace."""
        given, packed, members = call.args
        self.value(given)
        bases = self._bases(packed)
        namespace = self.value(members)
        index = self.file.of_node.get(call)
        if index is None:
            name = given.value if isinstance(given, ast.Constant) and isinstance(given.value, str) else "<type>"
            made = ast.ClassDef(name=name, bases=[], keywords=[], body=[], decorator_list=[])
            node = ast.copy_location(made, call)
            self.file.scopes.add_class(node, self.scope)
            index = self.file.of_node[call] = lower_class(self.file, node, self.index, _join(self.qualname, name))
        return self.builder.emit(MakeClass(index, bases, (), namespace), position(call))

    def _bases(self, packed: ast.expr) -> tuple[Register, ...]:
        """What stands in a display of bases; of any other tuple of them, its elements in any order."""
        if isinstance(packed, ast.Tuple) and not any(isinstance(each, ast.Starred) for each in packed.elts):
            return tuple(self.value(each) for each in packed.elts)
        return (self.builder.emit(Next(self.value(packed)), position(packed)),)

    def _type_alias(self, node: Any) -> None:
        self.write_name(node.name.id, self.builder.emit(Literal_("type"), position(node)), node)

    def finish(
        self,
        parent: int,
        kind: CodeKind,
        node: ast.AST,
        params: tuple[ParamSpec, ...] = (),
        returns: Type | None = None,
    ) -> None:
        """Puts the finished code in its place."""
        builder = self.builder
        if builder.current is not None and kind == "function":
            builder.emit(Return(self.const(None)), position(node)[:2] + position(node)[:2])
        generator = any(type(one).__name__ in ("Yield", "YieldFrom") for one in builder.instructions)
        self.file.codes[self.index] = Code(
            self.index,
            parent,
            self.qualname,
            kind,
            position(node),
            params,
            returns,
            isinstance(node, ast.AsyncFunctionDef),
            generator and kind in ("function", "lambda"),
            tuple(builder.instructions),
            packed(builder.positions),
            builder.blocks(),
            tuple(sorted(self.scope.captured)),
        )


def lower_module(tree: ast.Module) -> tuple[Code, ...]:
    """Every code of a file, the module's own first."""
    file = FileLowering(tree)
    statements = Statements(file, file.scopes.module, file.reserve(), "")
    statements.body(tree.body)
    statements.finish(-1, "module", tree)
    return tuple(code for code in file.codes if code is not None)


def lower_function(
    file: FileLowering,
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda,
    parent: int,
    qualname: str,
    params: tuple[ParamSpec, ...],
) -> int:
    """Lowers a function or lambda; its code index."""
    index = file.reserve()
    file.of_node[node] = index
    statements = Statements(file, file.scopes.of(node), index, qualname)
    if not isinstance(node, ast.Lambda):
        statements.builder.emit(Start(), _heading(node))
    for number, argument in enumerate(_in_order(node.args)):
        value = statements.builder.emit(Param(number), position(argument))
        statements.write_name(argument.arg, value, node)
    if isinstance(node, ast.Lambda):
        statements.builder.emit(Return(statements.value(node.body)), position(node.body))
        statements.finish(parent, "lambda", node, params)
    else:
        statements.body(node.body)
        statements.finish(parent, "function", node, params, read_type(node.returns))
    return index


def lower_class(file: FileLowering, node: ast.ClassDef, parent: int, qualname: str) -> int:
    """Lowers a class body; its code index."""
    index = file.reserve()
    file.of_node[node] = index
    statements = Statements(file, file.scopes.of(node), index, qualname)
    statements.body(node.body)
    statements.finish(parent, "class", node)
    return index


def _heading(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Position:
    """`def name`."""
    words = "async def " if isinstance(node, ast.AsyncFunctionDef) else "def "
    line, column, _, _ = position(node)
    return line, column, line, column + len(words) + len(node.name.encode())


def _in_order(arguments: ast.arguments) -> list[ast.arg]:
    """The parameters in the order of `parameters`."""
    found = [*arguments.posonlyargs, *arguments.args]
    found += [arguments.vararg] if arguments.vararg is not None else []
    found += arguments.kwonlyargs
    return found + ([arguments.kwarg] if arguments.kwarg is not None else [])


def parameters(arguments: ast.arguments) -> tuple[ParamSpec, ...]:
    """The declared parameters, in the order in which calls fill them."""
    found: list[ParamSpec] = []
    defaults = len(arguments.defaults)
    positional = [(one, "positional-only") for one in arguments.posonlyargs]
    positional += [(one, "positional") for one in arguments.args]
    for number, (argument, kind) in enumerate(positional):
        has_default = number >= len(positional) - defaults
        which: Any = kind
        found.append(ParamSpec(argument.arg, which, read_type(argument.annotation), has_default))
    if arguments.vararg is not None:
        found.append(ParamSpec(arguments.vararg.arg, "vararg", read_type(arguments.vararg.annotation)))
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        found.append(ParamSpec(argument.arg, "keyword", read_type(argument.annotation), default is not None))
    if arguments.kwarg is not None:
        found.append(ParamSpec(arguments.kwarg.arg, "kwarg", read_type(arguments.kwarg.annotation)))
    return tuple(found)


def _join(outer: str, name: str) -> str:
    return f"{outer}.{name}" if outer else name


def _is_checking(test: ast.expr) -> bool:
    return dotted(test).rpartition(".")[2] == "TYPE_CHECKING"


def _is_called(manager: ast.expr, names: set[str]) -> bool:
    return isinstance(manager, ast.Call) and dotted(manager.func).rpartition(".")[2] in names


def _as_load(target: ast.Name | ast.Attribute | ast.Subscript) -> ast.expr:
    """The target of an augmented assignment as an expression that reads it."""
    if isinstance(target, ast.Name):
        loaded: ast.expr = ast.Name(target.id, ast.Load())
    elif isinstance(target, ast.Attribute):
        loaded = ast.Attribute(target.value, target.attr, ast.Load())
    else:
        loaded = ast.Subscript(target.value, target.slice, ast.Load())
    return ast.copy_location(loaded, target)


def _assigned(statements: list[ast.stmt]) -> set[str]:
    """Names that the statements may bind in their own scope (and some that inner scopes bind: harmless)."""
    names: set[str] = set()
    for statement in statements:
        for node in walk(statement):
            if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                names.add(node.id)
            elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                names.add(node.name)
            elif isinstance(node, (ast.Import, ast.ImportFrom)):
                names.update((alias.asname or alias.name).split(".")[0] for alias in node.names)
            elif isinstance(node, ast.ExceptHandler) and node.name:
                names.add(node.name)
    return names


_LOWER: dict[type[ast.AST], Callable[[Statements, Any], None]] = {
    ast.Assign: Statements._assign,
    ast.AnnAssign: Statements._annotated,
    ast.AugAssign: Statements._augmented,
    ast.Expr: Statements._expression,
    ast.Delete: Statements._delete,
    ast.Import: Statements._import,
    ast.ImportFrom: Statements._import_from,
    ast.If: Statements._if,
    ast.While: Statements._while,
    ast.For: Statements._for,
    ast.AsyncFor: Statements._for,
    ast.Break: Statements._break,
    ast.Continue: Statements._continue,
    ast.Return: Statements._return,
    ast.Raise: Statements._raise,
    ast.Assert: Statements._assert,
    ast.Try: Statements._try,
    ast.With: Statements._with,
    ast.AsyncWith: Statements._with,
    ast.FunctionDef: Statements._function,
    ast.AsyncFunctionDef: Statements._function,
    ast.ClassDef: Statements._class,
    ast.Match: match_statement,
    TryStar: Statements._try,
    TypeAlias: Statements._type_alias,
}
