"""Changes to a text of Python that leave its meaning alone."""

import ast
from collections.abc import Callable, Iterator

_LOOKS_AT_NAMES = {"locals", "vars", "eval", "exec", "globals", "dir", "inspect", "sys"}
_Function = ast.FunctionDef | ast.AsyncFunctionDef


def with_comments(text: str) -> str:
    """Blank lines and comments between the statements of a module."""
    tree = ast.parse(text)
    lines = text.split("\n")
    for node in reversed(tree.body):
        first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))])
        lines[first - 1 : first - 1] = ["", "# from app.state import nothing  (a comment)", ""]
    return "\n".join([*lines, "# the end", ""])


def with_other_locals(text: str) -> str:
    """Other names for what functions assign, where nothing looks at names."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            _rename(node)
    return ast.unparse(ast.fix_missing_locations(tree)) + "\n"


def _rename(function: _Function) -> None:
    """Only simple functions: no inner scope, nothing declared, nothing bound but by assignment."""
    inside = [node for statement in function.body for node in ast.walk(statement)]
    odd = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.Global, ast.Nonlocal, ast.Import)
    if any(isinstance(node, (*odd, ast.ImportFrom, ast.ExceptHandler, ast.Match)) for node in inside):
        return
    names = [node for node in inside if isinstance(node, ast.Name)]
    if _LOOKS_AT_NAMES & {node.id for node in names}:
        return
    arguments = {node.arg for node in ast.walk(function.args) if isinstance(node, ast.arg)}
    assigned = {node.id for node in names if isinstance(node.ctx, ast.Store)} - arguments
    for node in names:
        if node.id in assigned:
            node.id = f"renamed_{node.id}"


def in_other_order(text: str) -> str:
    """Functions that stand side by side, undecorated and evaluating nothing when they are defined, turned round."""
    tree = ast.parse(text)
    tree.body = [node for run in _runs(tree.body) for node in (reversed(run) if _is_movable(run[0]) else run)]
    return ast.unparse(tree) + "\n"


def _runs(body: list[ast.stmt]) -> Iterator[list[ast.stmt]]:
    run: list[ast.stmt] = []
    for node in body:
        if run and (_is_movable(node) != _is_movable(run[-1]) or _name(node) in {_name(each) for each in run}):
            yield run
            run = []
        run.append(node)
    if run:
        yield run


def _name(node: ast.stmt) -> str:
    return node.name if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) else str(id(node))


def _is_movable(node: ast.stmt) -> bool:
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) or node.decorator_list or node.returns:
        return False
    arguments = node.args
    defaults = [*arguments.defaults, *(each for each in arguments.kw_defaults if each is not None)]
    return not defaults and not any(each.annotation for each in ast.walk(arguments) if isinstance(each, ast.arg))


CHANGES: dict[str, Callable[[str], str]] = {
    "comments and blank lines": with_comments,
    "other names of locals": with_other_locals,
    "another order": in_other_order,
}
