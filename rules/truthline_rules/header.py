"""The kind `header` (TL506): what the head of a file must say, field by field."""

import re
from collections.abc import Iterable, Iterator
from typing import Annotated, Literal

import msgspec

from truthline.api import Example, FileRule, FileView, Meta, Options, Regex, Setup, Span, Violation
from truthline_rules.conditions import Condition, ConditionOptions
from truthline_rules.heads import Line, comment_head, docstring_head

_CONFIG = """\
[[rule]]
id = "SCHEMA_ADMISSION"
kind = "header"
scope = ["app/schemas/*.py"]
fields = { Layer = 'L\\d.*', Consumers = { min-items = 2 } }
"""

Count = Annotated[int, msgspec.Meta(ge=0)]


class Field(Options, frozen=True, kw_only=True):
    """What a field must look like."""

    value: Regex | None = None
    required: bool = True
    min_items: Count = 0
    max_items: Count | None = None
    item: Regex | None = None
    separator: str = ","


class HeaderOptions(ConditionOptions, frozen=True, kw_only=True):
    """The keys of a `header` rule."""

    fields: dict[str, Regex | Field]
    where: Literal["comments", "docstring", "either"] = "comments"
    lines: Count = 0


class Header(FileRule):
    """A head of a file that does not say what it must.

    What it does:
        Looks for fields (`# Layer: L4`) in the comments before the first statement, or in the module's docstring.
        A missing field stands at the start of the file, one that says the wrong thing at its own line. What is indented
        more than its field belongs to it. Empty files need no head.
    Why it is bad:
        What people and tools rely on to find their way must be there, and must be true.
    How to fix:
        Write the field.
    How to allow:
        `allow = [{ path = "...", reason = "...", until = 2026-12-31 }]` in the rule, or a suppression.
    Options:
        scope: the files that the rule looks at. Default: all.
        fields: a table of fields. Each is a regular expression that the whole value must match, or a table of
            `value` (the same), `required` (default: true), `min-items` and `max-items` (how many items it lists),
            `item` (a regular expression for each item) and `separator` (of the items; default: a comma).
        where: `comments`, `docstring`, or `either`. Default: comments.
        lines: how many lines of the file are looked at. Default: 0, all that stand before the code.
        when: only files in whose text this regular expression is found.
        unless: only files in whose text this regular expression is not found.
    """

    options_type = HeaderOptions
    options: HeaderOptions
    meta = Meta(
        code="TL506",
        name="header",
        kind=True,
        placeholders=("field", "value", "count"),
        valid=(
            Example(
                title="both fields, after a docstring",
                files={"app/schemas/rac.py": '"""Acks."""\n# Layer: L4 - Spine\n# Consumers: logs, policies\nX = 1\n'},
                config=_CONFIG,
            ),
            Example(
                title="a list over several lines",
                files={"app/schemas/rac.py": "# Layer: L4\n# Consumers: logs,\n#   policies\n\nX = 1\n"},
                config=_CONFIG,
            ),
        ),
        invalid=(
            Example(
                title="too few consumers",
                files={"app/schemas/rac.py": "# Layer: L4\n# Consumers: logs\nX = 1\n"},
                config=_CONFIG,
            ),
            Example(
                title="after the code it is no head",
                files={"app/schemas/rac.py": "# Layer: L4\nX = 1\n# Consumers: logs, policies\n"},
                config=_CONFIG,
            ),
        ),
    )

    @classmethod
    def problems(cls, setup: Setup) -> Iterable[str]:
        """Numbers of items that contradict each other, and separators that separate nothing."""
        options = setup.options
        assert isinstance(options, HeaderOptions)
        for name, field in options.fields.items():
            if isinstance(field, Field) and field.max_items is not None and field.max_items < field.min_items:
                yield f"field `{name}` has fewer `max-items` than `min-items`"
            if isinstance(field, Field) and not field.separator:
                yield f"field `{name}` needs a `separator`"

    def __init__(self, setup: Setup) -> None:
        super().__init__(setup)
        self._condition = Condition(self.options)
        self._fields = {
            name: field if isinstance(field, Field) else Field(value=field)
            for name, field in self.options.fields.items()
        }

    def check_file(self, file: FileView) -> Iterator[Violation]:
        """Look at the head of a file."""
        if not file.text.strip() or not self._condition.holds(file):
            return
        lines = [line for line in self._head(file) if not self.options.lines or line.number <= self.options.lines]
        for name, field in self._fields.items():
            values = list(_values(lines, name))
            if not values and field.required:
                yield _violation(file, None, name, "", f"the head of the file has no `{name}:`")
            for span, value in values:
                yield from _judged(file, span, name, value, field)

    def _head(self, file: FileView) -> list[Line]:
        comments = [] if self.options.where == "docstring" else comment_head(file)
        docstring = [] if self.options.where == "comments" else docstring_head(file)
        return sorted([*comments, *docstring], key=lambda line: line.number)


def _values(lines: list[Line], name: str) -> Iterator[tuple[Span, str]]:
    """The values of a field: what follows it, and the lines below that are indented more."""
    start = re.compile(rf"{re.escape(name)}[ \t]*:[ \t]*(.*)")
    for index, line in enumerate(lines):
        match = start.match(line.text)
        if match is None:
            continue
        value = [match[1].strip()]
        for previous, below in zip(lines[index:], lines[index + 1 :], strict=False):
            if not (_follows(previous, below) and below.text and below.column > line.column):
                break
            value.append(below.text.strip())
        end = line.column + len(line.text.rstrip())
        yield Span(line.number, line.column, line.number, end), " ".join(value).strip()


def _follows(line: Line, below: Line) -> bool:
    return below.number == line.number + 1 and below.in_docstring == line.in_docstring


def _judged(file: FileView, span: Span, name: str, value: str, field: Field) -> Iterator[Violation]:
    """What is wrong with a value, one thing at a time."""
    if not value:
        yield _violation(file, span, name, value, f"`{name}:` says nothing")
        return
    if field.value is not None and not re.fullmatch(field.value, value):
        yield _violation(file, span, name, value, f"`{name}: {value}` does not match `{field.value}`")
    items = [item.strip() for item in value.split(field.separator) if item.strip()]
    if len(items) < field.min_items:
        yield _violation(file, span, name, value, f"`{name}:` lists {len(items)}, fewer than {field.min_items}", items)
    elif field.max_items is not None and len(items) > field.max_items:
        yield _violation(file, span, name, value, f"`{name}:` lists {len(items)}, more than {field.max_items}", items)
    if field.item is not None:
        for item in items:
            if not re.fullmatch(field.item, item):
                yield _violation(file, span, name, item, f"`{item}` in `{name}:` does not match `{field.item}`", items)


def _violation(
    file: FileView, span: Span | None, name: str, value: str, message: str, items: list[str] | None = None
) -> Violation:
    return Violation(
        location=file.at(span) if span else file.at(),
        message=message,
        symbol=name,
        details={"field": name, "value": value, "count": str(len(items or ()))},
    )
