"""What a file says differently than before of its imports and definitions, and who could notice."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TypeVar

import msgspec

from truthline.facts.outline import Definition, Import, Outline
from truthline.model.location import FILE_START
from truthline.program.asked import Asked

_Stated = TypeVar("_Stated", Import, Definition)


class Difference(msgspec.Struct, frozen=True):
    """The imports and definitions that only one of two outlines has, wherever they stand in the text.

    `imports` are those of both outlines: by them a class may know a base under another name.
    """

    changed_imports: tuple[Import, ...]
    changed_definitions: tuple[Definition, ...]
    imports: tuple[Import, ...]

    def is_noticed(self, asked: Asked, file: str) -> bool:
        """Whether something was asked of the file to which the answer may be another one now."""
        names = asked.names.get(file, set())
        return any(_import_is_noticed(one, asked, names) for one in self.changed_imports) or any(
            self._definition_is_noticed(one, asked, names) for one in self.changed_definitions
        )

    def _definition_is_noticed(self, one: Definition, asked: Asked, names: set[str]) -> bool:
        if one.kind == "star" or one.qualname in names or one.qualname == "__all__":
            return True
        is_made = one.kind in ("function", "class")
        if is_made and one.qualname.rpartition(".")[2] in asked.defining:
            return True
        return not asked.words.isdisjoint(self._bases(one))

    def _bases(self, one: Definition) -> Iterator[str]:
        """The words by which a class is found among the subclasses of its bases; of one that has no name, all."""
        for base in one.bases:
            last = base.rpartition(".")[2]
            yield last
            yield from (imp.name for imp in self.imports if imp.bound == last and imp.name)


def _import_is_noticed(one: Import, asked: Asked, names: set[str]) -> bool:
    if one.name == "*" or one.kind == "dynamic" or one.bound in names:
        return True
    return one.name in asked.local or one.name in asked.words


def difference(before: Outline, now: Outline) -> Difference | None:
    """How two outlines of a file differ; None where in more than what `Difference` holds, or in an order."""
    if _exports(before) != _exports(now):
        return None
    imports = _changed(_imports(before), _imports(now))
    definitions = _changed(_definitions(before), _definitions(now))
    if imports is None or definitions is None or any("" in one.bases for one in definitions):
        return None
    return Difference(imports, definitions, (*before.imports, *now.imports))


def _exports(outline: Outline) -> tuple[object, ...]:
    names = [one.name for one in outline.all_entries] if outline.all_entries is not None else None
    return names, outline.getattr, outline.dynamic


def _imports(outline: Outline) -> list[Import]:
    return [msgspec.structs.replace(one, span=FILE_START, statement=FILE_START) for one in outline.imports]


def _definitions(outline: Outline) -> list[Definition]:
    return [msgspec.structs.replace(one, span=FILE_START) for one in outline.definitions]


def _changed(before: Sequence[_Stated], now: Sequence[_Stated]) -> tuple[_Stated, ...] | None:
    """What stands more often on one side; None where the rest stands in another order."""
    counts = Counter(before)
    counts.subtract(now)
    changed = {one for one, count in counts.items() if count}
    if [one for one in before if one not in changed] != [one for one in now if one not in changed]:
        return None
    return tuple(one for one in dict.fromkeys((*before, *now)) if one in changed)
