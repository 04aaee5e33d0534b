"""Workflow commands as the runner reads them."""

import re
from urllib.parse import unquote

import msgspec
import pytest
from tests.report.outcomes import DYNAMIC, FULL, HOSTILE_TEXT, INJECTIONS, STATE_READ, hostile, lines

from truthline.model.run import Outcome
from truthline.report.escape import printable
from truthline.report.github import render
from truthline.report.style import Style


def commands(outcome: Outcome) -> list[tuple[str, dict[str, str], str]]:
    """Command, properties and message, read as the runner does."""
    found = []
    for line in render(outcome, lines, Style()).splitlines():
        match = re.match(r"::(\w+) (.*?)::(.*)", line)
        if match:
            properties = dict(part.split("=", 1) for part in match[2].split(","))
            found.append((match[1], {name: unquote(value) for name, value in properties.items()}, unquote(match[3])))
    return found


def test_each_finding_is_an_annotation_of_its_lines() -> None:
    command, properties, message = commands(FULL)[0]
    assert command == "error"
    assert properties == {
        "file": "backend/app/connectors_facade.py",
        "line": "3",
        "endLine": "3",
        "col": "16",
        "endColumn": "27",
        "title": "TL103[state-read]",
    }
    assert "\n3. backend/app/connectors_facade.py:3 read in ConnectorsFacade.list_connectors\nhelp: " in message


def test_what_matters_most_comes_first() -> None:
    assert [command for command, _, _ in commands(FULL)] == ["error", "error", "warning"]


@pytest.mark.parametrize("text", [*INJECTIONS, HOSTILE_TEXT])
def test_whatever_a_path_holds_it_is_one_property(text: str) -> None:
    [(command, properties, message)] = commands(hostile(text))
    assert command == "error"
    assert list(properties) == ["file", "line", "endLine", "col", "endColumn", "title"]
    assert properties["file"] == printable(text)
    assert message.startswith(f"{printable(text)}:1:1: {printable(text)}\n1. ")


def test_columns_are_left_out_of_a_span_over_several_lines() -> None:
    place = msgspec.structs.replace(
        STATE_READ.location, span=msgspec.structs.replace(STATE_READ.location.span, end_line=5)
    )
    long = msgspec.structs.replace(STATE_READ, location=place)
    [(_, properties, _)] = commands(msgspec.structs.replace(FULL, findings=(long,)))
    assert "col" not in properties


def test_more_than_github_shows_is_said() -> None:
    many = msgspec.structs.replace(FULL, findings=(DYNAMIC,) * 11)
    assert "GitHub shows no more than 10 errors and 10 warnings" in render(many, lines, Style())
    assert "GitHub shows" not in render(FULL, lines, Style())


def test_a_message_stays_within_what_is_shown() -> None:
    huge = msgspec.structs.replace(STATE_READ, message="m" * 100_000, help="h" * 100_000)
    [(_, _, message)] = commands(msgspec.structs.replace(FULL, findings=(huge,)))
    assert len(message) <= 4_000
    assert message.endswith("m...")
