"""Everything that is found out about one file in one reading: the job of the workers."""

import ast
from collections.abc import Iterable

import msgspec

from truthline.facts.extract import outline, words_of
from truthline.facts.lower import encode, lower
from truthline.facts.outline import Outline
from truthline.model.location import FILE_START, Span
from truthline.syntax.identity import digest
from truthline.syntax.parse import parse_text
from truthline.syntax.source import decode
from truthline.syntax.unread import Unparsable


class Unreadable(msgspec.Struct, frozen=True, array_like=True):
    """Why a content cannot be read, whichever file has it, and where in it."""

    reason: str
    span: Span = FILE_START


class FileFacts(msgspec.Struct, frozen=True, array_like=True):
    """The facts of one content, each encoded by itself, as the store keeps them.

    There is an outline, or else the reason for which there is none. `bodies` were lowered in passing, or not at all.
    `answers` are what else was asked of the file, each under the digest by which the store knows it.
    """

    digest: bytes
    outline: bytes | None = None
    bodies: bytes | None = None
    unreadable: bytes | None = None
    answers: tuple[tuple[bytes, bytes], ...] = ()


def label_of(file: str, module: str) -> bytes:
    """What the job is told of a file: its path, and its name as a module."""
    return f"{file}\0{module}".encode("utf-8", "surrogateescape")


def file_and_module(label: bytes) -> tuple[str, str]:
    """What a label says."""
    file, _, module = label.decode("utf-8", "surrogateescape").partition("\0")
    return file, module


class Parsed(msgspec.Struct, frozen=True):
    """A file at hand: its bytes and their digest, their text and tree, and the outline of these."""

    source: bytes
    digest: bytes
    text: str
    tree: ast.Module
    outline: Outline


class Reading:
    """The job: the facts of a file's bytes, with the bodies where one of some words occurs in the text.

    The words are those by which a program will ask for bodies: lowering a tree that is at hand saves parsing it again.
    """

    def __init__(self, settings: bytes) -> None:
        """The settings are the encoded words."""
        self.settings = settings
        self._words = frozenset(msgspec.msgpack.decode(settings, type=tuple[str, ...]))

    def __call__(self, source: bytes, label: bytes = b"") -> bytes:
        """Encoded `FileFacts`."""
        return msgspec.msgpack.encode(self._facts(source, label))

    def further(self, file: Parsed, label: bytes) -> Iterable[tuple[bytes, bytes]]:
        """What else is asked of a file while it is at hand, each answer under its digest: nothing, here."""
        return ()

    def _facts(self, source: bytes, label: bytes) -> FileFacts:
        known = digest(source)
        try:
            text = decode(source)
            tree = parse_text(text)
        except Unparsable as error:
            reason = Unreadable(error.reason, error.span)
            return FileFacts(known, unreadable=msgspec.msgpack.encode(reason))
        words = words_of(text)
        shape = outline(text, tree, words)
        bodies = None if self._words.isdisjoint(words) else _bodies(tree)
        answers = tuple(self.further(Parsed(source, known, text, tree, shape), label))
        return FileFacts(known, msgspec.msgpack.encode(shape), bodies, answers=answers)


def _bodies(tree: ast.Module) -> bytes | None:
    try:
        return encode(lower(tree))
    except RecursionError:
        return None
