"""Reading SQL text: the tables and columns of each statement, by scope."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from truthline.program.evidence.tables import Query, unknown

if TYPE_CHECKING:
    from sqlglot import exp

HOLE = "\ue000"
"""Stands in a text for a part that is not known."""
HOLE_NAME = "truthline_hole"
_DRIVER_PLACEHOLDER = re.compile(r"%\(\w+\)s|%s")
_REPLACE = re.compile(r"((?:^|;)(?:\s|--[^\n]*\n|/\*.*?\*/)*)REPLACE\s+INTO\b", re.IGNORECASE | re.DOTALL)
_PRAGMA = re.compile(r"\s*PRAGMA\b[^;]*;?\s*", re.IGNORECASE)
"""A setting of SQLite, which other dialects do not parse; it reads and writes no table."""
_LONGEST = 200_000


class SqlTexts:
    """SQL texts of one dialect, each read once."""

    def __init__(self, dialect: str) -> None:
        self.dialect = dialect
        self._queries: dict[str, Query] = {}

    def query(self, text: str) -> Query:
        """What the statements of a text do."""
        found = self._queries.get(text)
        if found is None:
            found = self._queries[text] = self._read(text)
        return found

    def _read(self, text: str) -> Query:
        from truthline.program.evidence.statements import read_statement

        named = text.replace(HOLE, HOLE_NAME)
        statements = self.parse(named)
        if not isinstance(statements, str):
            return Query().joined(*(read_statement(one, self.dialect) for one in statements))
        if HOLE not in text:
            return unknown(statements)
        reason = "a part of its text is not known"
        rest = self.parse(text.replace(HOLE, " "))
        known = () if isinstance(rest, str) else (read_statement(one, self.dialect) for one in rest)
        return unknown(reason).joined(*known)

    def parse(self, text: str) -> list[exp.Expression] | str:
        """The statements of a text, or why it cannot be parsed."""
        if len(text) > _LONGEST:
            return "its text is too long to be parsed"
        if _PRAGMA.fullmatch(text):
            return []
        text = _REPLACE.sub(r"\1INSERT OR REPLACE INTO", text)  # MySQL's and SQLite's short form, which is not parsed
        found = _parse(text, self.dialect)
        if found is None and "%" in text:
            found = _parse(_DRIVER_PLACEHOLDER.sub(":p", text).replace("%%", "%"), self.dialect)
        return f"its text is no {self.dialect} that can be parsed" if found is None else found


def _parse(text: str, dialect: str) -> list[Any] | None:
    import sqlglot
    from sqlglot.errors import SqlglotError

    logging.getLogger("sqlglot").setLevel(logging.CRITICAL)
    try:
        return [one for one in sqlglot.parse(text, read=dialect) if one is not None]
    except (SqlglotError, RecursionError, ValueError):
        return None


def joined_texts(parts: Iterable[Iterable[str]], most: int = 16) -> list[str] | None:
    """Every concatenation of one text of each part; None where there are too many."""
    texts = [""]
    for part in parts:
        options = list(part)
        if len(texts) * len(options) > most:
            return None
        texts = [text + option for text in texts for option in options]
    return texts
