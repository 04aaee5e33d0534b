"""Paths of what is not analysed."""

from pathlib import Path

import pytest
from tests.program.programs import analyse

from truthline.program.engine.outside import attribute_path, element_path, result_path


@pytest.mark.parametrize(
    ("steps", "path"),
    [
        (".dumps ()", "json.dumps()"),
        (".dumps () .encode", "json.dumps().encode"),
        (".dumps () .encode ()", "json.dumps().…"),
        (".dumps () .encode () .split", "json.dumps().….split"),
        (".dumps () .encode () .split () [] .strip", "json.dumps().….strip"),
        (".dumps () [] .strip", "json.dumps()[].strip"),
        (".a .b .c .d .e .f .g .h .i .j", "json.a.b.c.d.e.f.g.h.….j"),
    ],
)  # fmt: skip
def test_of_a_result_the_last_step_is_told(steps: str, path: str) -> None:
    found = "json"
    for step in steps.split():
        if step.startswith("."):
            found = attribute_path(found, step[1:])
        else:
            found = result_path(found) if step == "()" else element_path(found)
    assert found == path


@pytest.mark.parametrize("path", ["builtins.NoneType.encode", "builtins.tuple.encode", "builtins.str.decode"])
def test_what_raises_leads_nowhere(path: str) -> None:
    assert {attribute_path(path, "x"), result_path(path), element_path(path)} == {path}


def test_texts_that_go_round_in_a_circle_end(tmp_path: Path) -> None:
    text = (
        "import base64, json, zlib\n\n\n"
        "def fold(value, left):\n"
        "    if left == 0:\n"
        "        return value\n"
        "    first, second = value.split('.', 1)\n"
        "    packed = json.dumps(first).encode() if second else zlib.compress(base64.b64decode(second)).strip()\n"
        "    return fold(packed.decode(), left - 1) or fold(packed.rsplit('.')[0], left)\n\n\n"
        "def decide(text: str, left: int):\n"
        "    return fold(text, left)\n"
    )
    found = analyse(tmp_path, {"app/flow.py": text})
    assert found.verdict.verdict == "clean"
    assert not found.verdict.unresolved
