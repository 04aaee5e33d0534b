"""Regular expressions of analysed code, that are searched in short texts."""

import pytest

from truthline.config.explosive import is_quick


@pytest.mark.parametrize("text", ["token", "^(a|b)+$", ".*token.*", r"(?:api_?)?key\d{1,3}", "(a+)?(b+)?"])
def test_few_repeats_beside_each_other_are_quick(text: str) -> None:
    assert is_quick(text)


@pytest.mark.parametrize("text", ["(a+)+", "^(([a-z])+.)+[A-Z]([a-z])+$", "(a{1,9}){1,9}", "(a|b*)*", ".*.*.*.*x"])
def test_repeats_in_repeats_and_many_of_them_are_not(text: str) -> None:
    assert not is_quick(text)
