"""What becomes of a file that cannot be read: one value, one exception, both with a sentence for a person."""

import msgspec

from truthline.errors import TruthlineError
from truthline.model.location import FILE_START, Span


class Unread(msgspec.Struct, frozen=True):
    """A file that the analysis goes on without, why, and where in it (its start, where no place is known)."""

    file: str
    reason: str
    span: Span = FILE_START


class Unparsable(TruthlineError):
    """Raised inside the reading of one file; the run turns it into `Unread` and goes on."""

    def __init__(self, reason: str, line: int = 1, column: int = 1) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line
        self.column = column

    @property
    def span(self) -> Span:
        """The place as an empty span."""
        return Span(self.line, self.column, self.line, self.column)
