"""Which Python a text needs: the newest syntax that was met in it."""

from __future__ import annotations

Version = tuple[int, int]

OLDEST: Version = (3, 10)
"""What every interpreter that truthline runs on can parse."""


class Features:
    """The newest syntax met so far."""

    def __init__(self) -> None:
        self.needed: Version = OLDEST
        self.what = ""

    def note(self, version: Version, what: str) -> None:
        """Something was met that Python has had since this version."""
        if version > self.needed:
            self.needed, self.what = version, what
