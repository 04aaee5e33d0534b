"""A terminal gets colours, its own width and a progress bar; a pipe gets none of them."""

import io
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout

import pytest

from truthline.cli import progress, terminal
from truthline.cli.progress import progress_bar


class Terminal(io.StringIO):
    """A stream that says that a person is watching."""

    encoding = "ascii"

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)


@contextmanager
def watched() -> Iterator[Terminal]:
    stream = Terminal()
    with redirect_stdout(stream), redirect_stderr(stream):
        yield stream


def work(label: str = "reading", *, quiet: bool = False) -> None:
    with progress_bar(label, quiet=quiet) as advance:
        for done in range(1, 4):
            advance(done, 3)


def test_long_work_shows_a_bar_and_takes_it_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PATIENCE", 0)
    with watched() as screen:
        work("reading [bold]")
    assert "reading [bold]" in screen.getvalue()
    assert screen.getvalue().endswith("\x1b[2K")


@pytest.mark.parametrize(("patience", "quiet"), [(60, False), (0, True)])
def test_short_or_quiet_work_shows_nothing(patience: float, quiet: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PATIENCE", patience)
    with watched() as screen:
        work(quiet=quiet)
    assert screen.getvalue() == ""


def test_a_pipe_sees_no_bar(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PATIENCE", 0)
    work()
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(("columns", "width"), [("40", 60), ("100", 100), ("300", 120)])
def test_a_terminal_is_used_as_wide_as_can_be_read(columns: str, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    with watched():
        assert terminal.style("auto").width == width
    assert terminal.style("auto").width == 80


def test_colour_on_a_terminal_can_be_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with watched():
        assert terminal.style("auto").color
        assert not terminal.style("never").color
        monkeypatch.setenv("NO_COLOR", "1")
        assert not terminal.style("auto").color
        assert terminal.style("always").color


def test_what_the_encoding_lacks_is_escaped() -> None:
    with watched() as screen:
        terminal.write("café\n")
    assert screen.getvalue() == "caf\\xe9\n"
