"""From parsed TOML to structs, noting every mistake on the way.

Decoding always returns a value: a mistake leaves a harmless one in its place, so that everything else is still
looked at and a person can mend the whole file in one go. The value is used only where nothing was noted.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any, TypeVar, cast

import msgspec
from msgspec import inspect

from truthline.config.forms import complaint
from truthline.config.positions import KeyPath
from truthline.config.problems import Problems, did_you_mean
from truthline.config.references import common_captures, compile_scope
from truthline.config.segments import MalformedPattern

T = TypeVar("T", bound=msgspec.Struct)
Table = Mapping[str, object]
Extra = Mapping[str, object]

NO_EXTRA: Extra = {}


def decode(kind: type[T], raw: object, key: KeyPath, problems: Problems, captures: frozenset[str] = frozenset()) -> T:
    """Decode the value at `key`; `captures` are those that a scope around it binds."""
    return cast(T, _Decoder(problems, captures).value(_described(kind), raw, key, NO_EXTRA))


def captures_of(scope: object) -> frozenset[str]:
    """The captures that the patterns of a rule's `scope` have in common; none where the scope is malformed."""
    texts = [scope] if isinstance(scope, str) else scope
    if not isinstance(texts, (list, tuple)) or not all(isinstance(text, str) for text in texts):
        return frozenset()
    try:
        return common_captures(compile_scope(texts))
    except MalformedPattern:
        return frozenset()


@lru_cache
def _described(kind: type[msgspec.Struct]) -> inspect.Type:
    return inspect.type_info(kind)


class _Decoder:
    """Decodes one value, with the captures that are bound around it."""

    def __init__(self, problems: Problems, captures: frozenset[str]) -> None:
        self._problems = problems
        self._captures = captures

    def value(self, kind: inspect.Type, raw: object, key: KeyPath, extra: Extra) -> object:
        """Decode `raw` as `kind`; `extra` is what an annotation says of it."""
        if isinstance(kind, inspect.Metadata):
            return self.value(kind.type, raw, key, {**extra, **(kind.extra or {})})
        if isinstance(kind, inspect.UnionType):
            fitting = next((each for each in kind.types if _accepts(each, raw)), None)
            return self._wrong(kind, raw, key) if fitting is None else self.value(fitting, raw, key, extra)
        if isinstance(kind, inspect.VarTupleType) and extra.get("single") and not isinstance(raw, list):
            raw = [raw]
        if not _accepts(kind, raw):
            return self._wrong(kind, raw, key)
        if isinstance(kind, inspect.LiteralType):
            return self._choice(kind, cast(str, raw), key)
        if isinstance(kind, inspect.StrType):
            return self._text(cast(str, raw), key, extra)
        if isinstance(kind, inspect.VarTupleType):
            return tuple(self._entries(kind.item_type, cast("list[object]", raw), key))
        if isinstance(kind, inspect.DictType):
            table = cast(Table, raw)
            return {name: self.value(kind.value_type, inner, (*key, name), NO_EXTRA) for name, inner in table.items()}
        if isinstance(kind, inspect.StructType):
            return self._struct(kind, cast(Table, raw), key)
        if isinstance(kind, inspect.IntType):
            return self._number(kind, cast(int, raw), key)
        return raw

    def _wrong(self, kind: inspect.Type, raw: object, key: KeyPath) -> object:
        self._problems.add(key, f"must be {_noun(kind)}, not {_noun_of(raw)}{_correction(kind, raw)}")
        return _harmless(kind)

    def _choice(self, kind: inspect.LiteralType, raw: str, key: KeyPath) -> str:
        known = [str(each) for each in kind.values]
        if raw not in known:
            choices = ", ".join(f"`{each}`" for each in known)
            self._problems.add(key, f"`{raw}` is not one of {choices}{did_you_mean(raw, known)}")
            return known[0]
        return raw

    def _text(self, raw: str, key: KeyPath, extra: Extra) -> str:
        form = extra.get("form")
        wrong = complaint(str(form), raw, self._captures) if form else None
        if wrong:
            self._problems.add(key, wrong)
            return ""
        return raw

    def _number(self, kind: inspect.IntType, raw: int, key: KeyPath) -> int:
        if kind.ge is not None and raw < kind.ge:
            self._problems.add(key, f"must be {kind.ge} or more, not {raw}")
        elif kind.le is not None and raw > kind.le:
            self._problems.add(key, f"must be {kind.le} or less, not {raw}")
        return raw

    def _entries(self, kind: inspect.Type, raw: list[object], key: KeyPath) -> Iterator[object]:
        for index, entry in enumerate(raw):
            if entry == "":
                self._problems.add((*key, index), "an entry must not be empty")
            else:
                yield self.value(kind, entry, (*key, index), NO_EXTRA)

    def _struct(self, kind: inspect.StructType, raw: Table, key: KeyPath) -> object:
        rest = next((field for field in kind.fields if _extra(field).get("rest")), None)
        fields = {field.encode_name: field for field in kind.fields if field is not rest}
        unknown = {name: value for name, value in raw.items() if name not in fields}
        if rest is None:
            self._unknown(unknown, fields, key)
        inner = self._within(fields, raw)
        values = {field.name: inner._field(field, raw, key) for field in fields.values() if _is_due(field, raw)}
        if rest is not None:
            values[rest.name] = unknown
        return kind.cls(**values)

    def _within(self, fields: Mapping[str, inspect.Field], raw: Table) -> "_Decoder":
        """The decoder for the fields of a table: a scope among them binds captures for the others."""
        return _Decoder(self._problems, captures_of(raw.get("scope"))) if "scope" in fields else self

    def _unknown(self, unknown: Table, fields: Mapping[str, inspect.Field], key: KeyPath) -> None:
        for name in unknown:
            self._problems.add((*key, name), f"unknown key{did_you_mean(name, fields)}")

    def _field(self, field: inspect.Field, raw: Table, key: KeyPath) -> object:
        path = (*key, field.encode_name)
        if field.encode_name not in raw:
            self._problems.add(path, f"is missing: it must be {_noun(field.type)}")
            return _harmless(field.type)
        value = raw[field.encode_name]
        if field.required and value in ("", [], {}):
            self._problems.add(path, "must not be empty")
            return _harmless(field.type)
        return self.value(field.type, value, path, NO_EXTRA)


def _is_due(field: inspect.Field, raw: Table) -> bool:
    return field.required or field.encode_name in raw


def _extra(field: inspect.Field) -> Extra:
    return field.type.extra or {} if isinstance(field.type, inspect.Metadata) else {}


def _bare(kind: inspect.Type) -> inspect.Type:
    return _bare(kind.type) if isinstance(kind, inspect.Metadata) else kind


def _accepts(kind: inspect.Type, raw: object) -> bool:
    """Whether `raw` is of the right TOML type, whatever it holds."""
    kind = _bare(kind)
    if isinstance(kind, inspect.UnionType):
        return any(_accepts(each, raw) for each in kind.types)
    if isinstance(kind, (inspect.IntType, inspect.FloatType)):
        allowed = (int,) if isinstance(kind, inspect.IntType) else (int, float)
        return isinstance(raw, allowed) and not isinstance(raw, bool)
    if isinstance(kind, inspect.DateType):
        return isinstance(raw, date) and not isinstance(raw, datetime)
    return isinstance(raw, _TYPES.get(type(kind), object)) and not isinstance(kind, inspect.NoneType)


_TYPES: Mapping[type[inspect.Type], type] = {
    inspect.StrType: str,
    inspect.LiteralType: str,
    inspect.BoolType: bool,
    inspect.VarTupleType: list,
    inspect.DictType: dict,
    inspect.StructType: dict,
}
_NOUNS: Mapping[type[inspect.Type], str] = {
    inspect.StrType: "a string",
    inspect.BoolType: "true or false",
    inspect.IntType: "a whole number",
    inspect.FloatType: "a number",
    inspect.DateType: "a date",
    inspect.DictType: "a table",
    inspect.StructType: "a table",
}
_PLURALS: Mapping[str, str] = {"a string": "strings", "a table": "tables", "a whole number": "whole numbers"}


def _noun(kind: inspect.Type) -> str:
    """What a kind is called in a sentence."""
    kind = _bare(kind)
    if isinstance(kind, inspect.UnionType):
        return " or ".join(_noun(each) for each in kind.types if not isinstance(each, inspect.NoneType))
    if isinstance(kind, inspect.LiteralType):
        return " or ".join(f"`{each}`" for each in kind.values)
    if isinstance(kind, inspect.VarTupleType):
        entry = _noun(kind.item_type)
        return f"a list of {_PLURALS.get(entry, entry)}"
    return _NOUNS.get(type(kind), "a value")


def _noun_of(raw: object) -> str:
    """What a TOML value is called in a sentence."""
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, datetime):
        return "a date and time"
    nouns = {str: "a string", int: "a whole number", float: "a number", date: "a date", list: "a list", dict: "a table"}
    return nouns.get(type(raw), "a time")


def _correction(kind: inspect.Type, raw: object) -> str:
    """How to write what was most likely meant."""
    members = [_bare(each) for each in kind.types] if isinstance(kind, inspect.UnionType) else [kind]
    wanted = {type(each) for each in members}
    if isinstance(raw, str) and inspect.VarTupleType in wanted:
        return f'; write `["{raw}"]`'
    if isinstance(raw, str) and wanted & {inspect.DateType, inspect.BoolType, inspect.IntType, inspect.FloatType}:
        return f"; write it without quotes, as `{_unquoted_example(wanted)}`"
    if isinstance(raw, datetime) and inspect.DateType in wanted:
        return f"; write `{raw.date().isoformat()}`"
    if isinstance(raw, list) and inspect.StrType in wanted:
        return "; write one string"
    return ""


def _unquoted_example(wanted: set[type[inspect.Type]]) -> str:
    if inspect.DateType in wanted:
        return "2026-12-31"
    return "true" if inspect.BoolType in wanted else "1"


def _harmless(kind: inspect.Type) -> Any:
    """A value of the kind that stands where a mistake was, and leads to no further one."""
    kind = _bare(kind)
    if isinstance(kind, inspect.UnionType):
        return None if any(isinstance(each, inspect.NoneType) for each in kind.types) else _harmless(kind.types[0])
    if isinstance(kind, inspect.LiteralType):
        return kind.values[0]
    if isinstance(kind, inspect.StructType):
        return kind.cls(**{field.name: _harmless(field.type) for field in kind.fields if field.required})
    if isinstance(kind, inspect.DateType):
        return date.max
    empty: Mapping[type[inspect.Type], object] = {
        inspect.StrType: "",
        inspect.BoolType: False,
        inspect.IntType: 0,
        inspect.FloatType: 0.0,
        inspect.VarTupleType: (),
        inspect.DictType: {},
    }
    return empty.get(type(kind))
