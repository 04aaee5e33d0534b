"""A wheel has the same bytes whenever and wherever it is built."""

import hashlib
import os
import shutil
import sys
from pathlib import Path

import pytest
from tests.cli.projects import ROOT

SOURCES = ("pyproject.toml", "README.md", "LICENSE", "src", "rules")


def test_the_same_sources_make_the_same_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Copied to another place, later, and with other times: nothing of that gets into the archive."""
    pytest.importorskip("hatchling")
    if sys.platform == "win32":
        pytest.skip("file modes differ")
    from hatchling.builders.wheel import WheelBuilder

    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    digests: list[str] = []
    for name in ("first", "second"):
        place = tmp_path / name / "truthline"
        place.mkdir(parents=True)
        for source in SOURCES:
            _copy(ROOT / source, place / source)
        for path in place.rglob("*.py"):
            os.utime(path, (len(digests) * 10**6, len(digests) * 10**6 + 1))
        [wheel] = WheelBuilder(str(place)).build(directory=str(tmp_path / f"{name}-dist"), versions=["standard"])
        digests.append(hashlib.sha256(Path(wheel).read_bytes()).hexdigest())
    assert digests[0] == digests[1]


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, target)
