"""What an analysis asks of the files one by one, so that its answer can be held against files that have changed.

What is noted may be more than one answer rests on, and never less.
"""

import msgspec


class Asked(msgspec.Struct, array_like=True):
    """The words and stored attributes by which files were looked up, the files whose bodies were read, and quotations.

    `names` are the module-level and qualified names that were looked up, by file, `defining` those by which the files
    that define a function or class were, `local` those whose names elsewhere were. `imports` says that all imports of
    all files were asked for. `lines` are the lines that were quoted, by file and number.
    """

    words: set[str] = msgspec.field(default_factory=set)
    stores: set[str] = msgspec.field(default_factory=set)
    bodies: set[str] = msgspec.field(default_factory=set)
    lines: dict[str, dict[int, str]] = msgspec.field(default_factory=dict)
    names: dict[str, set[str]] = msgspec.field(default_factory=dict)
    defining: set[str] = msgspec.field(default_factory=set)
    local: set[str] = msgspec.field(default_factory=set)
    imports: bool = False

    def include(self, other: "Asked") -> None:
        """Note what another analysis asked too."""
        self.words |= other.words
        self.stores |= other.stores
        self.bodies |= other.bodies
        for file, lines in other.lines.items():
            self.lines.setdefault(file, {}).update(lines)
        for file, names in other.names.items():
            self.names.setdefault(file, set()).update(names)
        self.defining |= other.defining
        self.local |= other.local
        self.imports = self.imports or other.imports
