"""A page of text that grows line by line and holds its width."""

from io import StringIO

from rich.console import Console
from rich.text import Text

from truthline.report.breaking import breaks
from truthline.report.escape import inert, printable
from truthline.report.style import Style

Part = str | tuple[str, str]
"""A piece of a line: plain text, or text and the style that rich gives it in colour."""


class Page:
    """Everything printed on it is escaped here, so that no caller can forget to.

    Text is never read as rich's markup. Lines carry no trailing blanks.
    """

    def __init__(self, style: Style) -> None:
        self._out = StringIO()
        self._width = style.width
        self._console = Console(
            file=self._out,
            width=style.width,
            force_terminal=style.color,
            force_jupyter=False,
            color_system="standard" if style.color else None,
            no_color=not style.color,
            legacy_windows=False,
            markup=False,
            emoji=False,
            highlight=False,
        )

    @property
    def width(self) -> int:
        """In terminal cells."""
        return self._width

    def wrap(self, *parts: Part, indent: int = 0, hang: int = 0) -> None:
        """Print a paragraph; its second and later lines stand `hang` cells further in."""
        paragraph = _assemble(parts)
        margin = indent
        for line in paragraph.divide(breaks(paragraph.plain, self._width - indent - hang)):
            self._print(line, margin)
            margin = indent + hang

    def whole(self, *parts: Part, indent: int = 0) -> None:
        """Print one line that is never broken: a path that is broken cannot be clicked or copied."""
        self._print(_assemble(parts), indent)

    def blank(self) -> None:
        """Print an empty line."""
        self._out.write("\n")

    def text(self) -> str:
        """All that was printed."""
        return self._out.getvalue()

    def _print(self, line: Text, indent: int) -> None:
        line.rstrip()
        if inert(line.plain) != line.plain:
            line = Text(inert(line.plain))
        margin = Text(" " * indent if line.plain else "")
        if self._console.color_system is None:
            self._out.write(f"{margin.plain}{line.plain}\n")  # what the console would print, ten times as fast
        else:
            self._console.print(margin + line, soft_wrap=True)


def _assemble(parts: tuple[Part, ...]) -> Text:
    return Text.assemble(
        *(printable(part) if isinstance(part, str) else (printable(part[0]), part[1]) for part in parts), end=""
    )
