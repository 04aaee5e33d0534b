"""Strings of LibCST as those of `ast`: adjacent ones are one, and the text between replacement fields is decoded."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import libcst as cst

from truthline.syntax.lowering.features import Features
from truthline.syntax.lowering.places import Place, Places
from truthline.syntax.newer import Interpolation, TemplateStr
from truthline.syntax.unread import Unparsable

if TYPE_CHECKING:
    from libcst import CSTNode

_UNFINISHED = re.compile(r"(?<!\\)(?:\\\\)*\\\Z")
"""A backslash that escapes what follows the text, which is a brace and cannot be escaped."""
_COMMENT = re.compile(r"#[^\n]*")
_NO_CONVERSION = -1


class Strings:
    """Lowers the string literals of one module."""

    def __init__(
        self, module: cst.Module, places: Places, features: Features, load: Callable[[CSTNode], ast.expr]
    ) -> None:
        self._module = module
        self._places = places
        self._features = features
        self._load = load

    def lower(self, node: cst.BaseString) -> ast.expr:
        """A literal, or several that stand side by side."""
        pieces = list(_pieces(node))
        place = self._places.of(node)
        if all(isinstance(each, cst.SimpleString) for each in pieces):
            return ast.Constant(self._text(pieces), kind=_kind(pieces[0]), **place)
        values = list(self._merged([value for piece in pieces for value in self._values(piece, place)]))
        templates = [type(each).__name__ == "TemplatedString" for each in pieces]
        if any(templates):
            if not all(templates):
                raise Unparsable("does not parse: cannot mix t-strings with other strings", place["lineno"])
            self._features.note((3, 14), "a template string")
            made: ast.expr = TemplateStr(values, **place)
            return made
        return ast.JoinedStr(values, **place)

    def _text(self, pieces: list[Any]) -> str | bytes:
        """The whole text: bytes and characters do not mix."""
        parts = [self._plain(each) for each in pieces]
        if all(isinstance(each, str) for each in parts):
            return "".join(each for each in parts if isinstance(each, str))
        if all(isinstance(each, bytes) for each in parts):
            return b"".join(each for each in parts if isinstance(each, bytes))
        raise Unparsable("does not parse: cannot mix bytes and nonbytes literals", self._places.line(pieces[0]))

    def _plain(self, piece: cst.SimpleString) -> str | bytes:
        return self._literal(piece.value, piece)

    def _literal(self, text: str, node: CSTNode) -> str | bytes:
        try:
            found: str | bytes = ast.literal_eval(text)
        except (SyntaxError, ValueError) as error:
            reason = getattr(error, "msg", None) or str(error)
            raise Unparsable(f"does not parse: {reason}", self._places.line(node)) from error
        return found

    def _values(self, piece: Any, place: Place) -> Iterator[ast.expr]:
        """The texts and fields of one literal."""
        if isinstance(piece, cst.SimpleString):
            text = self._plain(piece)
            if isinstance(text, bytes):
                raise Unparsable("does not parse: cannot mix bytes and nonbytes literals", self._places.line(piece))
            yield ast.Constant(text, kind=_kind(piece), **place)
        else:
            yield from self._parts(piece.parts, piece)

    def _parts(self, parts: Any, literal: Any) -> Iterator[ast.expr]:
        for part in parts:
            if type(part).__name__.endswith("Text"):
                yield ast.Constant(self._between(part, literal), **self._places.of(part))
            else:
                yield from self._field(part, literal)

    def _between(self, part: cst.FormattedStringText, literal: Any) -> str:
        """What a text between fields stands for."""
        text = part.value.replace("{{", "{").replace("}}", "}")
        if "r" in literal.start.lower().rstrip("\"'"):
            return text
        quote = literal.end
        decoded = self._literal(quote + _UNFINISHED.sub(r"\g<0>\\", text) + quote, part)
        assert isinstance(decoded, str)
        return decoded

    def _field(self, part: Any, literal: Any) -> Iterator[ast.expr]:
        """A replacement field; `{x=}` is a text in front of it too."""
        self._note_newer(part, literal)
        place = self._places.of(part)
        written = self._written(part)
        conversion = ord(part.conversion) if part.conversion is not None else _NO_CONVERSION
        if part.equal is not None:
            label = written + self._code(part.equal) + self._blank(part.whitespace_after_expression)
            yield ast.Constant(label, **place)
            if part.conversion is None and part.format_spec is None:
                conversion = ord("r")
        layout = self._layout(part, literal, place)
        value = self._load(part.expression)
        if type(part).__name__ == "TemplatedStringExpression":
            yield Interpolation(value, written.strip(), conversion, layout, **place)
        else:
            yield ast.FormattedValue(value, conversion, layout, **place)

    def _layout(self, part: Any, literal: Any, place: Place) -> ast.JoinedStr | None:
        if part.format_spec is None:
            return None
        return ast.JoinedStr(list(self._merged(self._parts(part.format_spec, literal))), **place)

    def _written(self, part: Any) -> str:
        """The text of a field's expression, with the blanks around it."""
        return self._blank(part.whitespace_before_expression) + self._code(part.expression)

    def _blank(self, node: CSTNode) -> str:
        """White space as the interpreter keeps it: without its comments."""
        return _COMMENT.sub("", self._code(node))

    def _code(self, node: CSTNode) -> str:
        return self._module.code_for_node(node)

    def _note_newer(self, part: Any, literal: Any) -> None:
        """Before Python 3.12, a field held no quotes of its string, no backslash, no comment, and no line end."""
        around = self._code(part.whitespace_before_expression) + self._code(part.whitespace_after_expression)
        text = self._code(part.expression) + around
        if literal.end in text or re.search(r"[\\#]", text) or ("\n" in text and len(literal.end) == 1):
            self._features.note((3, 12), "an f-string with quotes, backslashes or comments in a field")

    @staticmethod
    def _merged(values: Any) -> Iterator[ast.expr]:
        """Adjacent texts as one, and no empty ones."""
        pending: ast.Constant | None = None
        for value in values:
            if not isinstance(value, ast.Constant):
                if pending is not None and pending.value:
                    yield pending
                pending = None
                yield value
            elif pending is None:
                pending = value
            else:
                text, end = str(pending.value) + str(value.value), value
                pending = ast.Constant(text, kind=pending.kind, lineno=pending.lineno, col_offset=pending.col_offset)
                pending.end_lineno, pending.end_col_offset = end.end_lineno, end.end_col_offset
        if pending is not None and pending.value:
            yield pending


def _pieces(node: cst.BaseExpression) -> Iterator[Any]:
    """The literals that stand side by side, in order; LibCST nests them to the right."""
    while isinstance(node, cst.ConcatenatedString):
        yield node.left
        node = node.right
    yield node


def _kind(piece: Any) -> str | None:
    return "u" if isinstance(piece, cst.SimpleString) and piece.prefix == "u" else None
