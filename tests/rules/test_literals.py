"""What a text must contain before it is searched: never more than every match contains."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truthline_rules.literals import Literals


@pytest.mark.parametrize(
    ("pattern", "text", "may_match"),
    [
        ("session", "no word of it", False),
        (r"\bsession\.execute\s*\(", "a session", False),
        (r"\bsession\.execute\s*\(", "session.execute", True),
        ("one|two", "three", False),
        ("one|two", "two", True),
        ("one|", "three", True),
        ("(?:one)?", "three", True),
        ("(?:one)+", "three", False),
        ("(?i)one", "ONE", True),
        ("(?i:one)", "ONE", True),
        (r"\d+", "", True),
        ("a(?!one)", "a", True),
        ("(?=one)x", "x", True),
        ("[ab]c", "c", True),
        ("colou?r", "color", True),
    ],
)
def test_whether_a_search_is_worth_it(pattern: str, text: str, may_match: bool) -> None:
    assert Literals([pattern]).may_match(text) is may_match


PIECES = st.sampled_from(r"ab c (?:a|bc) (?:ab)? [ab]+ . (?:b){2,} a* \b (c) | (?i:A)".split())


@given(st.lists(PIECES, min_size=1, max_size=5).map("".join), st.text("abcA", max_size=8))
def test_it_never_hides_a_match(pattern: str, text: str) -> None:
    if re.search(pattern, text):
        assert Literals([pattern]).may_match(text)
