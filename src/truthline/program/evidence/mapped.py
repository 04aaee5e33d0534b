"""Mapped classes: the table behind a class, the column behind an attribute, the class behind a relationship."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

import msgspec

from truthline.facts.code import (
    Call,
    Const,
    Hint,
    Load,
    Register,
    SetAttr,
    Type,
)
from truthline.program.engine.units import Unit, operands
from truthline.program.engine.values import Class, Constant, Context
from truthline.program.evidence.declared import Declared, called_name, constant
from truthline.program.evidence.tables import Column, Table, names

if TYPE_CHECKING:
    from truthline.program.engine.engine import Engine

Style = Literal["alchemy", "django"]
_DJANGO_MODEL = re.compile(
    r"django\.(?:contrib\.gis\.)?db\.models\.(?:base\.)?Model$|(?!django\.(?:contrib\.gis\.)?db\.)[\w.]+\.(?:models|base_user)\."
    r"\w+(?<!QuerySet)(?<!Manager)(?<!Field)(?<!Choices)(?<!Form)$"
)
_RELATED = ("relationship", "Relationship", "relation", "backref", "dynamic_loader")
_DJANGO_RELATED = ("ForeignKey", "OneToOneField", "ManyToManyField", "ParentalKey", "GenericRelation", "TreeForeignKey")
_TO_ONE = ("ForeignKey", "OneToOneField", "ParentalKey", "TreeForeignKey")
_EAGER = ("joined", "selectin", "subquery", "immediate")
ASKED = ("dynamic", "write_only")
"""How a relationship is loaded that is a query, and reads nothing before it is asked."""
_UNLOADED = (*ASKED, "noload", "raise", "raise_on_sql")
_COLUMNS = ("Column", "mapped_column", "MappedColumn")
_AROUND_COLUMNS = ("deferred", "column_property")
NO_COLUMNS: frozenset[Column] = frozenset()
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
    """An attribute of a class: who is called with what, where that stands, and its annotation."""

    context: Context
    maker: str | None
    call: Call | None
    annotation: Type | None = None

    def argument(self, *names: str) -> Register | None:
        """What is passed under one of the keywords."""
        keywords = self.call.keywords if self.call is not None else ()
        return next((register for name, register in keywords if name in names), None)

    def first(self) -> Register | None:
        """The first argument."""
        return self.call.args[0] if self.call is not None and self.call.args else None

    def constant(self, register: Register | None) -> object:
        """The literal that an argument is; None for anything else."""
        return constant(self.context.unit.code.instructions[register]) if register is not None else None

    def text(self, register: Register | None) -> str | None:
        """The text that an argument is."""
        found = self.constant(register)
        return found if isinstance(found, str) else None

    def inner(self, register: Register | None) -> _Field | None:
        """The call that an argument is."""
        made = self.context.unit.code.instructions[register] if register is not None else None
        return _field(self.context, made) if isinstance(made, Call) else None


class Mappings:
    """The mapped classes of a program."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.declared = Declared(engine)
        self._known: dict[Class, Mapping | None] = {}
        self._back: dict[tuple[Table, str], Mapping | None] = {}
        self._eager_names: dict[Mapping, list[str]] = {}
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
        written = self.declared.written(self.engine.ambient(unit), register)
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
        """The ORM that a class belongs to, by its bases or by what declares it."""
        if any(_DJANGO_MODEL.match(path) for path in self.engine.classes.library_bases(cls)):
            return "django"
        return "alchemy" if self.declared.is_mapped(cls) else None

    def is_unclear(self, cls: Class) -> bool:
        """Whether a class is mapped to a table whose name is not known."""
        if cls.unit.model or self.of(cls) is not None:
            return False
        return self.declared.is_named(cls) and self.declared.is_mapped(cls)

    def _find(self, cls: Class) -> Mapping | None:
        style = None if cls.unit.model else self.style(cls)
        if style == "django":
            return self._django(cls)
        if style == "alchemy":
            return self._alchemy(cls)
        return None

    # -- SQLAlchemy and SQLModel --------------------------------------------------------------

    def _alchemy(self, cls: Class) -> Mapping | None:
        table = self.declared.table(cls)
        if table is None:
            return None
        inherited = [
            parent.table
            for one in self.engine.classes.order(cls)[1:]
            if not self.declared.is_concrete(cls) and (parent := self.of(one)) is not None and parent.table != table
        ]
        return Mapping(table, "alchemy", cls, tuple(dict.fromkeys(inherited)))

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
                    return constant(inner.code.instructions[bind.value])
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
                label = constant(unit.code.instructions[bind.value])
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
                meant = self._meant(one, field, name)
                if meant:
                    return NO_COLUMNS.union(*(self.column(mapping, other) for other in meant))
                owner = self.of(one) or mapping
                table = owner.table if owner.table in mapping.tables else mapping.table
                return frozenset(Column(table, db_name) for db_name in self._db_names(field, name, mapping.style))
        return frozenset(Column(mapping.table, db_name) for db_name in self._undeclared(mapping, name))

    def _meant(self, cls: Class, field: _Field, name: str) -> frozenset[str]:
        """The attributes that an attribute stands for: `synonym("status")`, `column_property(first + last)`."""
        if field.maker == "synonym":
            text = field.text(field.first() if field.first() is not None else field.argument("name"))
            return frozenset((text,)) if text is not None else frozenset()
        if field.maker != "column_property" or field.call is None:
            return frozenset()
        code = field.context.unit.code.instructions
        made_by = {bind.value: one for one, binds in cls.unit.bindings.items() for _, bind in binds}
        found: set[str] = set()
        pending, seen = list(field.call.args), set[Register]()
        while pending:
            register = pending.pop()
            if register not in seen:
                seen.add(register)
                one = made_by.get(register)
                found |= {one} if one is not None and isinstance(code[register], Call) else set()
                pending += operands(code[register])
        return frozenset(found - {name})

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
        if style == "django":
            return field.text(field.argument("db_column"))
        if field.maker in _COLUMNS:
            first = field.text(field.first())
            return first if first is not None else field.text(field.argument("name"))
        around = field.first() if field.maker in _AROUND_COLUMNS else field.argument("sa_column")
        inner = field.inner(around)
        return self._given_name(inner, style) if inner is not None else None

    def related(self, mapping: Mapping, name: str) -> Mapping | None:
        """The class that a relationship leads to; None where the attribute is none."""
        if mapping.cls is None:
            return None
        for one in self.engine.classes.order(mapping.cls):
            field = self._field(one, name)
            if field is not None:
                if field.maker == "association_proxy":
                    through = field.text(field.first())
                    return self.related(mapping, through) if through is not None else None
                wanted = _DJANGO_RELATED if mapping.style == "django" else _RELATED
                target = self._target(field, mapping) if field.maker in wanted else None
                return target and msgspec.structs.replace(target, between=self._between(field, one, mapping, name))
        return self._back_reference(mapping, name) if mapping.style == "alchemy" else None

    def loading(self, mapping: Mapping, name: str) -> str | None:
        """How a relationship says that it is loaded: `lazy="selectin"`."""
        for one in self.engine.classes.order(mapping.cls) if mapping.cls is not None else ():
            field = self._field(one, name)
            if field is not None:
                return (
                    "joined" if field.constant(field.argument("lazy")) is False else field.text(field.argument("lazy"))
                )
        return None

    def is_loaded(self, mapping: Mapping, name: str) -> bool:
        """Whether reading a relationship reads the table behind it."""
        return self.loading(mapping, name) not in _UNLOADED

    def loaded_with(self, mapping: Mapping) -> frozenset[Table]:
        """The tables that are read where its objects are: its own, and those of relationships that load with it."""
        found = set(mapping.tables)
        pending, seen = [mapping], set[Table]()
        while pending:
            one = pending.pop()
            if one.table in seen or one.style != "alchemy":
                continue
            seen.add(one.table)
            for name in self._eager(one):
                related = self.related(one, name)
                if related is not None:
                    found |= related.tables
                    pending.append(related)
        return frozenset(found)

    def _eager(self, mapping: Mapping) -> list[str]:
        if mapping not in self._eager_names:
            names = self.fields(mapping)
            self._eager_names[mapping] = [name for name in sorted(names) if self.loading(mapping, name) in _EAGER]
        return self._eager_names[mapping]

    def _back_reference(self, mapping: Mapping, name: str) -> Mapping | None:
        """The class whose relationship gives this one an attribute: `relationship("Order", backref="lines")`."""
        key = (mapping.table, name)
        if key not in self._back:
            self._back[key] = None
            self._back[key] = next(self._back_references(mapping, name), None)
        return self._back[key]

    def _back_references(self, mapping: Mapping, name: str) -> Iterator[Mapping]:
        referring = {module.name for module in self.engine.modules.files_mentioning("backref")}
        for module in self.engine.modules.files_mentioning(name) if referring else ():
            for unit in self.engine.bodies.units(module.name) if module.name in referring else ():
                if unit.code.kind == "class" and unit.parent is not None:
                    other = self.engine.universe.make(Class, unit, self.engine.ambient(unit.parent))
                    for attribute in unit.bindings:
                        field = self._field(other, attribute)
                        source = self.of(other) if field is not None and _refers_back(field, name) else None
                        target = self.related(source, attribute) if source is not None else None
                        if source is not None and target is not None and target.table == mapping.table:
                            yield msgspec.structs.replace(source, between=target.between)

    def _between(self, field: _Field, owner: Class, mapping: Mapping, name: str) -> Table | None:
        """The table between the two sides of a relationship of many to many."""
        if field.maker == "ManyToManyField":
            through = field.argument("through")
            via = self._mentioned(field.context, through) if through is not None else None
            own = (self.of(owner) or mapping).table
            named = field.text(field.argument("db_table")) or f"{own.name}_{name}"
            return via.table if via is not None else Table(named, own.schema)
        register = field.argument("secondary", "link_model") if mapping.style != "django" else None
        return self._secondary(field.context, register) if register is not None else None

    def _secondary(self, context: Context, register: Register) -> Table | None:
        """`secondary=` a `Table`, its name, or a lambda that gives it; SQLModel's `link_model` is a mapped class."""
        unit = context.unit
        named = unit.code.instructions[register]
        if isinstance(named, Const) and isinstance(named.value, str):
            schema, _, name = named.value.rpartition(".")
            return Table(name, schema or None)
        mentioned = self._mentioned(context, register)
        if mentioned is not None:
            return mentioned.table
        inner = next((one for one in unit.inner if one.maker == register), None)
        loads = [load.name for _, load in inner.find(Load)] if inner is not None else [getattr(named, "name", "")]
        return self.declared.bare(unit.module, loads[0]) if loads else None

    def _target(self, field: _Field, mapping: Mapping) -> Mapping | None:
        first = field.first()
        if first is None:
            first = field.argument("argument", "to")
        if first is not None:
            return mapping if field.constant(first) == "self" else self._mentioned(field.context, first)
        annotation = field.annotation
        while annotation is not None and annotation.args and annotation.name in (*_COLLECTIONS, "|"):
            annotation = annotation.args[0]
        return self.named(annotation.name) if annotation is not None else None

    def _mentioned(self, context: Context, register: Register) -> Mapping | None:
        """A class that is named by a text, by itself or by a lambda."""
        for value in sorted(self.engine.value(context, register), key=repr):
            if isinstance(value, Constant) and isinstance(value.value, str):
                return self.named(value.value)
            if isinstance(value, Class):
                return self.of(value)
        for inner in context.unit.inner:
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
                    called = self._reverse_names(field, other)
                    if (name in called or model in called) and (source := self.of(other)) is not None:
                        target = self.related(source, attribute)
                        if target is not None and target.table == mapping.table:
                            source = msgspec.structs.replace(source, between=target.between)
                            return source, self.key_columns(source, attribute, target)
        return None

    def _reverse_names(self, field: _Field, other: Class) -> set[str]:
        """What the reverse of a relation is called, as an attribute and in filters."""
        told = [field.text(field.argument(name)) for name in ("related_name", "related_query_name")]
        default = self._meta(other, "default_related_name") if told[0] is None else None
        names = [one for one in (*told, default) if isinstance(one, str)] or [other.unit.name.lower()]
        return {one.replace("%(class)s", other.unit.name.lower()) for one in names}

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
            inner, text = field.inner(register), field.text(register)
            if inner is not None and inner.maker in ("ForeignKey", "Column") and inner.first() is not None:
                found |= self._foreign_tables(inner)
                text = inner.text(inner.first())
            if text is not None and "." in text:
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
        if field.constant(field.argument("primary_key")) is True:
            return True
        inner = field.inner(field.argument("sa_column"))
        return inner is not None and self._is_primary(inner)

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
        context = self.body(cls)
        for _, bind in cls.unit.bindings.get(name, ()):
            made = cls.unit.code.instructions[bind.value]
            annotation = made.type if isinstance(made, Hint) else None
            if isinstance(made, Hint) and made.value is not None:
                made = cls.unit.code.instructions[made.value]
            return _field(context, made if isinstance(made, Call) else None, annotation)
        return self._assigned_field(cls, name)

    def _assigned_field(self, cls: Class, name: str) -> _Field | None:
        """An attribute that is set outside the class's body: `Order.lines = relationship(Line)`."""
        if cls.unit not in self.engine.heap.patched(name):
            return None
        for _, writer in sorted(self.engine.heap.field(cls, name), key=repr):
            stored = writer[0].unit.code.instructions[writer[1]] if writer is not None else None
            if writer is not None and isinstance(stored, SetAttr):
                made = writer[0].unit.code.instructions[stored.value]
                if isinstance(made, Call):
                    return _field(writer[0], made)
        return None

    def body(self, cls: Class) -> Context:
        """The context of a class body."""
        return self.engine.universe.context(cls.unit, cls.closure, ())


def _field(context: Context, call: Call | None, annotation: Type | None = None) -> _Field:
    return _Field(context, called_name(context.unit, call) if call is not None else None, call, annotation)


def _refers_back(field: _Field, name: str) -> bool:
    """Whether a relationship gives the other class an attribute of this name."""
    register = field.argument("backref") if field.maker in _RELATED else None
    inner = field.inner(register)
    return name == (inner.text(inner.first()) if inner is not None else field.text(register))


def _may_map(body: Unit, table: Table) -> bool:
    """Whether a class names the table, itself or in its `Meta`, or is called like it."""
    called = body.name.lower() in (
        table.name.replace("_", ""),
        table.name.rpartition("_")[2],
        table.name.partition("_")[2],
    )
    return called or any(const.value == table.name for one in (body, *body.inner) for _, const in one.find(Const))
