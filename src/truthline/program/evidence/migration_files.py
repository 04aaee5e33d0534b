"""One migration: the tables that it creates, renames and drops."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

import msgspec

from truthline.program.evidence.sqltext import HOLE
from truthline.program.evidence.tables import Table, folded, wanted_table
from truthline.syntax.parse import parse_text
from truthline.syntax.unread import Unparsable

_NAME = r"((?:\"[^\"]+\"|`[^`]+`|\[[^\]]+\]|[\w$]+)(?:\s*\.\s*(?:\"[^\"]+\"|`[^`]+`|\[[^\]]+\]|[\w$]+))*)"
_SQL = re.compile(
    rf"\bCREATE\s+(?:FOREIGN\s+|UNLOGGED\s+)?TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?{_NAME}"
    rf"|\bDROP\s+TABLE\s+(?:IF\s+EXISTS\s+)?{_NAME}((?:\s*,\s*{_NAME})*)"
    rf"|\bALTER\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?{_NAME}\s+RENAME\s+(?:TO|AS)\s+{_NAME}"
    rf"|\bRENAME\s+TABLE\s+{_NAME}\s+TO\s+{_NAME}",
    re.IGNORECASE,
)
_NOISE = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'", re.DOTALL)
_WAY_DOWN = re.compile(
    r"^--\s*(?:migrate:down|\+goose\s+down|\+migrate\s+down|@?down\b|//@undo).*", re.IGNORECASE | re.MULTILINE
)
_NEW_HOLE = re.compile(rf"\bCREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?[\w.\"]*{HOLE}", re.IGNORECASE)
_MOST_TEXTS = 200
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_EXECUTING = ("execute", "executescript", "exec_driver_sql", "RunSQL", "run_sql", "text", "step")
_STATEMENTS = ("sql", "sqltext", "statement", "query")


class Change(msgspec.Struct, frozen=True):
    """What a migration does to a table (None where its name is not known); `create_all` makes those of all models.

    `model` is the default table of the Django model that the table belongs to, which may have been given another.
    """

    kind: Literal["create", "drop", "rename", "rename_model", "create_all"]
    line: int
    table: Table | None = None
    new: Table | None = None
    model: Table | None = None


def changes_of_sql(text: str, line: int = 1) -> Iterator[Change]:
    """The changes that SQL text makes, comments and literals aside."""
    down = _WAY_DOWN.search(text)
    text = _NOISE.sub(_blank, text[: down.start()] if down is not None else text)
    for match in _NEW_HOLE.finditer(text):
        yield Change("create", line + text.count("\n", 0, match.start()))
    for match in _SQL.finditer(text):
        place = line + text.count("\n", 0, match.start())
        created, dropped, more, _, old, new, older, newer = match.groups()
        if created:
            yield Change("create", place, _table(created))
        elif dropped:
            for name in (dropped, *(part.strip() for part in (more or "").split(",") if part.strip())):
                yield Change("drop", place, _table(name))
        else:
            yield Change("rename", place, _table(old or older), _table(new or newer))


def _blank(match: re.Match[str]) -> str:
    return "\n" * match[0].count("\n") or " "


def _table(text: str) -> Table:
    parts = [part.strip() for part in text.split(".")]
    names = [folded(part.strip('"`[]'), part[:1] in '"`[', "postgres") for part in parts]
    return Table(names[-1], names[-2] if len(names) > 1 else None)


def changes_of_python(path: str, text: str) -> Iterable[Change]:
    """The changes that a Python file makes on the way up."""
    try:
        tree = parse_text(text)
    except Unparsable:
        return ()
    return _PythonFile(path, tree).changes()


class _PythonFile:
    def __init__(self, path: str, tree: ast.Module) -> None:
        self.tree = tree
        self.label = _app_label(path)
        self.texts: dict[str, list[str]] = {}
        self.tables: dict[str, Table] = {}
        self.functions = {
            one.name: one for one in tree.body if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef))
        }
        for statement in ast.walk(tree):
            self._remember(statement)

    def _remember(self, node: ast.AST) -> None:
        """Constant texts of names and of loop variables, and tables of names."""
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            self._add(node.targets[0].id, node.value)
            table = self._written(node.value)
            if table is not None:
                self.tables[node.targets[0].id] = table
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            self._add(node.target.id, node.value)
        elif isinstance(node, (ast.For, ast.comprehension)) and isinstance(node.target, ast.Name):
            self._add(node.target.id, node.iter)

    def _add(self, name: str, value: ast.expr) -> None:
        self.texts.setdefault(name, []).extend(self._values(value) or ())

    def _values(self, node: ast.expr) -> list[str] | None:
        """The texts that an expression may be; None where one is not known."""
        if isinstance(node, ast.Constant):
            return [node.value] if isinstance(node.value, str) else None
        if isinstance(node, ast.Name):
            return self.texts.get(node.id) or None
        if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            return [text for one in node.elts for text in self._values(one) or ()]
        if isinstance(node, ast.JoinedStr):
            return self._product([one.value if isinstance(one, ast.FormattedValue) else one for one in node.values])
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return self._product([node.left, node.right])
        if isinstance(node, ast.Call) and node.args and _called(node) in ("text", "dedent", "SQL", "str"):
            return self._values(node.args[0])
        return None

    def _product(self, parts: list[ast.expr]) -> list[str] | None:
        texts = [""]
        for part in parts:
            options = self._values(part) or [HOLE]
            if len(options) * len(texts) > _MOST_TEXTS:
                return None
            texts = [text + option for text in texts for option in options]
        return texts

    # -- what runs ----------------------------------------------------------------------------

    def changes(self) -> Iterator[Change]:
        """The changes in the order of the text."""
        for node in self._roots():
            yield from self._within(node, set())

    def _within(self, node: ast.AST, seen: set[str]) -> Iterator[Change]:
        for call in _calls(node):
            if _called(call) == "RunPython":
                yield from self._run_forwards(call, seen)
            else:
                yield from self._of_call(call)

    def _run_forwards(self, call: ast.Call, seen: set[str]) -> Iterator[Change]:
        """`RunPython(forwards, backwards)` runs a function of the file."""
        named = [*call.args[:1], *(one.value for one in call.keywords if one.arg == "code")]
        for name in {one.id for one in named if isinstance(one, ast.Name)} & set(self.functions) - seen:
            for function in self._reached(name):
                yield from self._within(function, seen | {name})

    def _roots(self) -> list[ast.AST]:
        """`upgrade` and the functions that it calls; Django's operations; of any other file, all of it."""
        if "upgrade" in self.functions:
            return list(self._reached("upgrade"))
        models = [one for one in self.tree.body if isinstance(one, ast.ClassDef) and one.name == "Migration"]
        if models:
            return [*models]
        return [one for name, one in self.functions.items() if name != "downgrade"] + [
            one for one in self.tree.body if not isinstance(one, _FUNCTIONS)
        ]

    def _reached(self, start: str) -> Iterator[ast.AST]:
        pending, seen = [start], {start}
        while pending:
            function = self.functions[pending.pop(0)]
            yield function
            for node in ast.walk(function):
                if isinstance(node, ast.Name) and node.id in self.functions and node.id not in seen:
                    seen.add(node.id)
                    pending.append(node.id)

    def _of_call(self, call: ast.Call) -> Iterator[Change]:
        name = _called(call)
        if name in ("create_table", "drop_table", "rename_table") and (call.args or call.keywords):
            yield from self._of_operation(name, call)
        elif name == "create_all":
            yield Change("create_all", call.lineno)
            for one in (self._written(each) for each in ast.walk(self.tree)):
                if one is not None:
                    yield Change("create", call.lineno, one)
        elif name == "create" and isinstance(call.func, ast.Attribute) and _may_be_table(call.func.value, self.tables):
            yield Change("create", call.lineno, self._table_of(call.func.value))
        elif name in ("CreateModel", "DeleteModel", "RenameModel", "AlterModelTable"):
            yield from self._of_model(name, call)
        elif name in _EXECUTING:
            for statement in (*call.args[:1], *(one.value for one in call.keywords if one.arg in _STATEMENTS)):
                for text in self._values(statement) or ():
                    yield from changes_of_sql(text, statement.lineno)

    def _written(self, node: ast.AST) -> Table | None:
        """The table of `Table("name", metadata, ..., schema=...)`."""
        if not isinstance(node, ast.Call) or _called(node) != "Table":
            return None
        named = self._argument(node, 0, "name")
        schema = next(iter(self._argument(node, -1, "schema") or ()), None)
        return Table(named[0], schema) if named and HOLE not in named[0] else None

    def _table_of(self, node: ast.expr) -> Table | None:
        """The table that is meant by a name, by `Table(...)` itself, or by `metadata.tables["name"]`."""
        if isinstance(node, ast.Name):
            return self.tables.get(node.id)
        if isinstance(node, ast.Subscript):
            return next((wanted_table(text) for text in self._values(node.slice) or ()), None)
        return self._written(node)

    def _of_operation(self, name: str, call: ast.Call) -> Iterator[Change]:
        """Alembic's `op.create_table("name", ..., schema=...)` and its kin."""
        named = self._argument(call, 0, "table_name", "old_table_name")
        schema = next(iter(self._argument(call, -1, "schema") or ()), None)
        kind: Literal["create", "drop"] = "create" if name == "create_table" else "drop"
        if name == "rename_table":
            for old in named or ():
                for new in self._argument(call, 1, "new_table_name") or ():
                    yield Change("rename", call.lineno, Table(old, schema), Table(new, schema))
        elif named is None:
            yield Change(kind, call.lineno)
        else:
            for one in named:
                yield Change(kind, call.lineno, None if HOLE in one else Table(one, schema))

    def _argument(self, call: ast.Call, place: int, *keywords: str) -> list[str] | None:
        for keyword in call.keywords:
            if keyword.arg in keywords:
                return self._values(keyword.value)
        return self._values(call.args[place]) if 0 <= place < len(call.args) else None

    def _of_model(self, name: str, call: ast.Call) -> Iterator[Change]:
        """Django's operations on models."""
        model = next(iter(self._argument(call, 0, "name", "old_name") or ()), None)
        if model is None:
            yield Change("create", call.lineno)
            return
        table = self._default(model)
        if name == "CreateModel":
            options = self._options(call)
            given = next(iter(self._values(options["db_table"]) or ()), None) if "db_table" in options else None
            if not _is_false(options.get("managed")):
                yield Change("create", call.lineno, wanted_table(given) if given else table, model=table)
        elif name == "DeleteModel":
            yield Change("drop", call.lineno, table, model=table)
        else:
            new = next(iter(self._argument(call, 1, "new_name", "table") or ()), None)
            if new is not None:
                if name == "RenameModel":
                    yield Change("rename_model", call.lineno, table, self._default(new), model=table)
                else:
                    yield Change("rename", call.lineno, table, wanted_table(new), model=table)

    def _default(self, model: str) -> Table:
        return Table(f"{self.label}_{model.lower()}")

    def _options(self, call: ast.Call) -> dict[str, ast.expr]:
        """What a model's `Meta` says."""
        written = (*call.args[2:3], *(one.value for one in call.keywords if one.arg == "options"))
        return {
            key.value: value
            for options in written
            if isinstance(options, ast.Dict)
            for key, value in zip(options.keys, options.values, strict=True)
            if isinstance(key, ast.Constant) and isinstance(key.value, str)
        }


def _app_label(path: str) -> str:
    """The Django app whose migrations these are: the directory around `migrations`."""
    parts = path.split("/")[:-1]
    return parts[-2] if len(parts) > 1 else ""


def _called(call: ast.Call) -> str:
    func = call.func
    return func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else ""


def _is_false(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is False


def _may_be_table(node: ast.expr, tables: Mapping[str, Table]) -> bool:
    """Whether `create` is asked of a table: by its name, of `Table(...)`, `metadata.tables[...]`, `Model.__table__`."""
    if isinstance(node, ast.Subscript):
        node = node.value
        return isinstance(node, ast.Attribute) and node.attr == "tables"
    if isinstance(node, ast.Name):
        return node.id in tables
    named = isinstance(node, ast.Attribute) and node.attr == "__table__"
    return named or (isinstance(node, ast.Call) and _called(node) == "Table")


def _parts(node: ast.AST) -> Iterable[ast.AST]:
    """What stands in a node, but for what Django is only told to believe (`SeparateDatabaseAndState`)."""
    if not isinstance(node, ast.Call) or _called(node) != "SeparateDatabaseAndState":
        return ast.iter_child_nodes(node)
    return (*node.args[:1], *(one.value for one in node.keywords if one.arg == "database_operations"))


def _calls(node: ast.AST) -> Iterator[ast.Call]:
    """Every call, in the order in which it is executed: arguments first."""
    pending: list[tuple[ast.AST, bool]] = [(node, False)]
    while pending:
        current, is_done = pending.pop()
        if is_done:
            if isinstance(current, ast.Call):
                yield current
            continue
        pending.append((current, True))
        pending += [(child, False) for child in reversed(list(_parts(current)))]
