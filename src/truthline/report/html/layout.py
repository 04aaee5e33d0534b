"""Where the boxes of a picture stand: in columns, by the number of calls from an entry."""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence

import msgspec

COLUMN, ROW = 300.0, 58.0
"""From one column to the next, and from one row to the next, in units of the picture."""
SWEEPS = 6


class Links:
    """Directed links between names, both ways; those of a name to itself are of no use here."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self.after: dict[str, dict[str, None]] = {}
        self.before: dict[str, dict[str, None]] = {}
        for source, target in pairs:
            if source != target:
                self.after.setdefault(source, {})[target] = None
                self.before.setdefault(target, {})[source] = None

    def around(self, name: str) -> list[str]:
        """Everything that is linked with a name."""
        return [*self.before.get(name, ()), *self.after.get(name, ())]


class Point(msgspec.Struct, frozen=True):
    """The left upper corner of a box, and its column."""

    x: float
    y: float
    column: int


def columns(names: Sequence[str], entries: Iterable[str], links: Links) -> dict[str, int]:
    """The number of calls from the nearest entry; what no drawn call leads to stands in the first column."""
    known = set(names)
    found = {name: 0 for name in entries if name in known}
    queue = deque(found)
    for name in (None, *names):
        if name is not None and name not in found:
            found[name] = 0
            queue.append(name)
        while queue:
            before = queue.popleft()
            for target in links.after.get(before, ()):
                if target in known and target not in found:
                    found[target] = found[before] + 1
                    queue.append(target)
    return {name: found[name] for name in names}


def placed(column_of: Mapping[str, int], links: Links) -> dict[str, Point]:
    """A point for each name. Linked names are drawn to the same height, as far as there is room."""
    rows: dict[int, list[str]] = {}
    for name, column in column_of.items():
        rows.setdefault(column, []).append(name)
    heights = {name: ROW * index for names in rows.values() for index, name in enumerate(names)}
    order = sorted(rows)
    for sweep in range(SWEEPS):
        for column in order if sweep % 2 == 0 else reversed(order):
            heights.update(_settled(rows[column], heights, links))
    top = min(heights.values(), default=0.0)
    return {name: Point(COLUMN * column, round(heights[name] - top, 1), column) for name, column in column_of.items()}


def _settled(names: Sequence[str], heights: Mapping[str, float], links: Links) -> dict[str, float]:
    """One column in which each name stands as near to its neighbours' mean height as the others let it."""
    wanted = {name: _mean([heights[other] for other in links.around(name) if other in heights]) for name in names}
    wishes = {name: heights[name] if wish is None else wish for name, wish in wanted.items()}
    ordered = sorted(names, key=lambda name: (wishes[name], heights[name]))
    found: dict[str, float] = {}
    lowest = float("-inf")
    for name in ordered:
        found[name] = lowest = max(wishes[name], lowest + ROW)
    shift = sum(wishes[name] - found[name] for name in ordered) / len(ordered)
    return {name: height + shift for name, height in found.items()}


def _mean(numbers: Sequence[float]) -> float | None:
    return sum(numbers) / len(numbers) if numbers else None
