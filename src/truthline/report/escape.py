"""Text that came from files and configs, made safe to print.

A path, a message or a source line may hold anything: escape sequences that drive the terminal, bidirectional
marks that show other code than there is, newlines that fake a line of the report. All of them are printed as
Python would write them in a string.
"""

import re

_MARKER = re.compile(r"##(?=\w*\[)")


def printable(text: str) -> str:
    r"""The text with every character that does not print as itself written as `\n`, `\x1b`, `\u202e`."""
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else escaped(character) for character in text)


def escaped(character: str) -> str:
    """One character as Python writes it in a string; lone surrogates of undecodable file names too."""
    return character.encode("unicode_escape").decode("ascii")


def inert(line: str) -> str:
    r"""A printed line that no build server takes for a command: its `::` or `##` is written as `\x3a:` or `\x23#`.

    GitHub obeys lines that begin with `::name` and, as Azure, TeamCity and their like do, `##name[` anywhere in a line.
    """
    if line.lstrip().startswith("::"):
        line = line.replace("::", "\\x3a:", 1)
    return _MARKER.sub(r"\\x23#", line)
