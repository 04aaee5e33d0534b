"""A flow that must read the table `api_keys`, for the tests of evidence."""

from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

from truthline.config import load
from truthline.program.flows import FlowAnalysis
from truthline.program.load import load_modules
from truthline.program.program import Program

CONTRACT = """\
roots = ["."]

[evidence.key-ready]
tables = ["api_keys"]
columns = [{columns}]
{more}
[flow.activation]
entry = [{entries}]
must-read = ["key-ready"]
"""


def analysed(
    directory: Path, files: Mapping[str, str], columns: str = "", more: str = "", entries: str = "app.flow:decide"
) -> FlowAnalysis:
    """What is known of the flow; `columns` and `entries` are blank-separated."""
    for name, text in {"app/__init__.py": "", **files}.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")
    quoted = [", ".join(f'"{one}"' for one in words.split()) for words in (columns, entries)]
    contract = CONTRACT.format(columns=quoted[0], more=more, entries=quoted[1])
    (directory / "truthline.toml").write_text(contract, encoding="utf-8")
    config = load(directory)
    return Program(config, load_modules(config, 1)).flow("activation")


def answer(found: FlowAnalysis) -> str:
    """`clean`, `undecided`, `TL110` or `TL111` with the line."""
    if found.evidence.unread:
        return "TL110"
    for one in found.evidence.unconstrained:
        return f"TL111:{one.location.span.line}"
    return found.verdict.verdict
