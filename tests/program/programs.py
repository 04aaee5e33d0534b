"""Small programs with one cache and one flow, for the tests of the engine."""

from collections.abc import Mapping
from pathlib import Path

from truthline.config import load
from truthline.program.bodies import BodyStore
from truthline.program.engine.engine import Engine
from truthline.program.flows import FlowAnalysis
from truthline.program.load import load_modules
from truthline.program.program import Program

CONTRACT = """\
roots = ["."]

[state.cache]
modules = ["app.state"]
{more}
[flow.decide]
entry = ["app.flow:decide"]
must-not-reach = ["cache"]
"""
STATE = """\
_cache = {}


def get(key):
    return _cache.get(key)


def put(key, value):
    _cache[key] = value
"""


def program(directory: Path, files: Mapping[str, str], more: str = "") -> Program:
    """The files, with `app.state` unless they bring one, under a contract that `app.flow:decide` must not reach it."""
    for name, text in {"app/__init__.py": "", "app/state.py": STATE, **files}.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (directory / "truthline.toml").write_text(CONTRACT.format(more=more), encoding="utf-8")
    config = load(directory)
    return Program(config, load_modules(config, 1))


def analyse(directory: Path, files: Mapping[str, str], more: str = "") -> FlowAnalysis:
    """What is known of the flow."""
    return program(directory, files, more).flow("decide")


def with_budget(found: Program, budget: int) -> Program:
    """The same program, analysed with less work."""
    bodies: BodyStore = found.bodies
    found.__dict__["engine"] = Engine(found.modules, bodies, budget)
    return found
