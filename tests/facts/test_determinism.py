"""Facts are a pure function of a file's bytes: the order of sets in one process or another plays no part."""

import os
import subprocess
import sys
from pathlib import Path

_FACTS = """
import hashlib, inspect, subprocess, tarfile
from truthline.facts.extract import extract
from truthline.facts.lower import encode, lower
from truthline.syntax.parse import parse

for module in (subprocess, tarfile):
    source = inspect.getsource(module).encode()
    print(hashlib.sha256(extract(source) + encode(lower(parse(source)))).hexdigest())
"""


def test_facts_are_the_same_in_every_process() -> None:
    path = os.pathsep.join(str(Path(each).resolve()) for each in sys.path if each)
    found = {
        subprocess.run(
            [sys.executable, "-c", _FACTS],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": path},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(found) == 1
