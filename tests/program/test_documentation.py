"""docs/analysis.md names what there is."""

import re
from pathlib import Path

from truthline.program.engine.engine import BUDGET
from truthline.program.engine.heap import MOST_DEEP
from truthline.program.engine.intrinsics import INTRINSICS

TEXT = (Path(__file__).parents[2] / "docs" / "analysis.md").read_text(encoding="utf-8")


def test_every_intrinsic_is_listed() -> None:
    table = TEXT.split("| intrinsic | does |")[1].split("\n\n")[0]
    rows = table.splitlines()[2:]
    listed = {name for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[1])}
    assert listed == set(INTRINSICS) - {"intrinsic"}


def test_limits_are_as_they_are() -> None:
    assert f"{BUDGET:,} steps" in TEXT
    assert f"(`MOST_DEEP`) | {MOST_DEEP}" in TEXT
