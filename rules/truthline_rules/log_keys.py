"""Keys of `extra` that make `logging` raise (TL604)."""

import ast
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator

from truthline.api import Example, FileRule, FileView, Meta, Violation

RESERVED = frozenset(
    "name msg args levelname levelno pathname filename module exc_info exc_text stack_info lineno funcName created "
    "msecs relativeCreated thread threadName processName process taskName message asctime".split()
)
"""What a LogRecord has of its own (`taskName` from Python 3.12 on), and the two that a formatter adds."""

METHODS = frozenset("debug info warning warn error exception critical fatal log".split())
_OTHERS = frozenset({"structlog", "loguru", "eliot", "logbook"})
"""Libraries whose loggers take any key."""

_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")
Function = ast.FunctionDef | ast.AsyncFunctionDef


class ReservedLogKey(FileRule):
    """A key in `extra` that makes the log call raise.

    What it does:
        Looks at the `extra` of log calls, and of `LoggerAdapter`s, and reports keys that a `LogRecord` has of its own,
        such as `name`, `module` or `message`. A dict in a variable is followed as far as the function itself fills it.
    Why it is bad:
        `logging` raises `KeyError: "Attempt to overwrite 'name' in LogRecord"`: the line that should have told about
        the work ends it. It shows only where the level is enabled.
    How to fix:
        Give the key another name: `connector_name` for `name`.
    How to allow:
        A suppression with a reason.
    """

    meta = Meta(
        code="TL604",
        name="reserved-log-key",
        valid=(
            Example(
                title="a name of its own",
                files={
                    "app/a.py": (
                        "import logging\n\nlogger = logging.getLogger(__name__)\n\n\ndef register(connector):\n"
                        '    logger.info("registered", extra={"connector_name": connector})\n'
                    )
                },
            ),
            Example(
                title="a structlog logger takes any key",
                files={
                    "app/a.py": (
                        "import structlog\n\nlogger = structlog.get_logger()\n\n\ndef register(connector):\n"
                        '    logger.info("registered", extra={"name": connector})\n'
                    )
                },
            ),
        ),
        invalid=(
            Example(
                title="a LogRecord has a name",
                files={
                    "app/a.py": (
                        "import logging\n\nlogger = logging.getLogger(__name__)\n\n\ndef register(connector):\n"
                        '    logger.info("registered", extra={"name": connector})\n'
                    )
                },
            ),
        ),
    )

    def check_file(self, file: FileView) -> Iterable[Violation]:
        """Look at every call that has an `extra`."""
        for key, node, function in file.once(keys_of_extras):
            if key in RESERVED:
                yield Violation(
                    location=file.at(node),
                    message=f"`extra` has the key `{key}`, which a LogRecord has of its own: the call raises",
                    help=f"give the key another name, such as `record_{key}`",
                    symbol=f"{function}.{key}",
                )


def keys_of_extras(file: FileView) -> tuple[tuple[str, ast.expr, str], ...]:
    """Every constant key of an `extra`, with where it is written and the function that passes it."""
    return tuple(_keys_of_extras(file))


def _keys_of_extras(file: FileView) -> Iterator[tuple[str, ast.expr, str]]:
    words = f" {file.outline.words} "
    if " extra " not in words and " LoggerAdapter " not in words:
        return
    others = _other_loggers(file)
    lines = [number for number, line in enumerate(file.lines, 1) if "extra" in line or "LoggerAdapter" in line]
    for scope in [file.tree, *_functions(file.tree.body)]:
        if isinstance(scope, Function) and not _is_between(lines, scope.lineno, scope.end_lineno or scope.lineno):
            continue
        own = list(_own_nodes(scope))
        for call in own:
            if isinstance(call, ast.Call) and _root(call.func) not in others:
                for extra in _extras(call):
                    for key, node in _keys(extra, own, set()):
                        yield key, node, getattr(scope, "name", "")


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


def _extras(call: ast.Call) -> Iterator[ast.expr]:
    """The `extra` of a log call, or the dict of a `LoggerAdapter`."""
    func = call.func
    name = func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else ""
    if name in METHODS and isinstance(func, ast.Attribute):
        yield from (each.value for each in call.keywords if each.arg == "extra")
    elif name == "LoggerAdapter":
        yield from (each.value for each in call.keywords if each.arg == "extra")
        yield from call.args[1:2]


def _keys(extra: ast.expr, nodes: list[ast.AST], seen: set[str]) -> Iterator[tuple[str, ast.expr]]:
    """The constant keys of a dict, each with the place where it is written."""
    if isinstance(extra, ast.Dict):
        for key, value in zip(extra.keys, extra.values, strict=True):
            if key is None:
                yield from _keys(value, nodes, seen)
            elif isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield key.value, key
    elif isinstance(extra, ast.BinOp) and isinstance(extra.op, ast.BitOr):
        yield from _keys(extra.left, nodes, seen)
        yield from _keys(extra.right, nodes, seen)
    elif isinstance(extra, ast.IfExp):
        yield from _keys(extra.body, nodes, seen)
        yield from _keys(extra.orelse, nodes, seen)
    elif isinstance(extra, ast.Call) and isinstance(extra.func, ast.Name) and extra.func.id == "dict":
        for argument in (*extra.args, *(each.value for each in extra.keywords if each.arg is None)):
            yield from _keys(argument, nodes, seen)
        yield from ((each.arg, each.value) for each in extra.keywords if each.arg is not None)
    elif isinstance(extra, ast.Name) and extra.id not in seen:
        yield from _filled(extra.id, nodes, seen | {extra.id})


def _filled(name: str, nodes: list[ast.AST], seen: set[str]) -> Iterator[tuple[str, ast.expr]]:
    """The keys that a scope puts into a dict of its own."""
    for node in nodes:
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if isinstance(target, ast.Name) and target.id == name:
                    yield from _keys(node.value, nodes, seen)
                elif isinstance(target, ast.Subscript) and _is(target.value, name):
                    key = target.slice
                    if isinstance(key, ast.Constant) and isinstance(key.value, str):
                        yield key.value, key
        elif isinstance(node, ast.Call) and _is_update(node.func, name):
            yield from ((each.arg, each.value) for each in node.keywords if each.arg is not None)
            for argument in node.args:
                yield from _keys(argument, nodes, seen)


def _is_update(func: ast.expr, name: str) -> bool:
    return isinstance(func, ast.Attribute) and func.attr == "update" and _is(func.value, name)


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


def _other_loggers(file: FileView) -> set[str]:
    """The names that hold loggers of libraries that take any key."""
    modules = {each.bound for each in file.outline.imports if each.module.partition(".")[0] in _OTHERS}
    if not modules:
        return modules
    held = set(modules)
    for node in file.nodes:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and _root(node.value.func) in modules:
            for target in node.targets:
                held.add(target.id if isinstance(target, ast.Name) else _root(target))
    return held - {""}
