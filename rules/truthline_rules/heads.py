"""The head of a file: the comments before its first statement, and its docstring, line by line."""

import ast

import msgspec

from truthline.api import FileView


class Line(msgspec.Struct, frozen=True):
    """A line of a head without its `#` or quotes: where its text begins, the text, and whether a docstring has it."""

    number: int
    column: int
    text: str
    in_docstring: bool


def comment_head(file: FileView) -> list[Line]:
    """The comments that stand alone before the first statement other than the docstring."""
    end = _first_statement(file)
    above = [each for each in file.comments if each.alone and each.line < end]
    return [_line(each.line, each.column, each.text, "#!: \t", in_docstring=False) for each in above]


def docstring_head(file: FileView) -> list[Line]:
    """The lines of the module's docstring as they stand in the file."""
    docstring = _docstring(file)
    if docstring is None:
        return []
    first, last = docstring.lineno, docstring.end_lineno or docstring.lineno
    written = [(number, file.lines[number - 1]) for number in range(first, last + 1)]
    quotes = "rRuU\"'"
    return [
        _line(number, 1, text, f" \t\f{quotes if number == first else ''}", in_docstring=True)
        for number, text in written
    ]


def _line(number: int, column: int, text: str, lead: str, *, in_docstring: bool) -> Line:
    stripped = text.lstrip(lead)
    return Line(number, column + len(text) - len(stripped), stripped.rstrip("\"' \t"), in_docstring)


def _docstring(file: FileView) -> ast.Expr | None:
    first = file.tree.body[0] if file.tree.body else None
    is_text = isinstance(first, ast.Expr) and isinstance(getattr(first.value, "value", None), str)
    return first if isinstance(first, ast.Expr) and is_text else None


def _first_statement(file: FileView) -> int:
    """The line of the first statement that is not the docstring; beyond the last line where there is none."""
    body = file.tree.body[1:] if _docstring(file) else file.tree.body
    if not body:
        return len(file.lines) + 1
    decorators: list[ast.expr] = getattr(body[0], "decorator_list", [])
    return min([body[0].lineno, *(node.lineno for node in decorators)])
