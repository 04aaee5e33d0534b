"""The public API: everything in it is there, typed and explained."""

import inspect

import pytest

from truthline import api


def test_it_offers_what_it_lists_and_nothing_else() -> None:
    public = {name for name, value in vars(api).items() if not name.startswith("_") and not inspect.ismodule(value)}
    assert public == set(api.__all__)
    assert api.__all__ == sorted(api.__all__, key=lambda name: (not name.isupper(), name[0].islower(), name))


@pytest.mark.parametrize("name", [name for name in api.__all__ if inspect.isclass(getattr(api, name))])
def test_every_class_and_its_methods_say_what_they_are(name: str) -> None:
    offered = getattr(api, name)
    assert (offered.__doc__ or "").strip()
    methods = [each for key, each in vars(offered).items() if inspect.isfunction(each) and not key.startswith("_")]
    silent = [method.__qualname__ for method in methods if not method.__doc__]
    assert silent == []
    for method in methods:
        assert "return" in method.__annotations__, method.__qualname__
