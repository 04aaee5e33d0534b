"""From text to `ast` by way of LibCST."""

from __future__ import annotations

import ast

import msgspec

from truthline.syntax.concrete import tree_of
from truthline.syntax.lowering.features import Features, Version
from truthline.syntax.lowering.statements import Statements


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
    return Lowered(Statements(module, text, features).module(module), features.needed, features.what)
