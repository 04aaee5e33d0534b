"""A JSON Schema of the config, for editors: made from the types that decode it and from the options of the kinds."""

from collections.abc import Iterable, Mapping
from inspect import cleandoc

import msgspec
from msgspec import inspect

from truthline.checking.prose import options, summary
from truthline.checking.protocol import Rule
from truthline.config.schema import Contents
from truthline.config.schema import Rule as RuleTable

Schema = dict[str, object]


def config_schema(rules: Iterable[type[Rule]]) -> Schema:
    """The schema of a config whose rules may be of these kinds, by draft 2020-12.

    It knows keys, types and choices. Forms of strings and names that refer to each other are left to truthline.
    """
    document = _table(inspect.type_info(Contents))
    properties = document["properties"]
    assert isinstance(properties, dict)
    kinds = sorted((rule for rule in rules if rule.meta.kind), key=lambda rule: rule.meta.name)
    properties["rule"] = {"type": "array", "items": {"oneOf": [_kind(rule) for rule in kinds]}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "truthline.toml",
        "description": "The contracts of a code base, as truthline checks them.",
        **document,
    }


def _kind(rule: type[Rule]) -> Schema:
    """The schema of a `[[rule]]` of one kind."""
    common = _table(inspect.type_info(RuleTable))
    own = _table(inspect.type_info(rule.options_type))
    properties: Schema = {**_properties(common), **_properties(own)}
    properties["kind"] = {"const": rule.meta.name}
    for key, text in options(rule).items():
        if isinstance(known := properties.get(key), dict):
            properties[key] = {**known, "description": text}
    required = [*_required(common), *_required(own)]
    return {
        "title": f"{rule.meta.name} ({rule.meta.code})",
        "description": summary(rule),
        "type": "object",
        "properties": properties,
        "required": sorted(set(required)),
        "additionalProperties": False,
    }


def _properties(table: Schema) -> Mapping[str, object]:
    found = table["properties"]
    return found if isinstance(found, dict) else {}


def _required(table: Schema) -> list[str]:
    found = table.get("required", [])
    return list(found) if isinstance(found, list) else []


def _table(kind: inspect.Type) -> Schema:
    assert isinstance(kind, inspect.StructType)
    properties: Schema = {}
    required: list[str] = []
    for field in kind.fields:
        extra = field.type.extra or {} if isinstance(field.type, inspect.Metadata) else {}
        if extra.get("rest"):
            continue
        properties[field.encode_name] = {**_schema(field.type), **_default(field)}
        if field.required:
            required.append(field.encode_name)
    found: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    if required:
        found["required"] = required
    if kind.cls.__doc__:
        found["description"] = cleandoc(kind.cls.__doc__).split("\n\n")[0].replace("\n", " ")
    return found


def _default(field: inspect.Field) -> Schema:
    value = field.default
    if value is msgspec.NODEFAULT or value is None or isinstance(value, msgspec.Struct):
        return {}
    return {"default": list(value) if isinstance(value, tuple) else value}


def _schema(kind: inspect.Type, extra: Mapping[str, object] | None = None) -> Schema:
    """The schema of one type."""
    if isinstance(kind, inspect.Metadata):
        return _schema(kind.type, {**(extra or {}), **(kind.extra or {})})
    if isinstance(kind, inspect.UnionType):
        several = [_schema(each, extra) for each in kind.types if not isinstance(each, inspect.NoneType)]
        return several[0] if len(several) == 1 else {"anyOf": several}
    if isinstance(kind, inspect.VarTupleType):
        entry = _schema(kind.item_type)
        listed: Schema = {"type": "array", "items": entry}
        return {"anyOf": [entry, listed]} if (extra or {}).get("single") else listed
    if isinstance(kind, inspect.DictType):
        return {"type": "object", "additionalProperties": _schema(kind.value_type)}
    if isinstance(kind, inspect.StructType):
        return _table(kind)
    if isinstance(kind, inspect.LiteralType):
        return {"enum": list(kind.values)}
    if isinstance(kind, inspect.IntType):
        return {"type": "integer"} | ({} if kind.ge is None else {"minimum": kind.ge})
    names = {inspect.BoolType: "boolean", inspect.StrType: "string", inspect.FloatType: "number"}
    return {"type": names[type(kind)]} if type(kind) in names else {}
