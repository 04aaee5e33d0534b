"""The formats that exist, by name. A format is a module with `render(outcome, lines, style) -> str`."""

from collections.abc import Callable
from importlib import import_module

from truthline.model.run import Outcome
from truthline.report.style import SourceLines, Style

Renderer = Callable[[Outcome, SourceLines, Style], str]

FORMATS = {
    "text": "truthline.report.text",
    "concise": "truthline.report.concise",
    "json": "truthline.report.json_report",
    "sarif": "truthline.report.sarif",
    "github": "truthline.report.github",
    "gitlab": "truthline.report.gitlab",
    "junit": "truthline.report.junit",
    "html": "truthline.report.html.report",
}
"""Imported when they are asked for: a run in a pipe does not pay for the terminal's libraries."""

DRAWN = frozenset({"html"})
"""The formats that draw the flows, and need their graphs."""


def render(name: str, outcome: Outcome, lines: SourceLines, style: Style) -> str:
    """The report in the format of this name, ending in a newline unless it is empty."""
    renderer: Renderer = import_module(FORMATS[name]).render
    return renderer(outcome, lines, style)
