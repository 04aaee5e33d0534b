"""Who can stand where a protocol is asked for: what the program makes, or hands on to where it could be made."""

from pathlib import Path

import pytest
from tests.program.programs import analyse

KINDS = """\
from typing import Protocol

from app import state


class Source(Protocol):
    def find(self, tenant) -> object: ...


class Cached:
    def find(self, tenant) -> object:
        return state.get(tenant)


class Stored:
    def find(self, tenant) -> object:
        return None


stored = Stored()
"""
FLOW = "from app.kinds import Source\n\n\ndef decide(source: Source):\n    return source.find('t')\n"


@pytest.mark.parametrize(
    ("kinds", "elsewhere", "verdict"),
    [
        (KINDS, "", "clean"),
        (KINDS + "cached = Cached()\n", "", "violated"),
        (KINDS, "from app.kinds import Cached as Kind\n\n\ndef make():\n    return Kind()\n", "violated"),
        (KINDS, "from app.kinds import Cached\n\nKINDS = [Cached]\n", "violated"),
        (KINDS, "from app.kinds import Cached\n\n\ndef kind():\n    return Cached\n", "violated"),
        (KINDS, "from app.boot import use\nfrom app.kinds import Cached\n\nuse(Cached)\n", "violated"),
        (KINDS, "from app.kinds import Cached\n\n\ndef ask(x):\n    return isinstance(x, Cached)\n", "clean"),
        (KINDS.replace("class Cached", "@final\nclass Cached").replace("Protocol", "Protocol, final", 1), "", "clean"),
    ],
)
def test_an_implementer_counts_where_it_can_be_made(tmp_path: Path, kinds: str, elsewhere: str, verdict: str) -> None:
    files = {"app/kinds.py": kinds, "app/flow.py": FLOW, "app/other.py": elsewhere, "app/boot.py": "def use(x): ...\n"}
    assert analyse(tmp_path, files).verdict.verdict == verdict


@pytest.mark.parametrize(
    ("method", "verdict"),
    [
        ("def find(self, tenant)", "violated"),
        ("def find(self, key, more=None)", "violated"),
        ("def find(self, *args)", "violated"),
        ("def find(self, tenant, needed)", "clean"),
        ("async def find(self, tenant)", "violated"),
    ],
)
def test_an_implementer_can_be_called_as_the_protocol_is(tmp_path: Path, method: str, verdict: str) -> None:
    kinds = KINDS.replace(
        "def find(self, tenant) -> object:\n        return state.get(tenant)",
        f"{method}:\n        return state.get('t')",
    )
    files = {"app/kinds.py": kinds + "cached = Cached()\n", "app/flow.py": FLOW}
    assert analyse(tmp_path, files).verdict.verdict == verdict
