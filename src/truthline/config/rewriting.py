"""Taking entries out of a config file, and leaving the rest of it as it was."""

from collections.abc import Iterable

from truthline.config.positions import KeyPath, scan
from truthline.model.location import Location


def without_entries(source: bytes, file: str, entries: Iterable[Location]) -> tuple[bytes, int]:
    """The bytes of a TOML file without these entries of its lists, and how many were found; a list left empty goes too.

    An entry is named by the place at which it is written, whatever packs lie under the config. A file that tomlkit does
    not read, or does not write as it was, is left.
    """
    import tomlkit
    from tomlkit.exceptions import TOMLKitError
    from tomlkit.items import AoT, Array

    text = source.decode("utf-8-sig")
    marked = source.startswith(b"\xef\xbb\xbf")
    try:
        document = tomlkit.parse(text)
    except TOMLKitError:
        return source, 0
    if tomlkit.dumps(document) != text:
        return source, 0
    keys = _keys(text, file, entries)
    for key in sorted(keys, key=_order, reverse=True):
        table: object = document
        for part in key[:-2]:
            table = table[part]  # type: ignore[index]  # the scanner has found the same keys
        held = table[key[-2]]  # type: ignore[index]
        if not isinstance(held, (Array, AoT)) or not isinstance(key[-1], int):
            continue
        del held[key[-1]]
        if not held:
            del table[key[-2]]  # type: ignore[attr-defined]
    after = tomlkit.dumps(document).encode("utf-8")
    return (b"\xef\xbb\xbf" + after if marked else after), len(keys)


def _keys(text: str, file: str, entries: Iterable[Location]) -> set[KeyPath]:
    wanted = {(entry.span.line, entry.span.column, entry.span.end_column) for entry in entries}
    return {
        key
        for key, place in scan(text, file).places.items()
        if isinstance(key[-1], int) and (place.line, place.column, place.end_column) in wanted
    }


def _order(key: KeyPath) -> tuple[tuple[str, int], ...]:
    return tuple((part, 0) if isinstance(part, str) else ("", part) for part in key)
