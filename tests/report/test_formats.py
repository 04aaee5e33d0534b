"""What every format promises."""

import json
import re

import msgspec
import pytest
from rich.cells import cell_len
from tests.report.outcomes import (
    FULL,
    HANDLER,
    HOSTILE,
    HOSTILE_TEXT,
    INJECTIONS,
    NOTHING,
    STATE_READ,
    VIOLATED,
    hostile,
    hostile_lines,
    lines,
)
from tests.report.snapshots import assert_snapshot

from truthline.model.run import Outcome
from truthline.model.verdict import Verdict
from truthline.report.formats import FORMATS, render
from truthline.report.style import Style

ALL = sorted(FORMATS)


@pytest.mark.parametrize(
    ("snapshot", "format_", "outcome", "style"),
    [
        ("full.txt", "text", FULL, Style(statistics=True)),
        ("quiet.txt", "text", FULL, Style(quiet=True)),
        ("nothing.txt", "text", NOTHING, Style()),
        ("hostile.txt", "text", HOSTILE, Style()),
        ("full.concise.txt", "concise", FULL, Style(statistics=True)),
        ("nothing.concise.txt", "concise", NOTHING, Style()),
        ("full.json", "json", FULL, Style(statistics=True)),
        ("hostile.json", "json", HOSTILE, Style()),
        ("full.sarif", "sarif", FULL, Style()),
        ("full.github.txt", "github", FULL, Style(statistics=True)),
        ("full.gitlab.json", "gitlab", FULL, Style()),
        ("full.junit.xml", "junit", FULL, Style()),
    ],
)
def test_output_is_the_snapshot(snapshot: str, format_: str, outcome: Outcome, style: Style) -> None:
    assert_snapshot(snapshot, render(format_, outcome, hostile_lines if outcome is HOSTILE else lines, style))


@pytest.mark.parametrize("format_", ALL)
@pytest.mark.parametrize("outcome", [FULL, NOTHING, HOSTILE])
def test_the_same_outcome_gives_the_same_bytes(format_: str, outcome: Outcome, monkeypatch: pytest.MonkeyPatch) -> None:
    first = render(format_, outcome, lines, Style())
    for name, value in {"COLUMNS": "33", "FORCE_COLOR": "1", "TERM": "xterm-256color", "LINES": "5"}.items():
        monkeypatch.setenv(name, value)
    assert render(format_, outcome, lines, Style()) == first


@pytest.mark.parametrize("format_", ALL)
def test_nothing_that_drives_a_terminal_gets_through(format_: str) -> None:
    report = render(format_, HOSTILE, hostile_lines, Style())
    assert all(character.isprintable() or character == "\n" for character in report)
    assert report.isascii()


def test_a_newline_in_a_path_does_not_make_a_line_of_its_own() -> None:
    assert len(render("concise", HOSTILE, hostile_lines, Style()).splitlines()) == 2


@pytest.mark.parametrize("format_", ALL)
@pytest.mark.parametrize("text", INJECTIONS)
@pytest.mark.parametrize("color", [False, True])
def test_no_line_of_a_log_is_a_command_for_the_build_server(format_: str, text: str, color: bool) -> None:
    outcome = hostile(text)
    report = render(format_, outcome, lambda _file: [text], Style(color=color, statistics=True, verbose=True))
    commands = [line for line in report.splitlines() if line.lstrip().startswith("::")]
    assert len(commands) == (len(outcome.findings) if format_ == "github" else 0)
    assert all(command.startswith("::error file=") for command in commands)
    if format_ in ("text", "concise"):
        assert re.search(r"##\w*\[", report) is None


@pytest.mark.parametrize(("verdict", "way"), [("violated", "1 way"), ("undecided", "1 possible way")])
def test_the_summary_counts_the_ways(verdict: Verdict, way: str) -> None:
    flow = msgspec.structs.replace(VIOLATED, verdict=verdict)
    report = render("text", msgspec.structs.replace(FULL, flows=(flow,)), lines, Style())
    assert f"\nonboarding-activation: {way} into connector-cache, in 3 steps.\n" in report


def test_the_summary_names_the_shortest_of_several_ways() -> None:
    short = msgspec.structs.replace(STATE_READ, witness=STATE_READ.witness[1:])
    report = render("text", msgspec.structs.replace(FULL, findings=(STATE_READ, short)), lines, Style())
    assert "onboarding-activation: 2 ways into connector-cache, the shortest in 2 steps." in report


def test_json_gives_hostile_text_back_unharmed() -> None:
    report = json.loads(render("json", HOSTILE, hostile_lines, Style()))
    assert report["findings"][0]["message"] == HOSTILE_TEXT


def test_markup_in_a_message_is_text() -> None:
    assert "[bold]h[/bold] :smile:" in render("text", HOSTILE, hostile_lines, Style(color=True))


@pytest.mark.parametrize("width", [60, 80, 120])
def test_lines_hold_the_width_except_for_paths_that_must_not_break(width: int) -> None:
    report = render("text", FULL, lines, Style(width=width, verbose=True))
    too_long = [line for line in report.splitlines() if cell_len(line) > width and HANDLER not in line]
    assert not too_long


def test_a_long_message_is_wrapped_between_words() -> None:
    finding = msgspec.structs.replace(STATE_READ, message="every word stays whole " * 12, witness=())
    report = render("text", msgspec.structs.replace(FULL, findings=(finding,)), lines, Style())
    message = report.split("state-read]")[1].split("2 |")[0]
    assert set(message.split()) == {"every", "word", "stays", "whole"}


def test_colour_is_off_unless_asked_for() -> None:
    assert "\x1b[" not in render("text", FULL, lines, Style())
    assert "\x1b[" in render("text", FULL, lines, Style(color=True))


def test_colour_changes_nothing_but_the_colour() -> None:
    colored = render("text", FULL, lines, Style(color=True))
    assert re.sub(r"\x1b\[[\d;]*m", "", colored) == render("text", FULL, lines, Style())


def test_no_line_ends_in_blanks() -> None:
    assert not [line for line in render("text", FULL, lines, Style()).splitlines() if line != line.rstrip()]


def test_verbose_cuts_no_list_short() -> None:
    assert "... and 3 more calls" in render("text", FULL, lines, Style())
    report = render("text", FULL, lines, Style(verbose=True))
    assert "more calls" not in report
    assert "registry.get(8)" in report


@pytest.mark.parametrize("format_", ["text", "concise"])
def test_quiet_without_findings_is_silent(format_: str) -> None:
    assert render(format_, NOTHING, lines, Style(quiet=True)) == ""


def test_a_file_that_cannot_be_shown_has_no_frame() -> None:
    assert " | " not in render("text", FULL, lambda _file: [], Style())
