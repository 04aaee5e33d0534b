"""What an analysis asks of the files one by one, so that its answer can be held against files that have changed.

Their structure (imports, definitions, `__all__`) is not noted question by question: an answer rests on that
of all files.
"""

import msgspec


class Asked(msgspec.Struct, array_like=True):
    """The words and stored attributes by which files were looked up, the files whose bodies were read, and quotations.

    `lines` are the lines that were quoted, by file and number.
    """

    words: set[str] = msgspec.field(default_factory=set)
    stores: set[str] = msgspec.field(default_factory=set)
    bodies: set[str] = msgspec.field(default_factory=set)
    lines: dict[str, dict[int, str]] = msgspec.field(default_factory=dict)

    def include(self, other: "Asked") -> None:
        """Note what another analysis asked too."""
        self.words |= other.words
        self.stores |= other.stores
        self.bodies |= other.bodies
        for file, lines in other.lines.items():
            self.lines.setdefault(file, {}).update(lines)
