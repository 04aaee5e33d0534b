"""Where values are kept and come back from: what one function puts there, another finds."""

from pathlib import Path

import pytest
from tests.program.programs import analyse

KEPT = {
    "a default that all calls share": (
        "def keep(f, kept=[]):\n    kept.append(f)\n    return kept\n\n\ndef boot():\n    keep(state.get)\n\n\n"
        "def decide(x):\n    return [f(x) for f in keep(len)]\n"
    ),
    "an exception": (
        "class Found(Exception):\n    def __init__(self, f):\n        self.f = f\n\n\n"
        "def decide(x):\n    try:\n        raise Found(state.get)\n    except Found as one:\n        return one.f(x)\n"
    ),
    "a generator": (
        "def wait():\n    f = yield 1\n    f(1)\n\n\n"
        "def decide(x):\n    waiting = wait()\n    next(waiting)\n    waiting.send(state.get)\n"
    ),
    "what a function sets globally": (
        "F = len\n\n\ndef boot():\n    global F\n    F = state.get\n\n\ndef decide(x):\n    return F(x)\n"
    ),
    "a starred target": "def decide(x):\n    first, *others = [len, state.get, len]\n    return others[0](x)\n",
    "code outside, called back": "import lib\n\n\ndef decide(x):\n    return lib.run(options={'call': [state.get]})\n",
}


@pytest.mark.parametrize("name", KEPT)
def test_it_is_found_again(tmp_path: Path, name: str) -> None:
    found = analyse(tmp_path, {"app/flow.py": f"from app import state\n\n\n{KEPT[name]}"})
    assert found.verdict.verdict == "violated"
