"""Flows in syntax that the interpreter may lack: the way into the state is found all the same."""

from pathlib import Path

import pytest
from tests.program.programs import analyse

READS = {
    "a template string": "def decide(x):\n    return t'{state.get(x)}'\n",
    "a format spec of a template string": "def decide(x):\n    return t'{x:{state.get(x)}}'\n",
    "except without parentheses": (
        "def decide(x):\n    try:\n        return x.y\n    except KeyError, ValueError:\n        return state.get(x)\n"
    ),
    "an f-string in an f-string": "def decide(x):\n    return f'{f'{state.get('x')}'}'\n",
    "a type parameter": "def decide[T](x: T) -> T:\n    return state.get(x)\n",
    "a class with type parameters": (
        "class Box[T]:\n    def get(self, x: T) -> T:\n        return state.get(x)\n\n"
        "def decide(x):\n    return Box().get(x)\n"
    ),
    "a type alias": "type Key[T] = dict[str, T]\n\ndef decide(x: Key):\n    return state.get(x)\n",
    "except*": "def decide(x):\n    try:\n        x.y\n    except* KeyError:\n        return state.get(x)\n",
    "unpacking in a list": "def decide(x):\n    return [*one() for one in [lambda: state.get(x)]]\n",
    "unpacking in a dict": "def decide(x):\n    return {**one() for one in [lambda: state.get(x)]}\n",
    "what an unpacked list holds": "def decide(x):\n    return [*each for each in [[state.get]]][0](x)\n",
}


@pytest.mark.parametrize("name", READS)
def test_the_state_is_reached(tmp_path: Path, name: str) -> None:
    analysis = analyse(tmp_path, {"app/flow.py": "from app import state\n\n" + READS[name]})
    assert analysis.verdict.verdict == "violated", analysis


def test_a_lazy_import_is_an_import(tmp_path: Path) -> None:
    text = "lazy from app.state import get\n\ndef decide(x):\n    return get(x)\n"
    assert analyse(tmp_path, {"app/flow.py": text}).verdict.verdict == "violated"


def test_newer_syntax_alone_is_no_way(tmp_path: Path) -> None:
    text = "type X[T] = list[T]\n\ndef decide[T](x: T) -> T:\n    return [*each for each in [[x]]]\n"
    assert analyse(tmp_path, {"app/flow.py": text}).verdict.verdict == "clean"
