"""From text to `ast` by way of LibCST."""

from __future__ import annotations

import ast
import unicodedata

import msgspec

from truthline.syntax.concrete import tree_of
from truthline.syntax.lowering.features import Features, Version
from truthline.syntax.lowering.statements import Statements

_NAMES = ("id", "name", "attr", "arg", "module", "asname", "rest", "names", "kwd_attrs")
"""The fields of `ast` that hold names."""


class Lowered(msgspec.Struct, frozen=True):
    """The tree of a text, the oldest Python that has all its syntax, and what of it the ones before lack."""

    tree: ast.Module
    needed: Version
    what: str


def lower_text(text: str) -> Lowered:
    """The tree of decoded text. Raises Unparsable, and RecursionError for what nests too deeply.

    LibCST accepts some texts that no Python does: the tree is to be trusted where the interpreter cannot know better.
    """
    features = Features()
    module = tree_of(text)
    tree = Statements(module, text, features).module(module)
    if not text.isascii():
        _normalize(tree)
    return Lowered(tree, features.needed, features.what)


def _normalize(tree: ast.Module) -> None:
    """Spells every name as the interpreter does, to which two ways of writing a letter are one name (PEP 3131)."""
    for node in ast.walk(tree):
        for field in _NAMES:
            value = getattr(node, field, None)
            if isinstance(value, str):
                setattr(node, field, unicodedata.normalize("NFKC", value))
            elif isinstance(value, list) and value and isinstance(value[0], str):
                setattr(node, field, [unicodedata.normalize("NFKC", one) for one in value])
