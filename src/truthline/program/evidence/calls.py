"""Names under which libraries execute statements."""

from __future__ import annotations

from truthline.program.engine.sql import EXECUTING
from truthline.program.evidence.alchemy import Given
from truthline.program.evidence.terms import NONE, Terms

KEYED = ("get", "get_one")
"""Methods of a session that are passed a mapped class and a key."""
_KEYWORDS = ("statement", "sql", "query", "operation", "clause", "clauseelement", "object_", "entity")


def executes(name: str) -> bool:
    """Whether a method of this name executes the statement that it is passed."""
    return (name in EXECUTING and name not in KEYED) or name.startswith(("fetch", "execute"))


def statement_of(name: str, given: Given) -> Terms:
    """The statement among the arguments of such a method."""
    place = 1 if name in ("execute_values", "execute_batch") else 0
    if len(given.positional) > place:
        return given.positional[place]
    return NONE.union(*(given.keyword(keyword) for keyword in _KEYWORDS))
