"""The comments of a file: all of them, and those that are addressed to truthline."""

import re

import msgspec

from truthline.syntax.regions import regions

_ADDRESSED = re.compile(r"#\s*truthline:\s*(.*?)\s*$")


class Comment(msgspec.Struct, frozen=True, array_like=True):
    """A `# truthline: ...` comment: the text after the colon, and whether it stands alone on its line."""

    line: int
    column: int
    text: str
    alone: bool


class SourceComment(msgspec.Struct, frozen=True):
    """Any comment, from its `#` to the end of the line, and whether it stands alone on its line."""

    line: int
    column: int
    text: str
    alone: bool


def comments(text: str) -> tuple[Comment, ...]:
    """Every real `# truthline:` comment of a text that parses; one inside a string is none."""
    if "truthline:" not in text:
        return ()
    return tuple(
        Comment(each.line, each.column, match[1], each.alone)
        for each in source_comments(text)
        if (match := _ADDRESSED.match(each.text))
    )


def source_comments(text: str) -> tuple[SourceComment, ...]:
    """Every comment of a text that parses, in order."""
    if "#" not in text:
        return ()
    found = []
    line, end = 1, 0
    for region in regions(text):
        if region.is_comment:
            line += text.count("\n", end, region.start)
            end = region.start
            before = text[text.rfind("\n", 0, end) + 1 : end]
            found.append(
                SourceComment(line, len(before) + 1, text[end : region.end], alone=not before.strip()),
            )
    return tuple(found)
