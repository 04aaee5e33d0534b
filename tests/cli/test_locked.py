"""What is `locked` fails a run against every way of silencing it; only --exit-zero lets it pass."""

from pathlib import Path

import pytest
from tests.cli.projects import CACHE, project, truthline

CONFIG = """\
roots = ["."]
{top}
[state.connector-cache]
modules = ["app.cache"]

[flow.activation]
entry = ["app.decide:decide"]
must-not-reach = ["connector-cache"]
locked = true

[dispatch.operations]
register = "app.registry:Registry.register"
execute = "app.registry:Registry.execute"
handler-method = "execute"
locked = true

[[rule]]
id = "NO_SOCKETS"
kind = "forbid-import"
scope = ["app/**"]
forbid = ["socket"]
severity = "warning"
locked = true
"""
DECIDE = """\
import socket  # truthline: allow[NO_SOCKETS] it is needed
from app.cache import lookup
from app.registry import registry


def decide(tenant):
    # truthline: allow[TL302] it comes with the next release
    registry.execute("gone.query", tenant)
    return lookup(tenant)  # truthline: allow[TL103] the table comes with the next release
"""
REGISTRY = """\
class Registry:
    def __init__(self):
        self._handlers = {}

    def register(self, name, handler):
        self._handlers[name] = handler

    def execute(self, name, context):
        return self._handlers[name].execute(context)


registry = Registry()
"""
EVERY_CODE = "TL103,TL302,NO_SOCKETS,TL401,TL091,TL092"


def reported(base: Path, *args: str) -> tuple[int, list[str]]:
    result = truthline(base, "check", "--output-format", "concise", *args)
    lines = [line.split(" ", 2)[1] for line in result.out.splitlines()[:-1]]
    return result.status, [line for line in lines if not line.startswith("TL09")]


@pytest.mark.parametrize(
    "top",
    [
        "",
        'ignore = ["TL"]',
        'ignore = ["TL103", "TL302", "NO_SOCKETS"]',
        'select = ["TL2"]',
        'warn = ["TL103", "TL302", "NO_SOCKETS"]',
        'warn-in = ["app/**"]',
        'aliases = { TL103 = "CACHE_READ" }\nignore = ["CACHE_READ"]',
    ],
)
@pytest.mark.parametrize(
    "args",
    [(), ("--ignore", EVERY_CODE), ("--ignore", "TL"), ("--select", "TL2"), ("--today", "2999-01-01")],
    ids=lambda args: " ".join(args) or "no option",
)
def test_it_fails_all_the_same(tmp_path: Path, top: str, args: tuple[str, ...]) -> None:
    files = {"app/cache.py": CACHE, "app/decide.py": DECIDE, "app/registry.py": REGISTRY}
    base = project(tmp_path, {"truthline.toml": CONFIG.replace("{top}", top), **files})
    read = "TL103[CACHE_READ]" if "aliases" in top else "TL103[state-read]"
    expected = (1, ["TL401[NO_SOCKETS]", "TL302[unknown-operation]", read])
    assert reported(base, *args) == expected
    if not args:
        assert truthline(base, "baseline").status == 0
        assert reported(base) == expected
        assert reported(base, "--exit-zero") == (0, expected[1])
