"""A file's concrete tree: tokens, comments and layout. Made on demand, it costs ten times what `ast` costs."""

from typing import TYPE_CHECKING

from truthline.syntax.shape import measure
from truthline.syntax.source import decode, encoding
from truthline.syntax.unread import Unparsable

if TYPE_CHECKING:
    from libcst import Module

_BRACKETS = 200
"""The interpreter's own limit. LibCST's parser dies, with the process, of about 1,400."""

_CHAIN = 1_000
"""LibCST's visitors recurse in Python over every link."""


def tree(source: bytes) -> "Module":
    """The concrete tree of a source file, with its own line ends; a byte order mark is no part of it.

    Raises `Unparsable`, also for what LibCST's parser would die of.
    """
    decode(source)
    return tree_of(_with_its_line_ends(source))


def tree_of(text: str) -> "Module":
    """The concrete tree of text. Raises `Unparsable`, also for what LibCST's parser would die of."""
    if not measure(text.encode("utf-8")).within(_BRACKETS, _CHAIN):
        raise Unparsable(f"nests more than {_BRACKETS} brackets or chains more than {_CHAIN} operators")
    from libcst import ParserSyntaxError, parse_module

    try:
        return parse_module(text)
    except ParserSyntaxError as error:
        line, column = error.editor_line, error.editor_column
        raise Unparsable(f"does not parse: {error.message}", line, column) from error
    except (RecursionError, MemoryError) as error:
        raise Unparsable("nests more deeply than its concrete tree can hold") from error
    except BaseException as error:
        if isinstance(error, (KeyboardInterrupt, SystemExit)):
            raise
        raise Unparsable(
            f"makes LibCST itself fail: {type(error).__name__}"
        ) from error  # or panic, which is no Exception


def rewritten(source: bytes, module: "Module") -> bytes:
    """The bytes of a file that was `source` and is `module` now: its mark and its codec stay. Raises `Unparsable`."""
    unmarked, codec = encoding(source)
    mark = source[: len(source) - len(unmarked)]
    try:
        return mark + module.code.encode(codec)
    except UnicodeEncodeError as error:
        raise Unparsable(f"cannot hold the new text in its encoding, {codec}") from error


def _with_its_line_ends(source: bytes) -> str:
    unmarked, codec = encoding(source)
    return unmarked.decode(codec)
