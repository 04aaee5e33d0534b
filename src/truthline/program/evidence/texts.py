"""What methods and operators make of texts whose parts may not be known."""

from __future__ import annotations

import re

from truthline.program.evidence.alchemy import Given
from truthline.program.evidence.sqltext import HOLE, joined_texts
from truthline.program.evidence.terms import NONE, Free, Keyed, Sequence, Terms, Text, Unclear

_SAME_TEXT = frozenset(
    ("strip", "lstrip", "rstrip", "bindparams", "columns", "execution_options", "expandtabs", "as_string")
)
_FIELD = re.compile(r"\{[^{}]*\}")
_CONVERSION = re.compile(r"%(?:\((?P<key>\w+)\))?[#0\- +]*\d*(?:\.\d+)?(?P<type>[srdif])|%%")
_NAMED = re.compile(r"\$(?:\{(?P<braced>\w+)\}|(?P<name>\w+))|\$\$")
_HOLE: Terms = frozenset((Text(HOLE),))
_TOO_MUCH: Terms = frozenset((Unclear("its text has too many variants"),))


def concatenated(parts: list[Terms]) -> Terms:
    """The texts of one term of each part, one after the other; what is no text is a hole."""
    if any(Free() in part for part in parts):
        return frozenset((Free(),))
    options = [sorted({term.value if isinstance(term, Text) else HOLE for term in part}) or [HOLE] for part in parts]
    texts = joined_texts(options)
    return frozenset(Text(text) for text in texts) if texts is not None else _TOO_MUCH


def made_of(base: Text, name: str, given: Given) -> Terms:
    """What a method of a text, or of a template made of it, returns."""
    if name in _SAME_TEXT:
        return frozenset((base,))
    if name == "format":
        return _format(base, given)
    if name in ("substitute", "safe_substitute"):
        return _substituted(base, given)
    if name == "join" and given.positional:
        return _joined(base, given.positional[0])
    if name == "replace" and len(given.positional) == 2:
        old, new = ([term.value for term in terms if isinstance(term, Text)] for terms in given.positional)
        if len(old) == 1:
            return frozenset(Text(base.value.replace(old[0], one)) for one in new or [HOLE])
    if name in ("lower", "upper"):
        return frozenset((Text(getattr(base.value, name)()),))
    return NONE


def formatted(terms: Terms, values: Terms) -> Terms:
    """`text % values`: each conversion is what stands for it, or a hole."""
    if Free() in terms:
        return frozenset((Free(),))
    return NONE.union(*(_converted(term.value, values) for term in terms if isinstance(term, Text)))


def _converted(text: str, values: Terms) -> Terms:
    parts: list[Terms] = []
    end = place = 0
    for found in _CONVERSION.finditer(text):
        parts.append(frozenset((Text(text[end : found.start()]),)))
        end = found.end()
        if found["type"] is None:
            parts.append(frozenset((Text("%"),)))
            continue
        known = _under(values, found["key"]) if found["key"] is not None else _at(values, place)
        parts.append(known if found["type"] == "s" else _HOLE)
        place += 1
    return concatenated([*parts, frozenset((Text(text[end:]),))])


def _at(values: Terms, place: int) -> Terms:
    """What stands at a place of the values of `text % values`: of a tuple, or the only one."""
    tuples = [term for term in values if isinstance(term, Sequence)]
    if not tuples:
        return values if place == 0 else NONE
    is_known = all(place < len(one.items) for one in tuples) and len(tuples) == len(values)
    return NONE.union(*(one.items[place] for one in tuples)) if is_known else NONE


def _under(values: Terms, key: str) -> Terms:
    return NONE.union(*(term.under(key) for term in values if isinstance(term, Keyed)))


def _format(base: Text, given: Given) -> Terms:
    """`text.format(...)`: each field is what is passed for it, or a hole."""
    pieces = _FIELD.split(base.value)
    fields = [field[1:-1].partition(":")[0].partition("!")[0] for field in _FIELD.findall(base.value)]
    parts: list[Terms] = [frozenset((Text(pieces[0]),))]
    for place, (field, piece) in enumerate(zip(fields, pieces[1:], strict=True)):
        index = int(field) if field.isdigit() else place
        known = given.keyword(field) if field and not field.isdigit() else NONE
        if not known and (not field or field.isdigit()) and index < len(given.positional):
            known = given.positional[index]
        parts += [known, frozenset((Text(piece),))]
    return concatenated(parts)


def _substituted(base: Text, given: Given) -> Terms:
    """`Template(text).substitute(...)`: each name is what is passed for it, or a hole."""
    parts: list[Terms] = []
    end = 0
    for found in _NAMED.finditer(base.value):
        name = found["braced"] or found["name"]
        known = given.keyword(name) or NONE.union(*(_under(one, name) for one in given.positional)) if name else _DOLLAR
        parts += [frozenset((Text(base.value[end : found.start()]),)), known]
        end = found.end()
    return concatenated([*parts, frozenset((Text(base.value[end:]),))])


_DOLLAR: Terms = frozenset((Text("$"),))


def _joined(base: Text, terms: Terms) -> Terms:
    """`separator.join(parts)`."""
    found = NONE
    for term in terms:
        if isinstance(term, Free):
            found |= {term}
        if not isinstance(term, Sequence):
            continue
        separator: Terms = frozenset((base,))
        parts = [part for item in term.items for part in (separator, item)][1:]
        found |= concatenated([*parts, *([_HOLE] if term.others else [])])
    return found or _HOLE
