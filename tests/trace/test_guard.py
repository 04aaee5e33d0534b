"""The pytest plugin: a flow that touches its forbidden state fails the test, however it got there."""

import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.projects import environment, project

CONFIG = """
[state.{name}]
modules = ["{name}.state"]
harmless = ["{name}.state:label"]

[flow.{name}]
entry = ["{name}.flow:decide", "{name}.flow:adecide"]
must-not-reach = ["{name}"]
"""
STATE = """
_items = {}


def get(tenant):
    return _items.get(tenant)


def put(tenant):
    _items[tenant] = True


def label():
    return "live"
"""
FLOW = """
import asyncio
import os
import threading
from concurrent.futures import ThreadPoolExecutor

from {name} import state


def decide(tenant):
    {sync}


async def ask(tenant):
    await asyncio.sleep(0)
    return state.get(tenant)


async def adecide(tenant):
    {awaited}
"""
TESTS = """
import asyncio
import contextlib

import pytest

from {name} import flow, state


async def others():
    for _ in range(3):
        await asyncio.sleep(0)
        state.get("t")


async def both():
    await asyncio.gather(flow.adecide("t"), others())


def run():
    with contextlib.suppress(ValueError):
        flow.decide("t")
    asyncio.run(both())
    state.get("t")


@pytest.mark.authority("{name}")
def test_marker():
    run()


def test_fixture(authority):
    with authority("{name}"):
        run()
    state.get("t")


def test_unwatched():
    run()
"""

WAYS = [
    ("a call", "return state.get(tenant)", "", True),
    ("a generator", "return list(state.get(one) for one in [tenant])", "", True),
    ("a name from the environment", "return getattr(state, os.environ['ASK'])(tenant)", "", True),
    ("a thread", "t = threading.Thread(target=state.get, args=(tenant,)); t.start(); t.join()", "", True),
    ("a pool", "return ThreadPoolExecutor(1).submit(state.get, tenant).result()", "", True),
    ("an error on the way", "raise ValueError(state.get(tenant))", "", True),
    ("a coroutine", "", "state.get(tenant)", True),
    ("a task", "", "await asyncio.gather(ask(tenant), ask(tenant))", True),
    ("a thread of the loop", "", "await asyncio.to_thread(state.get, tenant)", True),
    ("what is harmless", "return state.label()", "", False),
    ("a write that the proof allows", "state.put(tenant)", "", False),
    ("a task of somebody else", "", "await asyncio.sleep(0.01)", False),
]
"""What the flow does, when called and when awaited, and whether that touches its state."""


def run_pytest(directory: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "pytest", "-q", "-p", "truthline.pytest_plugin", "-p", "no:cacheprovider"]
    surroundings = {**environment(), "ASK": "get"}
    return subprocess.run(
        [*command, *options], cwd=directory, env=surroundings, capture_output=True, text=True, check=False
    )


def write_ways(directory: Path, conftest: str) -> None:
    """A package, a flow and three tests for each way."""
    files = {"conftest.py": conftest}
    config = 'roots = ["."]\n'
    for number, (_, sync, awaited, _) in enumerate(WAYS):
        name = f"way{number}"
        config += CONFIG.format(name=name)
        flow = FLOW.format(name=name, sync=sync or "pass", awaited=awaited or "pass")
        files |= {f"{name}/__init__.py": "", f"{name}/state.py": STATE, f"{name}/flow.py": flow}
        files[f"test_{name}.py"] = TESTS.format(name=name)
    project(directory, {**files, "truthline.toml": config})


@pytest.mark.parametrize("watcher", ["monitoring", "profile"])
def test_every_way_into_the_state_is_seen(watcher: str, tmp_path: Path) -> None:
    if watcher == "monitoring" and not hasattr(sys, "monitoring"):
        pytest.skip("sys.monitoring came with Python 3.12")
    hidden = "import sys\n\nif hasattr(sys, 'monitoring'):\n    del sys.monitoring\n"
    write_ways(tmp_path, hidden if watcher == "profile" else "")
    output = run_pytest(tmp_path, "--strict-markers").stdout
    failed = {line.split(" ")[1] for line in output.splitlines() if line.startswith("FAILED")}
    touching = [f"test_way{number}.py" for number, (*_, touches) in enumerate(WAYS) if touches]
    assert failed == {f"{file}::{test}" for file in touching for test in ("test_marker", "test_fixture")}, output[
        -3000:
    ]
    assert f"{3 * len(WAYS) - len(failed)} passed" in output


def test_a_failure_shows_the_stack_from_the_entry(tmp_path: Path) -> None:
    write_ways(tmp_path, "")
    output = run_pytest(tmp_path, "test_way0.py::test_marker", "--tb=short").stdout
    stack = output[output.index("flow `way0` touched `way0`, which it must not reach:") :]
    assert stack.index("in decide") < stack.index("return state.get(tenant)") < stack.index("in get")


def test_a_flow_that_nobody_declared_is_said_at_once(tmp_path: Path) -> None:
    write_ways(tmp_path, "")
    (tmp_path / "test_other.py").write_text("def test_it(authority):\n    with authority('way00'):\n        pass\n")
    output = run_pytest(tmp_path, "test_other.py").stdout
    assert "declares no flow `way00`; did you mean `way0`?" in output


NOTHING_LOADED = """
import sys


def test_it():
    assert [name for name in sys.modules if name.startswith("truthline.")] == ["truthline.pytest_plugin"]
"""


def test_the_plugin_imports_nothing_of_truthline_before_it_is_asked(tmp_path: Path) -> None:
    (tmp_path / "test_imports.py").write_text(NOTHING_LOADED)
    finished = run_pytest(tmp_path, "test_imports.py")
    assert finished.returncode == 0, finished.stdout
