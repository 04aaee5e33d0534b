"""A tree whose names, code and config try to speak in the reports' own languages, through every format."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from junitparser import JUnitXml
from tests.cli.projects import project, truthline

from truthline.report.formats import FORMATS

NAMES = (
    "::error file=forged.py,line=1::forged.py",
    "##[error]forged.py",
    "a,line=9,title=b%0A::warning::c.py",
    "]]><testcase name='forged'>.py",
    "<script>alert(1)</script>/x.py",
    "'\"><img src=x onerror=alert(1)>.py",
    "[click](javascript:alert(1)).py",
)
CODE = 'import app.gone; x = """]]></script><script>alert(1)</script> ::error::forged ##[error]forged"""\n'
CONFIG = """\
roots = ["."]

[[rule]]
id = "FORGED"
kind = "forbid-import"
scope = ["**"]
forbid = ["app.gone"]
message = "::warning::</script><script>alert(1)</script>]]>"
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    files = {f"app/{name}": CODE for name in NAMES}
    return project(tmp_path, {"truthline.toml": CONFIG, "app/__init__.py": "", **files})


class Elements(HTMLParser):
    """The elements of a page, and how many of its scripts are its own."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        assert not [name for name, _ in attrs if name.startswith("on")]


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("color", ["never", "always"])
def test_no_name_forges_a_line_or_an_element(format_: str, color: str, tree: Path) -> None:
    result = truthline(tree, "check", "--output-format", format_, "--color", color, "--statistics")
    assert (result.status, result.err) == (1, "")
    found = len(NAMES) * 2
    commands = [line for line in result.out.splitlines() if line.lstrip().startswith("::")]
    assert len(commands) == (found if format_ == "github" else 0)
    if format_ in ("text", "concise"):
        assert not re.search(r"##\w*\[", result.out)
    if format_ == "json":
        assert len(json.loads(result.out)["findings"]) == found
    if format_ == "gitlab":
        assert len({issue["fingerprint"] for issue in json.loads(result.out)}) == found
    if format_ == "sarif":
        assert len(json.loads(result.out)["runs"][0]["results"]) == found
    if format_ == "junit":
        report = JUnitXml.fromstring(result.out.encode())
        assert report.failures == found
    if format_ == "html":
        names = Elements(result.out).names
        assert (names.count("script"), names.count("img"), names.count("testcase")) == (1, 0, 0)
        assert names.count("article") == found
