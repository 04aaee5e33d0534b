"""Bytes to `ast`, with every way in which a parser gives up turned into one exception."""

import ast
import warnings

from truthline.syntax.source import decode
from truthline.syntax.unread import Unparsable

_TOO_DEEP = "nests more deeply than the parser can follow"


def parse(source: bytes) -> ast.Module:
    """The tree of a source file. Raises `Unparsable`."""
    return parse_text(decode(source))


def parse_text(text: str) -> ast.Module:
    """The tree of decoded text. Raises `Unparsable`.

    A native stack overflow cannot be caught here: untrusted files are parsed where `pool` says.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except SyntaxError as error:
        raise Unparsable(f"does not parse: {error.msg}", error.lineno or 1, max(1, error.offset or 1)) from error
    except RecursionError as error:
        raise Unparsable(_TOO_DEEP) from error
    except MemoryError as error:
        raise Unparsable(f"{_TOO_DEEP}, or needs more memory than a file may take") from error
    except ValueError as error:
        raise Unparsable(f"does not parse: {error}") from error
