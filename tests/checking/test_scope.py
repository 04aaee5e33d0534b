"""Which files a scope takes in."""

import pytest

from truthline.checking.scope import Scope
from truthline.config.forms import complaint


@pytest.mark.parametrize(
    ("scope", "file", "captures"),
    [
        ((), "app/a.py", {}),
        (("app/**",), "app/a.py", {}),
        (("app/**",), "lib/a.py", None),
        (("app/{domain}/**",), "app/logs/a.py", {"domain": "logs"}),
        (("app/**", "!app/legacy/**"), "app/a.py", {}),
        (("app/**", "!app/legacy/**"), "app/legacy/a.py", None),
        (("!app/legacy/**", "app/**"), "app/legacy/a.py", None),
        (("!app/legacy/**",), "lib/a.py", {}),
        (("app/{domain}/**", "!**/__init__.py"), "app/logs/__init__.py", None),
        (("app/{domain}/**", "!**/__init__.py"), "app/logs/a.py", {"domain": "logs"}),
    ],
)
def test_a_scope(scope: tuple[str, ...], file: str, captures: dict[str, str] | None) -> None:
    assert Scope(scope).captures(file) == captures


def test_what_takes_files_out_binds_no_captures() -> None:
    assert Scope(("app/{domain}/**", "!app/*/legacy/**")).captured_names == {"domain"}
    said = complaint("scope", "!app/{domain}/**", frozenset())
    assert said == "`!app/{domain}/**` captures nothing, for it takes files out: write `*` for `{domain}`"
