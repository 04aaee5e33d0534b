"""What a string of a config must look like, told by its type.

A struct says `entry: tuple[ObjectRef, ...]`, and whoever decodes it checks every entry; the options of a rule kind
get the same checks by using the same types.
"""

import re
from collections.abc import Callable, Mapping
from typing import Annotated

import msgspec

from truthline.config.references import (
    LEFT_OUT,
    ModulePattern,
    NamePattern,
    ObjectPattern,
    OperationPattern,
    PathPattern,
)
from truthline.config.segments import MalformedPattern

ModuleRef = Annotated[str, msgspec.Meta(extra={"form": "module"})]
ObjectRef = Annotated[str, msgspec.Meta(extra={"form": "object"})]
NameRef = Annotated[str, msgspec.Meta(extra={"form": "name"})]
OperationRef = Annotated[str, msgspec.Meta(extra={"form": "operation"})]
Glob = Annotated[str, msgspec.Meta(extra={"form": "glob"})]
AllowName = Annotated[str, msgspec.Meta(extra={"form": "allow-name"})]
AllowGlob = Annotated[str, msgspec.Meta(extra={"form": "allow"})]
ScopeGlob = Annotated[str, msgspec.Meta(extra={"form": "scope"})]
RelativePath = Annotated[str, msgspec.Meta(extra={"form": "path"})]
IgnorePattern = Annotated[str, msgspec.Meta(extra={"form": "ignore"})]
Column = Annotated[str, msgspec.Meta(extra={"form": "column"})]
Regex = Annotated[str, msgspec.Meta(extra={"form": "regex"})]
Reason = Annotated[str, msgspec.Meta(extra={"form": "reason"})]
Identifier = Annotated[str, msgspec.Meta(extra={"form": "identifier"})]

OneOrMore = msgspec.Meta(extra={"single": True})
"""Marks a list that may be written as its only entry."""

Rest = msgspec.Meta(extra={"rest": True})
"""Marks the field that takes the keys of a table that no other field has."""

_MOST_TREES = 3

Form = Callable[[str, frozenset[str]], str | None]


def complaint(form: str, text: str, captures: frozenset[str]) -> str | None:
    """What is wrong with `text` in this form, where `captures` are those that a scope binds; None if nothing is."""
    return FORMS[form](text, captures)


def _module(text: str, captures: frozenset[str]) -> str | None:
    return _unbound(ModulePattern.compile(text).captures, captures)


def _object(text: str, captures: frozenset[str]) -> str | None:
    return _unbound(ObjectPattern.compile(text).captures, captures)


def _name(text: str, captures: frozenset[str]) -> str | None:
    return _unbound(NamePattern.compile(text).captures, captures)


def _allow_name(text: str, _: frozenset[str]) -> str | None:
    return _unbound(NamePattern.compile(text).captures, frozenset())


def _operation(text: str, captures: frozenset[str]) -> str | None:
    return _unbound(OperationPattern.compile(text).captures, captures)


def _glob(text: str, captures: frozenset[str]) -> str | None:
    return _unbound(PathPattern.compile(text, given=captures).captures, captures)


def _scope(text: str, _: frozenset[str]) -> str | None:
    pattern = PathPattern.compile(text.removeprefix(LEFT_OUT))
    if text.startswith(LEFT_OUT) and pattern.captures:
        return f"`{text}` captures nothing, for it takes files out: write `*` for `{{{min(pattern.captures)}}}`"
    return None


def _allow(text: str, _: frozenset[str]) -> str | None:
    return _unbound(PathPattern.compile(text).captures, frozenset())


def _unbound(used: frozenset[str], captures: frozenset[str]) -> str | None:
    missing = used - captures
    return f"`{{{min(missing)}}}` is not captured by every pattern of a `scope` here" if missing else None


def _path(text: str, _: frozenset[str]) -> str | None:
    if not text:
        return "the path is empty"
    if "\\" in text:
        return f"`{text}`: write paths with `/`"
    if text.startswith(("/", "~")) or re.match(r"[A-Za-z]:", text):
        return f"`{text}` is absolute; write it relative to the config file"
    if ".." in text.split("/"):
        return f"`{text}` leaves the directory of the config file"
    if "\0" in text:
        return "a path has no null character"
    return None


def _ignore(text: str, _: frozenset[str]) -> str | None:
    if ".." in text.split("/"):
        return f"`{text}` leaves the directory of the config file"
    if text.count("**/") > _MOST_TREES:
        return f"`{text}` has more than {_MOST_TREES} times `**/`, each of which tries every directory of a path"
    return None if text.strip() else "the pattern is empty"


def _column(text: str, _: frozenset[str]) -> str | None:
    parts = text.split(".")
    return None if len(parts) > 1 and all(map(str.strip, parts)) else f"`{text}` is no column; write `table.column`"


def _regex(text: str, _: frozenset[str]) -> str | None:
    from truthline.config.explosive import checked

    return checked(text)


def _reason(text: str, _: frozenset[str]) -> str | None:
    return None if text.strip() else "an exception needs a reason: say why it is allowed"


def _identifier(text: str, _: frozenset[str]) -> str | None:
    return None if text.isidentifier() else f"`{text}` is no name"


def _told(form: Form) -> Form:
    """The same form, with a malformed pattern told and not raised."""

    def tell(text: str, captures: frozenset[str]) -> str | None:
        try:
            return form(text, captures)
        except MalformedPattern as error:
            return str(error)

    return tell


FORMS: Mapping[str, Form] = {
    "module": _told(_module),
    "object": _told(_object),
    "name": _told(_name),
    "allow-name": _told(_allow_name),
    "operation": _told(_operation),
    "glob": _told(_glob),
    "allow": _told(_allow),
    "scope": _told(_scope),
    "path": _path,
    "ignore": _ignore,
    "column": _column,
    "regex": _regex,
    "reason": _reason,
    "identifier": _identifier,
}
