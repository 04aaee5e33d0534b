"""The keys of `extra` in one file: of log calls, and of the dicts of `LoggerAdapter`s.

A dict is followed to where it is written, as far as the file tells: through variables of the function and the module,
attributes, functions that return it, and the calls of a function that is handed it. The value engine knows more of the
extras of a flow, and looks at nothing else: these keys are asked of every log call, of files that no flow enters too.
"""

import ast
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from functools import cached_property

from truthline.api import FileView

METHODS = frozenset("debug info warning warn error exception critical fatal log".split())
_OTHERS = frozenset({"structlog", "loguru", "eliot", "logbook"})
"""Libraries whose loggers take any key."""
_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")
_DEEPEST = 6
_LAST_LINE = 10**9
Function = ast.FunctionDef | ast.AsyncFunctionDef
Key = tuple[str, ast.expr]


def keys_of_extras(file: FileView) -> tuple[tuple[str, ast.expr, str], ...]:
    """Every constant key of an `extra`, with where it is written and the function that passes it."""
    words = f" {file.outline.words} "
    if " extra " not in words and " LoggerAdapter " not in words:
        return ()
    found = dict.fromkeys(_Extras(file).all())
    return tuple(found)


class _Scope:
    """A function or the module, with the nodes that are its own."""

    def __init__(self, node: ast.Module | Function) -> None:
        self.node = node
        self.name: str = getattr(node, "name", "")
        self.nodes = list(_own_nodes(node))

    def is_parameter(self, name: str) -> bool:
        """Whether a name is a parameter that takes one value."""
        return not isinstance(self.node, ast.Module) and name in map(_name_of, _named(self.node))

    def collects(self, name: str) -> bool:
        """Whether a name is the `**` parameter."""
        return not isinstance(self.node, ast.Module) and _name_of(self.node.args.kwarg) == name


class _Extras:
    """Looks for the extras of one file."""

    def __init__(self, file: FileView) -> None:
        self.file = file
        self.module = _Scope(file.tree)
        self._asked: set[tuple[ast.AST, str]] = set()
        """The parameters of which the calls have been looked at for one extra."""

    def all(self) -> Iterator[tuple[str, ast.expr, str]]:
        """Every key, with the name of the function that passes it."""
        lines = [number for number, line in enumerate(self.file.lines, 1) if "extra" in line or "LoggerAdapter" in line]
        for function in _functions(self.file.tree.body):
            if _is_between(lines, function.lineno, function.end_lineno or function.lineno):
                yield from self._of_scope(_Scope(function))
        yield from self._of_scope(self.module)

    def _of_scope(self, scope: _Scope) -> Iterator[tuple[str, ast.expr, str]]:
        for call in scope.nodes:
            if isinstance(call, ast.Call):
                for extra in self._extras(call, scope):
                    self._asked.clear()
                    for key, node in self._keys(extra, scope, call.lineno, call.col_offset):
                        yield key, node, scope.name

    # -- log calls ----------------------------------------------------------------------------

    def _extras(self, call: ast.Call, scope: _Scope) -> Iterator[ast.expr]:
        """The `extra` of a log call, or the dict of a `LoggerAdapter`."""
        func = self._method(call.func, scope)
        given = [each.value for each in call.keywords if each.arg == "extra"]
        if _last_name(call.func) == "LoggerAdapter":
            yield from (*given, *call.args[1:2])
        elif given and isinstance(func, ast.Attribute) and self._logs(func, scope):
            yield from given

    def _logs(self, func: ast.Attribute, scope: _Scope) -> bool:
        """Whether a method logs through `logging`, with the `extra` that it is passed."""
        is_known = func.attr in METHODS and _root(func) not in self._other_loggers
        return is_known and not self._overwrites(func.value, scope)

    def _method(self, func: ast.expr, scope: _Scope) -> ast.expr:
        """What is called: of `log = logger.info`, the method."""
        if not isinstance(func, ast.Name):
            return func
        methods = [one for one in self._assigned(func.id, scope) if isinstance(one, ast.Attribute)]
        return methods[0] if len(methods) == 1 else func

    def _overwrites(self, receiver: ast.expr, scope: _Scope) -> bool:
        """Whether a logger is an adapter, which puts its own dict in the place of the call's."""
        values = self._assigned(receiver.id, scope) if isinstance(receiver, ast.Name) else [receiver]
        return bool(values) and all(
            isinstance(one, ast.Call)
            and _last_name(one.func) == "LoggerAdapter"
            and not any(each.arg == "merge_extra" for each in one.keywords)
            for one in values
        )

    @cached_property
    def _other_loggers(self) -> set[str]:
        """The names that hold loggers of libraries which take any key, and objects that only look like loggers."""
        makers = {each.bound for each in self.file.outline.imports if each.module.partition(".")[0] in _OTHERS}
        makers |= {node.name for node in self.file.nodes if isinstance(node, ast.ClassDef) and _looks_like_one(node)}
        held = set(makers)
        for node in self.file.nodes if makers else ():
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and _root(node.value.func) in makers:
                for target in node.targets:
                    held.add(target.id if isinstance(target, ast.Name) else _root(target))
        return held - {""}

    # -- dicts --------------------------------------------------------------------------------

    def _keys(self, extra: ast.expr, scope: _Scope, line: int, column: int, depth: int = 0) -> Iterator[Key]:
        """The constant keys of a dict, each with the place where it is written; `line` is that of the log call."""
        if depth > _DEEPEST:
            return
        parts: Iterable[ast.expr] = ()
        if isinstance(extra, ast.Dict):
            yield from (key for each in extra.keys if each is not None for key in self._constant(each))
            parts = [value for key, value in zip(extra.keys, extra.values, strict=True) if key is None]
        elif isinstance(extra, ast.BinOp) and isinstance(extra.op, ast.BitOr):
            parts = (extra.left, extra.right)
        elif isinstance(extra, ast.IfExp):
            parts = (extra.body, extra.orelse)
        elif isinstance(extra, ast.BoolOp):
            parts = extra.values
        elif isinstance(extra, ast.DictComp):
            yield from _of_comprehension(extra)
        elif isinstance(extra, ast.Call):
            yield from self._of_call(extra, scope, line, column, depth)
        elif isinstance(extra, ast.Name):
            yield from self._of_name(extra.id, scope, line, column, depth)
        elif isinstance(extra, ast.Attribute):
            for value in self._attributes.get(extra.attr, ()):
                yield from self._keys(value, self.module, line, column, depth + 1)
        for part in parts:
            yield from self._keys(part, scope, line, column, depth + 1)

    def _constant(self, key: ast.expr) -> Iterator[Key]:
        """A key that is written down, here or as a constant of the module."""
        value = key
        if isinstance(key, ast.Name):
            bound = self._assigned(key.id, self.module)
            value = bound[0] if len(bound) == 1 else key
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            yield value.value, key

    def _of_call(self, call: ast.Call, scope: _Scope, line: int, column: int, depth: int) -> Iterator[Key]:
        name = _last_name(call.func)
        if isinstance(call.func, ast.Name) and name == "dict":
            yield from ((each.arg, each.value) for each in call.keywords if each.arg is not None)
            for argument in (*call.args, *(each.value for each in call.keywords if each.arg is None)):
                yield from self._keys(argument, scope, line, column, depth + 1)
        elif name == "fromkeys" and call.args:
            yield from _texts(call.args[0])
        elif name == "copy" and isinstance(call.func, ast.Attribute) and not call.args:
            yield from self._keys(call.func.value, scope, line, column, depth + 1)
        elif len(self._defined.get(name, ())) == 1:
            inner = _Scope(self._defined[name][0])
            for node in inner.nodes:
                if isinstance(node, ast.Return) and node.value is not None:
                    yield from self._keys(node.value, inner, node.lineno, node.col_offset, depth + 1)

    def _of_name(self, name: str, scope: _Scope, line: int, column: int, depth: int) -> Iterator[Key]:
        if self._assigned(name, scope, only_here=True):
            yield from self._filled(name, scope, line, column, depth)
        elif scope.collects(name) or scope.is_parameter(name):
            yield from self._passed(name, scope, depth)
        elif scope is not self.module:
            yield from self._filled(name, self.module, _LAST_LINE, 0, depth)

    def _filled(self, name: str, scope: _Scope, line: int, column: int, depth: int) -> Iterator[Key]:
        """The keys that a scope puts into a dict of its own, and has not taken out before a line."""
        removed = [each for each in _removed(name, scope.nodes) if each[1] < line and each[2] <= column]
        for key, node in self._put(name, scope, line, column, depth):
            if not any(key == gone and node.lineno < at for gone, at, _ in removed):
                yield key, node

    def _put(self, name: str, scope: _Scope, line: int, column: int, depth: int) -> Iterator[Key]:
        for node in scope.nodes:
            if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
                for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                    if _is(target, name):
                        yield from self._keys(node.value, scope, line, column, depth + 1)
                    elif isinstance(target, ast.Subscript) and _is(target.value, name):
                        yield from self._constant(target.slice)
            elif isinstance(node, ast.Call) and _is_method(node.func, name, "update"):
                yield from ((each.arg, each.value) for each in node.keywords if each.arg is not None)
                for argument in node.args:
                    yield from self._keys(argument, scope, line, column, depth + 1)

    def _passed(self, name: str, scope: _Scope, depth: int) -> Iterator[Key]:
        """What the calls of a function in this file pass for a parameter, once for each."""
        assert not isinstance(scope.node, ast.Module)
        if (scope.node, name) in self._asked:
            return
        self._asked.add((scope.node, name))
        names = [_name_of(each) for each in _named(scope.node)]
        for caller, call in self._calls.get(scope.name, ()):
            if not scope.collects(name):
                for value in _given(call, scope.node, name):
                    yield from self._keys(value, caller, call.lineno, call.col_offset, depth + 1)
                continue
            for each in call.keywords:
                if each.arg is None:
                    yield from self._keys(each.value, caller, call.lineno, call.col_offset, depth + 1)
                elif each.arg not in names:
                    yield each.arg, each.value

    # -- the file -----------------------------------------------------------------------------

    def _assigned(self, name: str, scope: _Scope, *, only_here: bool = False) -> list[ast.expr]:
        """What a scope assigns to a name; where it assigns nothing, what the module does."""
        found = [
            node.value
            for node in scope.nodes
            if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None
            for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
            if _is(target, name)
        ]
        return found if found or only_here or scope is self.module else self._assigned(name, self.module)

    @cached_property
    def _calls(self) -> dict[str, list[tuple[_Scope, ast.Call]]]:
        """The calls of the file, each with its scope, by the last name of what is called."""
        found: dict[str, list[tuple[_Scope, ast.Call]]] = {}
        for scope in (self.module, *map(_Scope, _functions(self.file.tree.body))):
            for node in scope.nodes:
                if isinstance(node, ast.Call):
                    found.setdefault(_last_name(node.func), []).append((scope, node))
        return found

    @cached_property
    def _defined(self) -> dict[str, list[Function]]:
        """The functions of the file by their names."""
        found: dict[str, list[Function]] = {}
        for function in _functions(self.file.tree.body):
            found.setdefault(function.name, []).append(function)
        return found

    @cached_property
    def _attributes(self) -> dict[str, list[ast.expr]]:
        """The dicts that are assigned to attributes, by `self.x = {...}` and in class bodies."""
        found: dict[str, list[ast.expr]] = {}
        for node in self.file.nodes:
            statements = [node] if isinstance(node, ast.Assign) else node.body if isinstance(node, ast.ClassDef) else []
            for one in statements:
                if isinstance(one, ast.Assign):
                    for target in one.targets:
                        if isinstance(target, ast.Attribute) or (one is not node and isinstance(target, ast.Name)):
                            found.setdefault(_last_name(target), []).append(one.value)
        return found


def _functions(body: Iterable[ast.AST]) -> Iterator[Function]:
    """Every function that statements define, at any depth."""
    stack = list(body)
    while stack:
        node = stack.pop()
        if isinstance(node, Function):
            yield node
        for name in _BLOCKS:
            stack.extend(getattr(node, name, ()))


def _is_between(lines: list[int], first: int, last: int) -> bool:
    """Whether one of some lines, which are in order, is among those from first to last."""
    return bisect_left(lines, first) < bisect_right(lines, last)


def _own_nodes(scope: ast.Module | Function) -> Iterator[ast.AST]:
    """The nodes of a scope, in the order of the text, without those of the functions inside it."""
    stack: list[ast.AST] = list(reversed(scope.body))
    while stack:
        node = stack.pop()
        if isinstance(node, Function):
            stack.extend(reversed(node.decorator_list))
            continue
        yield node
        stack.extend(reversed(list(ast.iter_child_nodes(node))))


def _looks_like_one(cls: ast.ClassDef) -> bool:
    """Whether a class has the methods of a logger, and is none."""
    has_methods = any(isinstance(one, Function) and one.name in METHODS for one in cls.body)
    return has_methods and not any("Logger" in _last_name(base) for base in cls.bases)


def _of_comprehension(made: ast.DictComp) -> Iterator[Key]:
    """The keys of `{key: ... for key in ("a", "b")}`."""
    first = made.generators[0]
    if len(made.generators) == 1 and isinstance(first.target, ast.Name) and _is(made.key, first.target.id):
        yield from _texts(first.iter)


def _texts(display: ast.expr) -> Iterator[Key]:
    for each in display.elts if isinstance(display, (ast.List, ast.Tuple, ast.Set)) else ():
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            yield each.value, each


def _removed(name: str, nodes: list[ast.AST]) -> Iterator[tuple[str, int, int]]:
    """The keys that are deleted from a dict or popped, with line and column."""
    for node in nodes:
        if isinstance(node, ast.Delete):
            keys = [each.slice for each in node.targets if isinstance(each, ast.Subscript) and _is(each.value, name)]
        elif isinstance(node, ast.Call) and _is_method(node.func, name, "pop"):
            keys = node.args[:1]
        else:
            continue
        for key in keys:
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield key.value, node.lineno, node.col_offset


def _given(call: ast.Call, function: Function, name: str) -> Iterator[ast.expr]:
    """What a call passes for a parameter, by its keyword or its place; of a method, behind the receiver."""
    yield from (each.value for each in call.keywords if each.arg == name)
    places = [each.arg for each in (*function.args.posonlyargs, *function.args.args)]
    if name in places:
        place = places.index(name) - (isinstance(call.func, ast.Attribute) and places[0] in ("self", "cls"))
        before = call.args[: place + 1]
        if 0 <= place < len(call.args) and not any(isinstance(each, ast.Starred) for each in before):
            yield call.args[place]


def _named(function: Function) -> list[ast.arg]:
    """The parameters that take one value."""
    return [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]


def _name_of(argument: ast.arg | None) -> str:
    return argument.arg if argument is not None else ""


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _is_method(func: ast.expr, name: str, method: str) -> bool:
    return isinstance(func, ast.Attribute) and func.attr == method and _is(func.value, name)


def _is(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _root(node: ast.expr) -> str:
    """`logger` of `logger.bind(x=1).info`, `self._logger` of `self._logger.info`."""
    names: list[str] = []
    while True:
        if isinstance(node, ast.Attribute):
            names.append(node.attr)
            node = node.value
        elif isinstance(node, ast.Call):
            names.clear()
            node = node.func
        else:
            break
    first = node.id if isinstance(node, ast.Name) else ""
    return f"self.{names[-1]}" if first == "self" and names else first
