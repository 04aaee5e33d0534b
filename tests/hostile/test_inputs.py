"""One tree with every kind of bad input: each has its stated outcome, and what is sound is analysed all the same."""

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.cli.projects import environment
from tests.hostile.inputs import READ, TEXTS, write_all

CONFIG = """\
roots = ["."]

[state.cache]
modules = ["app.state"]

[flow.decide]
entry = ["app.flow:decide"]
must-not-reach = ["cache"]
"""
SOUND = {
    "truthline.toml": CONFIG,
    "app/__init__.py": "",
    "app/state.py": "cache = {}\n\n\ndef get(key):\n    return cache.get(key)\n",
    "app/flow.py": "from app.state import get\n\n\ndef decide(key):\n    return get(key)\n",
}
SECONDS = 240
"""On a machine that does other things as well; alone it takes a tenth of it."""
MEMORY = 3_000_000_000
PLATFORM = {
    *("fstrings_nested", "elifs_3000", "proc", "generators_500"),
    *("ternaries_5000", "attributes_5000", "subscripts_chained_5000"),
}
"""What interpreters disagree about: both outcomes are sound."""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs links, pipes and sockets")


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    base = tmp_path_factory.mktemp("hostile")
    (base / "app" / "bad").mkdir(parents=True)
    for name, text in SOUND.items():
        (base / name).write_text(text)
    return base, write_all(base / "app" / "bad")


@pytest.fixture(scope="module")
def report(tree: tuple[Path, dict[str, str]]) -> dict[str, list[dict[str, object]]]:
    """What one run says, as JSON."""
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "truthline", "check", "--output-format", "json"],
        cwd=tree[0],
        env=environment(),
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert done.stderr == b""
    assert time.monotonic() - started < SECONDS
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 < MEMORY
    found: dict[str, list[dict[str, object]]] = json.loads(done.stdout)
    return found


def test_every_kind_has_its_outcome(
    tree: tuple[Path, dict[str, str]], report: dict[str, list[dict[str, object]]]
) -> None:
    said = {str(each["file"]): str(each["message"]) for each in report["findings"] if each["code"] == "TL001"}
    wrong = {}
    for name, outcome in tree[1].items():
        path = f"app/bad/{name}"
        reason = said.get(path if path.isprintable() else repr(path)[1:-1], READ)
        if name.removesuffix(".py") not in PLATFORM and (outcome not in reason or bool(outcome) != bool(reason)):
            wrong[name] = (outcome, reason)
    assert not wrong
    assert len(tree[1]) >= 60


def test_the_rest_is_analysed(report: dict[str, list[dict[str, object]]]) -> None:
    assert [each["verdict"] for each in report["flows"]] == ["violated"]
    assert [each["file"] for each in report["findings"] if each["code"] == "TL103"] == ["app/flow.py"]


def test_every_sentence_can_be_printed(report: dict[str, list[dict[str, object]]]) -> None:
    for finding in report["findings"]:
        assert str(finding["file"]).isprintable()
        assert str(finding["message"]).isprintable()


SMALL = [stem for stem, (write, _) in TEXTS.items() if write.__qualname__.startswith("text.")]


def test_most_kinds_are_small() -> None:
    """They go through the other way of reading, in the run's own process, when they come alone."""
    assert len(SMALL) > 60


@pytest.mark.parametrize("stem", ["parens_1400", "nots_50000", "operands_100000", "newer_and_deep"])
def test_alone_it_has_the_same_outcome(stem: str, tmp_path: Path) -> None:
    for name, text in SOUND.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    write, outcome = TEXTS[stem]
    write(tmp_path / "app" / f"{stem}.py")
    done = subprocess.run(
        [sys.executable, "-m", "truthline", "check", "--output-format", "json"],
        cwd=tmp_path,
        env={**environment(), "PYTHONFAULTHANDLER": ""},
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, b"")
    found = json.loads(done.stdout)["findings"]
    assert {each["code"] for each in found} == {"TL001", "TL103"}
    assert outcome in next(each["message"] for each in found if each["code"] == "TL001")


def test_a_file_that_vanishes_while_it_is_read_is_named(tmp_path: Path) -> None:
    """Between the walk and the reading: the reader meets nothing, a pipe, or other text than it found."""
    from truthline.syntax.pool import map_files
    from truthline.syntax.source import SourceFile
    from truthline.syntax.unread import Unread

    os.mkfifo(tmp_path / "pipe.py")
    found = dict(map_files(_length, [SourceFile("gone.py", 5), SourceFile("pipe.py", 5)], base=tmp_path, jobs=1))
    reasons = {file.path: result.reason for file, result in found.items() if isinstance(result, Unread)}
    assert reasons == {
        "gone.py": "cannot be opened: No such file or directory",
        "pipe.py": "is not a regular file",
    }


def _length(source: bytes, label: bytes) -> bytes:
    return str(len(source)).encode()
