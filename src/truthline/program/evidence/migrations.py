"""Which tables the migrations of a directory leave behind: Alembic, Django, SQL files, and `metadata.create_all`.

Only the way up counts: `upgrade`, and what comes before the mark of the way down. What is created may be renamed and
dropped by a later migration. Alembic's order is that of the revisions; all others apply in the order of their paths.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

import msgspec

from truthline.program.evidence.migration_files import Change, changes_of_python, changes_of_sql
from truthline.program.evidence.tables import Table, names
from truthline.syntax.tree import Tree
from truthline.syntax.unread import Unparsable

_REVISION = re.compile(r"^revision\b[^=\n]*=\s*['\"]([^'\"]+)", re.MULTILINE)
_PARENTS = re.compile(r"^down_revision\b[^=\n]*=([^\n]*(?:\n[ \t)][^\n]*)*)", re.MULTILINE)
_QUOTED = re.compile(r"['\"]([^'\"]+)['\"]")
_TURNS_BACK = (".down.sql", "_down.sql", ".rollback.sql", ".undo.sql")
_DEEPEST = 12
_OF_MODELS = ("deletemodel", "renamemodel", "altermodeltable")
"""Operations that mean a table by the name of its model, in lower case."""


class Migrated(msgspec.Struct, frozen=True):
    """Whether migrations leave a table behind.

    `dropped` is where it was dropped or renamed last, as "file:line"; `unknown` is where a table is created whose name
    is not known.
    """

    created: bool
    dropped: str | None = None
    unknown: str | None = None


class Migrations:
    """The migrations below a directory (or one file), read once."""

    def __init__(self, tree: Tree, place: str, mapped: Callable[[Table], bool]) -> None:
        self._tree = tree
        self._mapped = mapped
        self._texts = {path: text for path in sorted(_files(tree, place)) if (text := _text(tree, path)) is not None}
        self._changes: dict[str, tuple[Change, ...]] = {}
        self._order = sorted(self._texts, key=self._depths())

    def leaves(self, table: Table) -> Migrated:
        """What becomes of a table."""
        found = self._followed(table, [path for path in self._order if self._may_concern(path, table)])
        if found.created or found.dropped:
            return found
        for path in self._order:
            for change in self._of(path):
                if change.kind == "create" and change.table is None:
                    return Migrated(created=False, unknown=f"{path}:{change.line}")
        return found

    def _followed(self, table: Table, paths: Iterable[str]) -> Migrated:
        created = False
        dropped: str | None = None
        models: dict[Table, Table] = {}
        for path in paths:
            for change in self._of(path):
                lost, gained = _moved(change, models)
                is_mapped = change.kind == "create_all" and self._mapped(table)
                if is_mapped or (gained is not None and names(table, gained)):
                    created, dropped = True, None
                elif created and lost is not None and names(table, lost):
                    created, dropped = False, f"{path}:{change.line}"
        return Migrated(created, dropped)

    def _may_concern(self, path: str, table: Table) -> bool:
        text = self._texts[path].lower()
        words = (table.name.lower(), table.name.lower().rpartition("_")[2], "create_all", *_OF_MODELS)
        return any(word in text for word in words)

    def _of(self, path: str) -> tuple[Change, ...]:
        found = self._changes.get(path)
        if found is None:
            text = self._texts[path]
            changes = changes_of_sql(text) if path.endswith(".sql") else changes_of_python(path, text)
            found = self._changes[path] = tuple(changes)
        return found

    def _depths(self) -> Callable[[str], tuple[int, str]]:
        """How many revisions stand before that of a file."""
        parents: dict[str, list[str]] = {}
        own: dict[str, str] = {}
        for path, text in self._texts.items():
            named = _REVISION.search(text)
            if named is not None:
                before = _PARENTS.search(text)
                own[path] = named[1]
                parents[named[1]] = _QUOTED.findall(before[1]) if before is not None else []
        depths: dict[str, int] = {}
        for revision in parents:
            _measure(revision, parents, depths)
        return lambda path: (depths.get(own.get(path, ""), 0), path)


def _moved(change: Change, models: dict[Table, Table]) -> tuple[Table | None, Table | None]:
    """The table that is there no more under its name, and the one that is there from now on.

    `models` are the tables of Django's models so far, by their default tables.
    """
    if change.kind == "create" and change.table is not None:
        if change.model is not None:
            models[change.model] = change.table
        return None, change.table
    old = models.pop(change.model, change.table) if change.model is not None else change.table
    if change.kind == "rename_model" and change.new is not None:
        keeps_table = old != change.table and old is not None
        models[change.new] = old if keeps_table and old is not None else change.new
        return (None, None) if keeps_table else (old, change.new)
    if change.model is not None and change.new is not None:
        models[change.model] = change.new
    return old, change.new


def _measure(revision: str, parents: dict[str, list[str]], depths: dict[str, int]) -> None:
    """The longest way down from a revision, without recursion; circles are cut."""
    pending = [revision]
    entered: set[str] = set()
    while pending:
        current = pending[-1]
        above = [one for one in parents.get(current, ()) if one in parents]
        missing = [one for one in above if one not in depths and one not in entered]
        if current not in depths and missing and current not in entered:
            entered.add(current)
            pending += missing
            continue
        depths.setdefault(current, 1 + max((depths.get(one, 0) for one in above), default=0))
        pending.pop()


def _files(tree: Tree, place: str) -> Iterator[str]:
    """The Python and SQL files below a place."""
    if tree.is_file(place):
        yield place
        return
    pending = [(place.rstrip("/"), 0)]
    while pending:
        directory, depth = pending.pop()
        for name in sorted(tree.names(directory)):
            path = f"{directory}/{name}" if directory not in ("", ".") else name
            if name.endswith((".py", ".sql")) and not name.endswith(_TURNS_BACK):
                yield path
            elif "." not in name and name != "__pycache__" and depth < _DEEPEST and tree.is_directory(path):
                pending.append((path, depth + 1))


def _text(tree: Tree, path: str) -> str | None:
    try:
        return tree.read(path).decode("utf-8", "replace")
    except Unparsable:
        return None
