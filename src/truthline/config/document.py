"""One parsed config file or pack with the places of its keys, and how one is laid over another."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
import tomli

from truthline.config.positions import KeyPath, Place, Positions, scan
from truthline.config.problems import ConfigError, Problem

RawTable = dict[str, object]


class Document(msgspec.Struct, frozen=True):
    """A parsed file; `file` is how findings and mistakes name it."""

    raw: RawTable
    positions: Positions
    file: str

    def table(self, *path: str) -> "Document | None":
        """One table of the document as a document of its own; None where it has none."""
        inner: object = self.raw
        for name in path:
            inner = inner.get(name) if isinstance(inner, dict) else None
        return Document(inner, self.positions.below(path), self.file) if isinstance(inner, dict) else None


MAX_SIZE = 2_000_000
"""Bytes: nobody writes more by hand."""


def read(path: Path, file: str) -> Document:
    """Read and parse a file; raises ConfigError where that fails."""
    if not is_file(path):  # a pipe would be waited for
        raise _error(file, 1, "there is no such file")
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_SIZE + 1)
    except OSError as error:
        raise _error(file, 1, f"cannot be read: {error.strerror or error}") from None
    if len(content) > MAX_SIZE:
        raise _error(file, 1, f"is too large (the limit is {MAX_SIZE // 1_000_000} MB)")
    return parse(_decoded(content, file), file)


def is_file(path: Path) -> bool:
    """Whether it is a regular file that can be got at; a name that is none, or too long, is no file."""
    return os.path.isfile(path)  # noqa: PTH113  # Path.is_file raises where this does not


def parse(text: str, file: str) -> Document:
    """Parse a text; raises ConfigError where it is no TOML."""
    try:
        raw = tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        raise _error(file, error.lineno, f"no valid TOML: {error.msg} (column {error.colno})") from None
    except RecursionError:
        raise _error(file, 1, "no valid TOML: nested too deeply") from None
    except ValueError as error:  # a number of 5,000 digits
        raise _error(file, 1, f"no valid TOML: {error}") from None
    return Document(raw, scan(text, file), file)


def laid_over(under: Document, over: Document) -> Document:
    """Both as one, where `over` wins: tables are merged key by key, rules by their id, anything else is replaced."""
    indices = dict(_rule_indices(_rules(under), _rules(over)))
    raw, places = dict(under.raw), dict(under.positions.places)
    moved = {_moved(key, indices): place for key, place in over.positions.places.items()}
    _merge(raw, {**over.raw, **_placed_rules(under, over, indices)}, (), places)
    return Document(raw, Positions({**places, **moved}), over.file)


def _decoded(content: bytes, file: str) -> str:
    """The text of a file, without the mark that some editors put first."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _error(file, line, "is not UTF-8, as TOML must be; save it as UTF-8") from None


def _error(file: str, line: int, message: str) -> ConfigError:
    return ConfigError([Problem(file, line, "", message)])


def _rules(document: Document) -> list[object]:
    rules = document.raw.get("rule")
    return rules if isinstance(rules, list) else []


def _rule_indices(under: list[object], over: list[object]) -> Iterator[tuple[int, int]]:
    """For every rule laid over: its index, and the index where it goes: that of the rule with its id, or a new one."""
    ids = {_id(rule): index for index, rule in enumerate(under) if _id(rule) is not None}
    new = len(under)
    for index, rule in enumerate(over):
        target = ids.pop(_id(rule), None)
        yield index, new if target is None else target
        new += target is None


def _id(rule: object) -> str | None:
    found = rule.get("id") if isinstance(rule, dict) else None
    return found if isinstance(found, str) else None


def _placed_rules(under: Document, over: Document, indices: Mapping[int, int]) -> RawTable:
    """The list of rules that results, where both have one."""
    if not (_rules(under) and _rules(over)):
        return {}
    placed = list(_rules(under))
    for rule, index in zip(_rules(over), indices.values(), strict=True):
        if index < len(placed) and isinstance(rule, dict):
            known = placed[index]
            placed[index] = {**known, **rule} if isinstance(known, dict) else rule
        else:
            placed.append(rule)
    return {"rule": placed}


def _moved(key: KeyPath, indices: Mapping[int, int]) -> KeyPath:
    """A key of a rule that is laid over, under the index that the rule has in the whole."""
    if key[:1] == ("rule",) and len(key) > 1 and isinstance(key[1], int):
        return ("rule", indices[key[1]], *key[2:])
    return key


def _merge(under: RawTable, over: Mapping[str, object], path: KeyPath, places: dict[KeyPath, Place]) -> None:
    """Merge into `under`, and forget the places of what is replaced."""
    for name, value in over.items():
        known, key = under.get(name), (*path, name)
        if isinstance(known, dict) and isinstance(value, dict):
            under[name] = merged = dict(known)
            _merge(merged, value, key, places)
            continue
        if key != ("rule",):
            for place in [each for each in places if each[: len(key)] == key]:
                del places[place]
        under[name] = value
