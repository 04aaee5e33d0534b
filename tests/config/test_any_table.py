"""Whatever a parsed config holds, it is read to its end: mistakes are noted, nothing is raised."""

from datetime import date, datetime, time, timezone
from pathlib import Path
from typing import Any

import tomli
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.config.test_load import SPEC

from truthline.config.decode import decode
from truthline.config.document import Document, laid_over
from truthline.config.names import examine
from truthline.config.positions import Positions
from truthline.config.problems import Problems
from truthline.config.schema import Contents

TEXTS = st.sampled_from(["", "a.b:c", "a.{x}", "{", "**", "a/**", "cache", "connector-cache", "\0", "..", "é", "reach"])
LEAVES = st.one_of(TEXTS, st.integers(), st.booleans(), st.floats(), st.text(max_size=3), st.just(date.max))
TIMES = st.sampled_from([datetime.min.replace(tzinfo=timezone.utc), time.min])
VALUES = st.recursive(
    LEAVES | TIMES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS | st.just("scope"), inner, max_size=3),
    max_leaves=6,
)


def sound() -> dict[str, object]:
    return tomli.loads(SPEC)


def spots(value: object) -> list[tuple[Any, Any]]:
    """Every table and list of a document, with each key or index in it."""
    if isinstance(value, dict):
        return [spot for name, inner in value.items() for spot in [(value, name), *spots(inner)]]
    if isinstance(value, list):
        return [spot for index, inner in enumerate(value) for spot in [(value, index), *spots(inner)]]
    return []


def mistakes(raw: dict[str, object], base: Path) -> Problems:
    problems = Problems(Positions(), "t.toml")
    examine(decode(Contents, raw, (), problems), base, problems)
    return problems


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 10_000), VALUES)
def test_any_value_in_any_place(place: int, value: object) -> None:
    raw = sound()
    places = spots(raw)
    holder, key = places[place % len(places)]
    holder[key] = value
    mistakes(raw, Path("nowhere")).all()
    laid_over(Document(sound(), Positions(), "under"), Document(raw, Positions(), "over"))


@settings(deadline=None)
@given(st.integers(0, 10_000))
def test_any_missing_key(place: int) -> None:
    raw = sound()
    holder, key = (places := [spot for spot in spots(raw) if isinstance(spot[0], dict)])[place % len(places)]
    del holder[key]
    mistakes(raw, Path("nowhere")).all()
