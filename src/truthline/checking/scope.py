"""Where a rule looks: path patterns that capture, held against the files of the program."""

from collections.abc import Iterator, Sequence

from truthline.config.references import captured, common_captures, compile_left_out, compile_scope
from truthline.program.modules import SourceModule
from truthline.program.program import Program


class Scope:
    """Path patterns of a `scope` key, less those with `!` in front. No pattern at all means every file.

    Raises MalformedPattern.
    """

    def __init__(self, texts: Sequence[str] = ()) -> None:
        self.patterns = compile_scope([_below(text) for text in texts])
        self._left_out = compile_left_out(texts)

    @property
    def captured_names(self) -> frozenset[str]:
        """The captures that every match binds: those that the other patterns of the rule may use."""
        return common_captures(self.patterns)

    def captures(self, file: str) -> dict[str, str] | None:
        """What the file's path captures, None where the scope leaves the file out."""
        if any(pattern.matches(file) for pattern in self._left_out):
            return None
        return captured(self.patterns, file) if self.patterns else {}

    def modules(self, program: Program) -> Iterator[tuple[SourceModule, dict[str, str]]]:
        """The modules in scope in order of their files, each with what its path captures."""
        by_file = program.modules.by_file
        for file in sorted(by_file):
            captures = self.captures(file)
            if captures is not None:
                yield by_file[file], captures

    def matches_any(self, program: Program) -> bool:
        """Whether there is a file in scope, readable or not."""
        modules = program.modules
        files = (*modules.by_file, *(unread.file for unread in modules.unread))
        return any(self.captures(file) is not None for file in files)


def _below(text: str) -> str:
    """`api/{domain}/**` means the files below each domain; without this, the domain of `api/x.py` would be `x.py`."""
    return f"{text}/*" if text.endswith("/**") else text
