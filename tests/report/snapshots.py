"""Real output kept as plain text beside the tests.

`TRUTHLINE_UPDATE_SNAPSHOTS=1 pytest tests/report` writes what is printed now; the diff is then read by a person.
"""

import os
from pathlib import Path

SNAPSHOTS = Path(__file__).parent / "snapshots"


def assert_snapshot(name: str, text: str) -> None:
    """The text is what the snapshot of this name holds."""
    file = SNAPSHOTS / name
    if os.environ.get("TRUTHLINE_UPDATE_SNAPSHOTS"):
        file.write_bytes(text.encode())
    assert text == file.read_bytes().decode()
