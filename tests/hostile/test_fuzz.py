"""Random text and random programs: what must hold of every program holds of those that nobody thought of.

Bounded and the same in every run; TRUTHLINE_FUZZ multiplies the number of examples, for a long run by hand.
"""

import ast
import os
import random
from pathlib import Path

import msgspec
import pytest
from fixtures.mechanism import SIDES, Mechanism, Side, load_mechanisms
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.hostile.changes import CHANGES
from tests.hostile.texts import MODULES
from tests.syntax.test_lowering import NEWER, SPOKEN, dump, places, quietly

from truthline.config import load
from truthline.facts.code import Bodies
from truthline.facts.lower import lower
from truthline.facts.outline import Outline
from truthline.facts.reading import FileFacts, Reading
from truthline.program.load import load_modules
from truthline.program.program import Program
from truthline.syntax.lowering.lower import lower_text
from truthline.syntax.parse import parse_text
from truthline.syntax.unread import Unparsable
from truthline.syntax.worker import answered

TIMES = int(os.environ.get("TRUTHLINE_FUZZ", "1"))
bounded = settings(
    max_examples=60 * TIMES,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
WORDS = msgspec.msgpack.encode(("a", "b", "c", "f", "state", "x"))
TEXTS = [SPOKEN, *(text for _, text in NEWER.values())]


def reads_alike(text: str) -> None:
    """What LibCST reads and is lowered equals what `ast` reads."""
    try:
        tree = quietly(ast.parse, text)
    except SyntaxError:
        return
    try:
        lowered = quietly(lower_text, text).tree
    except Unparsable as error:
        assert "parser error" in error.reason, text  # noqa: PT017  # LibCST's grammar lacks a corner
        return
    assert dump(lowered) == dump(tree), text
    assert places(lowered) == places(tree), text


def comes_back(text: str) -> None:
    """Facts are the same after they were stored."""
    reply = answered(Reading(WORDS), text.encode())
    assert reply.payload is not None, reply.reason
    facts = msgspec.msgpack.decode(reply.payload, type=FileFacts)
    if facts.outline is None:
        return
    outline = msgspec.msgpack.decode(facts.outline, type=Outline)
    assert msgspec.msgpack.encode(outline) == facts.outline
    bodies = lower(quietly(parse_text, text))
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(bodies), type=Bodies) == bodies


@bounded
@given(MODULES)
def test_the_second_parser_reads_what_the_first_reads(text: str) -> None:
    reads_alike(text)


@bounded
@given(MODULES)
def test_facts_come_back_as_they_were_stored(text: str) -> None:
    comes_back(text)


@bounded
@given(st.sampled_from(TEXTS), st.data())
def test_no_text_makes_the_reading_fail(text: str, data: st.DataObject) -> None:
    """Pieces of it are cut out, doubled, swapped, or made of other bytes."""
    source = text.encode()
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(source)))
        end = data.draw(st.integers(start, min(len(source), start + 40)))
        piece = source[start:end]
        source = data.draw(
            st.sampled_from([source[:start] + source[end:], source[:end] + piece + source[end:], piece + source])
        )
        source = source[:start] + data.draw(st.binary(max_size=3)) + source[start:]
    reply = answered(Reading(WORDS), source)
    assert reply.payload is not None, (reply.reason, source)


@bounded
@given(st.text(max_size=200))
def test_any_text_at_all_has_an_answer(text: str) -> None:
    assert answered(Reading(WORDS), text.encode("utf-8", "surrogatepass")).payload is not None


MECHANISMS = load_mechanisms()
SAMPLE = random.Random(10).sample(MECHANISMS, min(len(MECHANISMS), 8 * TIMES))
CALLED = [one for one in MECHANISMS if "drive.py" not in one.violating]
"""What hides a call from whoever calls `decide`; in the others a framework does, and something stands around it."""
CONTRACT = """
[state.cache]
modules = ["app.state"]

[flow.decide]
entry = ["{entry}"]
must-not-reach = ["cache"]
"""


def verdict(directory: Path, entry: str = "app.flow:decide") -> str:
    (directory / "truthline.toml").write_text(CONTRACT.format(entry=entry), "utf-8")
    config = load(directory)
    return Program(config, load_modules(config, 1)).flow("decide").verdict.verdict


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("mechanism", SAMPLE, ids=lambda each: f"{each.group}-{each.name}")
def test_a_change_without_meaning_changes_no_verdict(
    mechanism: Mechanism, side: Side, change: str, tmp_path: Path
) -> None:
    base = mechanism.write(side, tmp_path / "case")
    before = verdict(base)
    for path in base.rglob("*.py"):
        path.write_text(CHANGES[change](path.read_text("utf-8")), "utf-8")
    assert verdict(base) == before


def caller(chance: random.Random, call: str) -> str:
    """A program of random functions, one of which makes the call on a way that `decide` can take."""
    number = chance.randint(1, 5)
    there = chance.randrange(number)
    parts = ["import json\nfrom app import flow\n\n"]
    for one in range(number):
        after = f"step{one + 1}(tenant)" if one + 1 < number else "tenant"
        middle = f"    found = {call}\n" if one == there else "    found = json.dumps(tenant)\n"
        extra = chance.choice(
            ["", "    if not tenant:\n        raise ValueError(tenant)\n", "    for _ in tenant:\n        pass\n"]
        )
        parts.append(f"\n\ndef step{one}(tenant):\n{extra}{middle}    return found or {after}\n")
    return "".join(parts) + "\n\ndef decide(tenant):\n    return step0(tenant)\n"


@pytest.mark.parametrize(
    "mechanism",
    random.Random(10).sample(CALLED, min(len(CALLED), 8 * TIMES)),
    ids=lambda each: f"{each.group}-{each.name}",
)
def test_what_hides_a_call_is_not_clean_in_any_program(mechanism: Mechanism, tmp_path: Path) -> None:
    base = mechanism.write("violating", tmp_path / "case")
    seed = f"{mechanism.group} {mechanism.name}"
    calls = {"flow.decide(tenant)": False, "str(tenant)": True}
    for call, is_clean in calls.items():
        (base / "app/start.py").write_text(caller(random.Random(seed), call), "utf-8")
        assert (verdict(base, "app.start:decide") == "clean") == is_clean, call
