"""A rule explained: its docstring, and its examples as code."""

import inspect
import re
from collections.abc import Iterable, Sequence

from truthline.checking.names import RuleName
from truthline.checking.protocol import Example, Rule
from truthline.report.page import Page
from truthline.report.style import Style

SECTION_INDENT = 4
_OPTION = re.compile(r"[a-z][\w-]*: ")


def render(rule: type[Rule], names: Sequence[RuleName], style: Style) -> str:
    """All that there is to say about a rule; `names` are those under which the config at hand knows it."""
    page = Page(style)
    page.wrap((rule.meta.code, "bold"), " ", (rule.meta.name, "bold"))
    for trait in _traits(rule, names):
        page.wrap(trait, indent=2, hang=2)
    page.blank()
    for paragraph in _paragraphs(inspect.getdoc(rule) or ""):
        _print_paragraph(page, paragraph)
    for label, color, examples in (("Bad", "bold red", rule.meta.invalid), ("Good", "bold green", rule.meta.valid)):
        for example in examples:
            page.blank()
            page.wrap((label, color), ": ", example.title, hang=2)
            _print_example(page, example)
    return page.text()


def _traits(rule: type[Rule], names: Sequence[RuleName]) -> list[str]:
    traits = [f"severity: {rule.meta.severity}"]
    if rule.meta.fixable:
        traits.append("fixable")
    if rule.meta.kind:
        traits.append("a kind: it runs once for each `[[rule]]` that names it")
    ids = [name.id for name in names if name.id != rule.meta.name]
    if ids:
        traits.append(f"in this config: {', '.join(ids)}")
    return traits


def _paragraphs(doc: str) -> Iterable[str]:
    """The docstring's lines joined to paragraphs, each with the indentation of its first line.

    After a line that ends in a colon, a new one begins, and with one that names an option or is indented less; empty
    lines end one.
    """
    paragraph: list[str] = []
    for line in [*doc.splitlines(), ""]:
        starts_anew = bool(paragraph) and (
            _indent(line) < _indent(paragraph[0]) or paragraph[-1].endswith(":") or _names_option(line)
        )
        if paragraph and (not line.strip() or starts_anew):
            yield _joined(paragraph)
            paragraph = []
        if line.strip():
            paragraph.append(line)


def _names_option(line: str) -> bool:
    return _indent(line) == SECTION_INDENT and _OPTION.match(line.strip()) is not None


def _joined(lines: Sequence[str]) -> str:
    return " " * _indent(lines[0]) + " ".join(line.strip() for line in lines)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _print_paragraph(page: Page, paragraph: str) -> None:
    heading = paragraph.endswith(":") and not _indent(paragraph)
    if heading:
        page.blank()
    hang = SECTION_INDENT if _names_option(paragraph) else 0
    page.wrap((paragraph.strip(), "bold" if heading else ""), indent=_indent(paragraph), hang=hang)


def _print_example(page: Page, example: Example) -> None:
    files = dict(example.files)
    if example.config:
        files["truthline.toml"] = example.config
    for file, text in files.items():
        page.blank()
        page.whole((f"# {file}", "dim"), indent=SECTION_INDENT)
        for line in text.splitlines():
            page.whole(line.replace("\t", "    "), indent=SECTION_INDENT)
