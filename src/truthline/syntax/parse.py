"""Bytes to `ast`, with every way in which a parser gives up turned into one exception."""

import ast
import sys
import warnings

from truthline.syntax.depth import deep_recursion
from truthline.syntax.source import decode
from truthline.syntax.unread import Unparsable
from truthline.syntax.vintage import vintage

_TOO_DEEP = "nests more deeply than the parser can follow"
_MISPLACED = "unexpected indent"
"""What no newer Python allows either: the second parser, which takes long to load, need not be asked."""


def parse(source: bytes) -> ast.Module:
    """The tree of a source file. Raises `Unparsable`."""
    return parse_text(decode(source))


def parse_text(text: str) -> ast.Module:
    """The tree of decoded text, that of a newer Python too where LibCST can read it. Raises `Unparsable`.

    A native stack overflow cannot be caught here: untrusted files are parsed where `pool` says.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except SyntaxError as error:
        if error.msg == _MISPLACED:
            raise _unparsable(text, error) from error
        return _newer(text, error)
    except RecursionError as error:
        raise Unparsable(_TOO_DEEP) from error
    except MemoryError as error:
        raise Unparsable(f"{_TOO_DEEP}, or needs more memory than a file may take") from error
    except ValueError as error:
        raise Unparsable(f"does not parse: {error}") from error


def _newer(text: str, refused: SyntaxError) -> ast.Module:
    """The tree by the second parser, where the text has syntax that this interpreter lacks; else its word stands."""
    from truthline.syntax.lowering.lower import lower_text

    try:
        with warnings.catch_warnings(), deep_recursion():
            warnings.simplefilter("ignore")
            lowered = lower_text(text)
    except (Unparsable, RecursionError, MemoryError) as error:
        raise _unparsable(text, refused) from error
    if lowered.needed <= sys.version_info[:2]:
        raise _unparsable(text, refused)
    return lowered.tree


def _unparsable(text: str, refused: SyntaxError) -> Unparsable:
    line = refused.lineno or 1
    reader = vintage(text, line)
    hint = f" ({reader})" if reader else ""
    return Unparsable(f"does not parse: {refused.msg}{hint}", line, max(1, refused.offset or 1))
