"""HTML from Python: every text is escaped where an element is built, so that no caller can forget to."""

from collections.abc import Iterable
from html import escape

from truthline.report.escape import printable


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


Content = str | int
Attribute = str | int | bool | None

_VOID = frozenset({"input", "link", "meta"})


def tag(name: str, /, *content: Content, **attributes: Attribute) -> Markup:
    """An element. Of an attribute's name, `_` is written as `-` and a last one dropped; None and False leave it out."""
    opening = name + "".join(_attribute(key, value) for key, value in attributes.items())
    if name in _VOID:
        return Markup(f"<{opening}>")
    return Markup(f"<{opening}>{joined(content)}</{name}>")


def prose(text: str) -> Markup:
    """A sentence in which what stands between backticks is code."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return joined([text])
    return joined(tag("code", part) if index % 2 else part for index, part in enumerate(parts))


def joined(content: Iterable[Content]) -> Markup:
    """Pieces one after the other; what is no markup is escaped."""
    return Markup("".join(one if isinstance(one, Markup) else _escaped(str(one)) for one in content))


def _attribute(key: str, value: Attribute) -> str:
    if value is None or value is False:
        return ""
    name = key.removesuffix("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{_escaped(str(value))}"'


def _escaped(text: str) -> str:
    return escape(printable(text), quote=True)
