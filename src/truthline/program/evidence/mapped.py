"""Mapped classes: the table behind a class, the column behind an attribute, the class behind a relationship."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Literal

import msgspec

from truthline.facts.code import (
    Attr,
    Build,
    BuildDict,
    Call,
    Const,
    Hint,
    Load,
    Register,
    Type,
)
from truthline.program.engine.attributes import class_members
from truthline.program.engine.units import Unit
from truthline.program.engine.values import Class, Constant, Context, External, Opaque
from truthline.program.evidence.tables import Column, Table, names
from truthline.program.modules import Found

if TYPE_CHECKING:
    from truthline.program.engine.engine import Engine

Style = Literal["alchemy", "django"]
_ALCHEMY = ("sqlalchemy.", "sqlmodel.", "flask_sqlalchemy.", "sqlalchemy_utils.", "advanced_alchemy.")
_DJANGO_MODEL = re.compile(
    r"django\.(?:contrib\.gis\.)?db\.models\.(?:base\.)?Model$|(?!django\.(?:contrib\.gis\.)?db\.)[\w.]+\.(?:models|base_user)\."
    r"\w+(?<!QuerySet)(?<!Manager)(?<!Field)(?<!Choices)(?<!Form)$"
)
_RELATED = ("relationship", "Relationship", "relation", "backref", "dynamic_loader")
_DJANGO_RELATED = ("ForeignKey", "OneToOneField", "ManyToManyField", "ParentalKey", "GenericRelation", "TreeForeignKey")
_TO_ONE = ("ForeignKey", "OneToOneField", "ParentalKey", "TreeForeignKey")
_COLLECTIONS = ("list", "List", "set", "Set", "Sequence", "Iterable", "Collection", "WriteOnlyMapped", "DynamicMapped")


class Mapping(msgspec.Struct, frozen=True):
    """A table as an ORM knows it. `cls` is None for a bare table; `inherited` are the tables of mapped parents.

    `between` is the table through which a relationship leads here.
    """

    table: Table
    style: Style = "alchemy"
    cls: Class | None = None
    inherited: tuple[Table, ...] = ()
    between: Table | None = None

    @property
    def tables(self) -> frozenset[Table]:
        """The tables that a query of it reads."""
        return frozenset((self.table, *self.inherited, *((self.between,) if self.between is not None else ())))


class _Field(msgspec.Struct, frozen=True):
    """An attribute of a class body: who is called with what, and its annotation."""

    unit: Unit
    maker: str | None
    call: Call | None
    annotation: Type | None


class Mappings:
    """The mapped classes of a program."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._known: dict[Class, Mapping | None] = {}
        self._reverse: dict[tuple[Class, str], tuple[Mapping, frozenset[Column]] | None] = {}

    def of(self, cls: Class) -> Mapping | None:
        """The mapping of a class; None where it has no table."""
        if cls not in self._known:
            self._known[cls] = None
            self._known[cls] = self._find(cls)
        return self._known[cls]

    def named(self, name: str) -> Mapping | None:
        """The mapped class of a name, wherever it is defined (`relationship("Order")`, `"shop.Order"`)."""
        last = name.rpartition(".")[2]
        for module in self.engine.modules.files_defining(last):
            for unit in self.engine.bodies.units(module.name):
                if unit.code.kind == "class" and unit.name == last and unit.parent is not None:
                    found = self.of(self.engine.universe.make(Class, unit, self.engine.ambient(unit.parent)))
                    if found is not None:
                        return found
        return None

    def maps(self, table: Table) -> bool:
        """Whether some class or `Table(...)` of the program is mapped to a table."""
        return any(True for _ in self.bodies_of(table)) or any(
            self._is_written(unit, register, table)
            for module in self.engine.modules.files_mentioning(table.name)
            for unit in self.engine.bodies.units(module.name)
            for register, _ in unit.find(Call)
        )

    def _is_written(self, unit: Unit, register: Register, table: Table) -> bool:
        """Whether a call is `Table(...)` of a table."""
        call = unit.code.instructions[register]
        if not isinstance(call, Call) or not call.args:
            return False
        written = self._written_table(self.engine.ambient(unit), register)
        return written is not None and names(table, written)

    def bodies_of(self, table: Table) -> Iterator[Unit]:
        """The class bodies that are mapped to a table, which they name or are named after."""
        # Django calls the table of `shop.Order` `shop_order`, and no text says so
        for word in sorted({table.name, table.name.partition("_")[2], table.name.rpartition("_")[2]} - {""}):
            for spelling in sorted({word, "".join(part.title() for part in word.split("_"))}):
                for module in self.engine.modules.files_mentioning(spelling):
                    for unit in self.engine.bodies.units(module.name):
                        if unit.code.kind == "class" and _may_map(unit, table) and self._maps_to(unit, table):
                            yield unit

    def _maps_to(self, body: Unit, table: Table) -> bool:
        if body.parent is None:
            return False
        mapping = self.of(self.engine.universe.make(Class, body, self.engine.ambient(body.parent)))
        return mapping is not None and names(table, mapping.table)

    def style(self, cls: Class) -> Style | None:
        """The ORM that a class's bases belong to."""
        for path in self.engine.classes.library_bases(cls):
            if path.startswith(_ALCHEMY):
                return "alchemy"
            if _DJANGO_MODEL.match(path):
                return "django"
        if any(isinstance(base, Opaque) for base in self.engine.classes.outside_bases(cls)):
            return "alchemy" if class_members(self.engine, cls, "__tablename__")[0] else None
        return None

    def _find(self, cls: Class) -> Mapping | None:
        style = None if cls.unit.model else self.style(cls)
        if style == "django":
            return self._django(cls)
        if style == "alchemy":
            return self._alchemy(cls)
        return None

    # -- SQLAlchemy and SQLModel --------------------------------------------------------------

    def _alchemy(self, cls: Class) -> Mapping | None:
        if _constant(self._own(cls, "__abstract__")) is True:
            return None
        table = self._table(cls)
        if table is None:
            return None
        inherited = [
            parent.table
            for one in self.engine.classes.order(cls)[1:]
            if (parent := self.of(one)) is not None and parent.table != table
        ]
        return Mapping(table, "alchemy", cls, tuple(dict.fromkeys(inherited)))

    def _table(self, cls: Class) -> Table | None:
        holder, members = class_members(self.engine, cls, "__tablename__")
        texts = [one.value for one in members if isinstance(one, Constant) and isinstance(one.value, str)]
        if not texts and holder is None and (table := self._core_table(cls)) is not None:
            return table
        name = min(texts) if texts else self._computed_name(cls, holder)
        return None if name is None else Table(name, self._schema(cls))

    def _computed_name(self, cls: Class, holder: Class | None) -> str | None:
        """The name that a `declared_attr` or a library makes of the class's."""
        if holder is not None:
            return cls.unit.name.lower() if self._is_computed_from_name(holder.unit) else None
        paths = [one.path for one in self.engine.classes.outside_bases(cls) if isinstance(one, External)]
        if any(path.startswith("sqlmodel.") for path in paths):
            is_table = any(isinstance(one, Constant) and one.value is True for one in self._keyword(cls, "table"))
            return cls.unit.name.lower() if is_table else None
        if any(path.startswith("flask_sqlalchemy.") for path in paths):
            return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", cls.unit.name).lower()
        return None

    def _keyword(self, cls: Class, name: str) -> Iterable[object]:
        return self.engine.classes.keyword(cls, name)

    def _is_computed_from_name(self, holder: Unit) -> bool:
        """Whether a `declared_attr` makes the table's name as `cls.__name__.lower()`."""
        for method in holder.inner:
            if method.name == "__tablename__" and method.is_function:
                named = {attribute.name for _, attribute in method.find(Attr)}
                return {"__name__", "lower"} <= named
        return False

    def _core_table(self, cls: Class) -> Table | None:
        """`__table__ = Table("name", ...)`."""
        for one in self.engine.classes.order(cls):
            for _, bind in one.unit.bindings.get("__table__", ()):
                return self._written_table(self.body(one), bind.value)
        return None

    def _written_table(self, context: Context, register: Register) -> Table | None:
        """The table of a `Table("name", ..., schema="schema")` that stands here, itself or by a name of the module."""
        made = context.unit.code.instructions[register]
        if isinstance(made, Load):
            return self._bare_table(context.unit.module, made.name)
        if not isinstance(made, Call) or not self._makes_table(context, made) or not made.args:
            return None
        name = self._text(context, made.args[0])
        schemas = [self._text(context, value) for keyword, value in made.keywords if keyword == "schema"]
        return Table(name, schemas[0] if schemas else None) if name is not None else None

    def _makes_table(self, context: Context, call: Call) -> bool:
        callees = self.engine.value(context, call.func)
        paths = [one.path for one in callees if isinstance(one, External)]
        return any(path.endswith(".Table") for path in paths) if paths else _called_name(context.unit, call) == "Table"

    def _text(self, context: Context, register: Register) -> str | None:
        values = self.engine.value(context, register)
        texts = [one.value for one in values if isinstance(one, Constant) and isinstance(one.value, str)]
        return min(texts, default=None)

    def _schema(self, cls: Class) -> str | None:
        for one in self.engine.classes.order(cls):
            for _, bind in one.unit.bindings.get("__table_args__", ()):
                for key, value in _pairs(one.unit, bind.value):
                    if _constant(one.unit.code.instructions[key]) == "schema":
                        found = _constant(one.unit.code.instructions[value])
                        return found if isinstance(found, str) else None
        return None

    def _own(self, cls: Class, name: str) -> object:
        bound = cls.unit.bindings.get(name, ())
        return cls.unit.code.instructions[bound[-1][1].value] if bound else None

    # -- Django -------------------------------------------------------------------------------

    def _django(self, cls: Class) -> Mapping | None:
        if self._meta(cls, "abstract") is True:
            return None
        parents = [
            parent
            for one in self.engine.classes.order(cls)[1:]
            if (parent := self.of(one)) and parent.style == "django"
        ]
        if self._meta(cls, "proxy") is True and parents:
            return Mapping(parents[0].table, "django", cls, parents[0].inherited)
        name = self._meta(cls, "db_table") or self._meta_of_abstract(cls, "db_table")
        if not isinstance(name, str):
            label = self._meta(cls, "app_label")
            name = f"{label if isinstance(label, str) else self._app_label(cls.unit.module)}_{cls.unit.name.lower()}"
        schema, _, last = name.replace('"', "").rpartition(".")
        inherited = tuple(dict.fromkeys(parent.table for parent in parents))
        return Mapping(Table(last, schema or None), "django", cls, inherited)

    def _meta(self, cls: Class, name: str) -> object:
        for inner in cls.unit.inner:
            if inner.code.kind == "class" and inner.name == "Meta":
                for _, bind in inner.bindings.get(name, ()):
                    return _constant(inner.code.instructions[bind.value])
        return None

    def _meta_of_abstract(self, cls: Class, name: str) -> object:
        for one in self.engine.classes.order(cls)[1:]:
            if self._meta(one, "abstract") is True:
                found = self._meta(one, name)
                if found is not None:
                    return found
        return None

    def _app_label(self, module: str) -> str:
        """The label of the app that a module of models belongs to: of its `AppConfig`, else its package's name."""
        parts = module.split(".")
        package = parts[: parts.index("models")] if "models" in parts else parts[:-1]
        config = ".".join([*package, "apps"])
        for unit in self.engine.bodies.units(config) if self.engine.bodies.is_first_party(config) else ():
            for _, bind in unit.bindings.get("label", ()) if unit.code.kind == "class" else ():
                label = _constant(unit.code.instructions[bind.value])
                if isinstance(label, str):
                    return label
        return package[-1] if package else parts[0]

    # -- attributes ---------------------------------------------------------------------------

    def column(self, mapping: Mapping, name: str) -> frozenset[Column]:
        """The columns behind an attribute of a mapped class or a bare table."""
        if mapping.cls is None:
            return frozenset((Column(mapping.table, name.lower() if name.islower() else name),))
        for one in self.engine.classes.order(mapping.cls):
            field = self._field(one, name)
            if field is not None:
                owner = self.of(one) or mapping
                table = owner.table if owner.table in mapping.tables else mapping.table
                return frozenset(Column(table, db_name) for db_name in self._db_names(field, name, mapping.style))
        return frozenset(Column(mapping.table, db_name) for db_name in self._undeclared(mapping, name))

    def _undeclared(self, mapping: Mapping, name: str) -> tuple[str, ...]:
        """An attribute that no class body declares: `pk`, the `owner_id` of a field `owner`, or a column as named."""
        if mapping.style == "django" and name == "pk":
            return (self.primary_key(mapping),)
        return (name,)

    def _db_names(self, field: _Field, name: str, style: Style) -> tuple[str, ...]:
        given = self._given_name(field, style)
        if given is not None:
            return (given,)
        if style == "django" and field.maker in _TO_ONE:
            return (f"{name}_id", name)
        return (name,)

    def _given_name(self, field: _Field, style: Style) -> str | None:
        """The column's name that a field is declared with, where it differs from the attribute's."""
        if field.call is None:
            return None
        if style == "django":
            return self._keyword_text(field, "db_column")
        if field.maker in ("Column", "mapped_column", "MappedColumn") and field.call.args:
            first = _constant(field.unit.code.instructions[field.call.args[0]])
            return first if isinstance(first, str) else None
        for keyword, register in field.call.keywords:
            made = field.unit.code.instructions[register]
            if keyword == "sa_column" and isinstance(made, Call):
                return self._given_name(_field(field.unit, made, None), style)
        return self._keyword_text(field, "name") if field.maker in ("Column", "mapped_column") else None

    def _keyword_text(self, field: _Field, name: str) -> str | None:
        for keyword, register in field.call.keywords if field.call is not None else ():
            if keyword == name:
                found = _constant(field.unit.code.instructions[register])
                return found if isinstance(found, str) else None
        return None

    def related(self, mapping: Mapping, name: str) -> Mapping | None:
        """The class that a relationship leads to; None where the attribute is none."""
        if mapping.cls is None:
            return None
        for one in self.engine.classes.order(mapping.cls):
            field = self._field(one, name)
            if field is not None:
                wanted = _DJANGO_RELATED if mapping.style == "django" else _RELATED
                target = self._target(field, one, mapping) if field.maker in wanted else None
                return target and msgspec.structs.replace(target, between=self._between(field, one, mapping, name))
        return None

    def _between(self, field: _Field, owner: Class, mapping: Mapping, name: str) -> Table | None:
        """The table between the two sides of a relationship of many to many."""
        if field.maker == "ManyToManyField":
            through = self._argument(field, "through")
            via = self._mentioned(owner, through) if through is not None else None
            own = (self.of(owner) or mapping).table
            named = self._keyword_text(field, "db_table") or f"{own.name}_{name}"
            return via.table if via is not None else Table(named, own.schema)
        if mapping.style == "django":
            return None
        register = self._argument(field, "secondary", "link_model")
        return self._secondary(owner, register) if register is not None else None

    def _argument(self, field: _Field, *names: str) -> Register | None:
        keywords = field.call.keywords if field.call is not None else ()
        return next((register for name, register in keywords if name in names), None)

    def _secondary(self, owner: Class, register: Register) -> Table | None:
        """`secondary=` a `Table`, its name, or a lambda that gives it; SQLModel's `link_model` is a mapped class."""
        named = owner.unit.code.instructions[register]
        if isinstance(named, Const) and isinstance(named.value, str):
            schema, _, name = named.value.rpartition(".")
            return Table(name, schema or None)
        mentioned = self._mentioned(owner, register)
        if mentioned is not None:
            return mentioned.table
        inner = next((one for one in owner.unit.inner if one.maker == register), None)
        loads = [load.name for _, load in inner.find(Load)] if inner is not None else [getattr(named, "name", "")]
        return self._bare_table(owner.unit.module, loads[0]) if loads else None

    def _bare_table(self, module: str, name: str) -> Table | None:
        """What `name = Table("table", ...)` of a module, or of one that it imports, means."""
        found = self.engine.modules.lookup(module, name)
        body = self.engine.module(found.module) if isinstance(found, Found) and found.name else None
        for _, bind in body.unit.bindings.get(found.name, ()) if body is not None and isinstance(found, Found) else ():
            return self._written_table(body, bind.value) if body is not None else None
        return None

    def _target(self, field: _Field, owner: Class, mapping: Mapping) -> Mapping | None:
        call = field.call
        named = dict(call.keywords) if call is not None else {}
        first = call.args[0] if call is not None and call.args else named.get("argument", named.get("to"))
        if first is not None:
            return (
                mapping if _constant(field.unit.code.instructions[first]) == "self" else self._mentioned(owner, first)
            )
        annotation = field.annotation
        while annotation is not None and annotation.args and annotation.name in (*_COLLECTIONS, "|"):
            annotation = annotation.args[0]
        return self.named(annotation.name) if annotation is not None else None

    def _mentioned(self, owner: Class, register: Register) -> Mapping | None:
        """A class that is named by a text, by itself or by a lambda."""
        context = self.engine.universe.context(owner.unit, owner.closure, ())
        for value in sorted(self.engine.value(context, register), key=repr):
            if isinstance(value, Constant) and isinstance(value.value, str):
                return self.named(value.value)
            if isinstance(value, Class):
                return self.of(value)
        for inner in owner.unit.inner:
            if inner.maker == register:
                loads = [load.name for _, load in inner.find(Load)]
                return self.named(loads[0]) if loads else None
        return None

    def is_queryset(self, cls: Class) -> bool:
        """Whether a class is a queryset or a manager of Django's."""
        paths = self.engine.classes.library_bases(cls)
        return any(path.startswith("django.db.models.") and path.endswith(("QuerySet", "Manager")) for path in paths)

    def managers(self, mapping: Mapping) -> frozenset[str]:
        """The names under which a Django model binds managers of its own."""
        found: set[str] = set()
        for one in self.engine.classes.order(mapping.cls) if mapping.cls is not None else ():
            for name in one.unit.bindings:
                field = self._field(one, name)
                maker = field.maker if field is not None and field.maker is not None else ""
                if maker.endswith("Manager") or maker in ("as_manager", "from_queryset"):
                    found.add(name)
        return frozenset(found)

    def reverse(self, mapping: Mapping, name: str) -> tuple[Mapping, frozenset[Column]] | None:
        """Where a Django model's reverse relation leads: the model with the foreign key, and the key's columns."""
        if mapping.cls is None or mapping.style != "django" or name in self.fields(mapping):
            return None
        key = (mapping.cls, name)
        if key not in self._reverse:
            self._reverse[key] = self._find_reverse(mapping, mapping.cls, name)
        return self._reverse[key]

    def _find_reverse(self, mapping: Mapping, cls: Class, name: str) -> tuple[Mapping, frozenset[Column]] | None:
        model = name.removesuffix("_set")
        for module in self.engine.modules.files_mentioning(cls.unit.name):
            for unit in self.engine.bodies.units(module.name):
                if unit.code.kind != "class" or unit.parent is None:
                    continue
                other = self.engine.universe.make(Class, unit, self.engine.ambient(unit.parent))
                for attribute in unit.bindings:
                    field = self._field(other, attribute)
                    if field is None or field.maker not in _DJANGO_RELATED:
                        continue
                    related = self._keyword_text(field, "related_name") or (unit.name.lower() if model else None)
                    if related in (name, model) and (source := self.of(other)) is not None:
                        target = self.related(source, attribute)
                        if target is not None and target.table == mapping.table:
                            source = msgspec.structs.replace(source, between=target.between)
                            return source, self.key_columns(source, attribute, target)
        return None

    def key_columns(self, mapping: Mapping, name: str, target: Mapping) -> frozenset[Column]:
        """The columns by which a Django field leads to another model: its own, or those of the table between."""
        if target.between is None:
            return self.column(mapping, name)
        sides = [one.cls.unit.name.lower() for one in (mapping, target) if one.cls is not None]
        return frozenset(Column(target.between, f"{side}_id") for side in sides)

    def foreign_columns(self, mapping: Mapping, other: Mapping) -> frozenset[Column]:
        """The columns of a mapped class that are foreign keys to another's table."""
        found: set[Column] = set()
        for one in self.engine.classes.order(mapping.cls) if mapping.cls is not None else ():
            for name in one.unit.bindings:
                field = self._field(one, name)
                if field is not None and other.table.name in self._foreign_tables(field):
                    found |= self.column(mapping, name)
        return frozenset(found)

    def _foreign_tables(self, field: _Field) -> set[str]:
        """The tables that `ForeignKey("table.column")` among the arguments of a field names."""
        found: set[str] = set()
        call = field.call
        for register in (*call.args, *(value for _, value in call.keywords)) if call is not None else ():
            made = field.unit.code.instructions[register]
            text = _constant(made)
            if isinstance(made, Call) and _called_name(field.unit, made) in ("ForeignKey", "Column") and made.args:
                found |= self._foreign_tables(_field(field.unit, made, None))
                text = _constant(field.unit.code.instructions[made.args[0]])
            if isinstance(text, str) and "." in text:
                found.add(text.split(".")[-2])
        return found

    def primary_key(self, mapping: Mapping) -> str:
        """The column that `get` constrains: the one that says so, else `id`."""
        return min(self.primary_keys(mapping), default="id")

    def primary_keys(self, mapping: Mapping) -> frozenset[str]:
        """The columns that are declared to be the primary key."""
        found: set[str] = set()
        for one in self.engine.classes.order(mapping.cls) if mapping.cls is not None else ():
            for name in one.unit.bindings:
                field = self._field(one, name)
                if field is not None and self._is_primary(field):
                    found |= {column.name for column in self.column(mapping, name)}
        return frozenset(found or ({"id"} if mapping.cls is not None else ()))

    def _is_primary(self, field: _Field) -> bool:
        for keyword, register in field.call.keywords if field.call is not None else ():
            made = field.unit.code.instructions[register]
            if keyword == "primary_key" and _constant(made) is True:
                return True
            if keyword == "sa_column" and isinstance(made, Call) and self._is_primary(_field(field.unit, made, None)):
                return True
        return False

    def is_method(self, mapping: Mapping, name: str) -> bool:
        """Whether a class body defines a function under the name."""
        for one in self.engine.classes.order(mapping.cls) if mapping.cls is not None else ():
            if name in one.unit.bindings:
                return any(inner.name == name and inner.is_function for inner in one.unit.inner)
        return False

    def fields(self, mapping: Mapping) -> frozenset[str]:
        """The attributes that class bodies declare."""
        if mapping.cls is None:
            return frozenset()
        return frozenset(name for one in self.engine.classes.order(mapping.cls) for name in one.unit.bindings)

    def _field(self, cls: Class, name: str) -> _Field | None:
        for _, bind in cls.unit.bindings.get(name, ()):
            made = cls.unit.code.instructions[bind.value]
            annotation = made.type if isinstance(made, Hint) else None
            if isinstance(made, Hint) and made.value is not None:
                made = cls.unit.code.instructions[made.value]
            return _field(cls.unit, made if isinstance(made, Call) else None, annotation)
        return None

    def body(self, cls: Class) -> Context:
        """The context of a class body."""
        return self.engine.universe.context(cls.unit, cls.closure, ())


def _field(unit: Unit, call: Call | None, annotation: Type | None) -> _Field:
    return _Field(unit, _called_name(unit, call) if call is not None else None, call, annotation)


def _called_name(unit: Unit, call: Call) -> str | None:
    name = getattr(unit.code.instructions[call.func], "name", None)
    return name if isinstance(name, str) else None


def _may_map(body: Unit, table: Table) -> bool:
    """Whether a class names the table, itself or in its `Meta`, or is called like it."""
    called = body.name.lower() in (
        table.name.replace("_", ""),
        table.name.rpartition("_")[2],
        table.name.partition("_")[2],
    )
    return called or any(const.value == table.name for one in (body, *body.inner) for _, const in one.find(Const))


def _constant(instruction: object) -> object:
    return instruction.value if isinstance(instruction, Const) else None


def _pairs(unit: Unit, register: Register) -> Iterable[tuple[Register, Register]]:
    """The entries of a dict display, or of one at the end of a tuple."""
    made = unit.code.instructions[register]
    if isinstance(made, Build) and made.items:
        made = unit.code.instructions[made.items[-1]]
    for key, value in made.items if isinstance(made, BuildDict) else ():
        if key is not None:
            yield key, value
