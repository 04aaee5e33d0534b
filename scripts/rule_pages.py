"""Write docs/rules: a page for each bundled rule, from its docstring and examples, and an index of them.

python scripts/rule_pages.py
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from truthline.api import Example, Rule
from truthline.checking.prose import options, section, summary
from truthline_rules import RULES

DIRECTORY = Path(__file__).resolve().parents[1] / "docs" / "rules"
_SECTIONS = ("What it does", "Why it is bad", "How to fix", "How to allow")
_HEAD = """\
# Rules

`truthline explain CODE` prints the same as these pages, which are made from the rules themselves by
`scripts/rule_pages.py`. A *kind* runs once for each `[[rule]]` of the config that names it.
"""


def pages() -> dict[str, str]:
    """The text of each page by its name."""
    return {"index.md": _index(), **{f"{rule.meta.code}.md": "\n\n".join(_page(rule)) + "\n" for rule in RULES}}


def _index() -> str:
    rows = [
        f"| [{code}]({code}.md) | `{rule.meta.name}` | {', '.join(_traits(rule))} | {summary(rule)} |"
        for code, rule in ((rule.meta.code, rule) for rule in RULES)
    ]
    return "\n".join([_HEAD, "| code | name | | finds |", "| --- | --- | --- | --- |", *rows, ""])


def _traits(rule: type[Rule]) -> Iterator[str]:
    yield rule.meta.severity
    if rule.meta.kind:
        yield "kind"
    if rule.meta.fixable:
        yield "fixable"


def _page(rule: type[Rule]) -> Iterator[str]:
    yield f"# {rule.meta.code} {rule.meta.name}"
    yield f"{summary(rule)} ({', '.join(_traits(rule))})"
    for heading in _SECTIONS:
        yield f"## {heading}"
        yield _paragraphs(section(rule, heading))
    if rule.meta.kind:
        yield "## Keys"
        yield _keys(rule)
    for label, examples in (("Bad", rule.meta.invalid), ("Good", rule.meta.valid)):
        for example in examples:
            yield f"## {label}: {example.title}"
            yield from _example(example)


def _paragraphs(lines: list[str]) -> str:
    return "\n".join(line.strip() for line in lines).strip()


def _keys(rule: type[Rule]) -> str:
    required = {field.encode_name for field in msgspec.structs.fields(rule.options_type) if field.required}
    said = {key: text.replace("|", "\\|") for key, text in options(rule).items()}
    rows = [f"| `{key}` | {'required' if key in required else ''} | {text} |" for key, text in said.items()]
    return "\n".join(["| key | | meaning |", "| --- | --- | --- |", *rows])


def _example(example: Example) -> Iterator[str]:
    for path, text in {**example.files, **({"truthline.toml": example.config} if example.config else {})}.items():
        yield f"`{path}`{':' if text.strip() else ' (empty)'}"
        if text.strip():
            fence = "~~~~" if "```" in text else "```"
            yield f"{fence}{_language(path)}\n{text.rstrip()}\n{fence}"


def _language(path: str) -> str:
    return {".py": "python", ".toml": "toml", ".md": "markdown"}.get(Path(path).suffix, "text")


def main() -> None:
    """Write every page, and remove those of rules that are gone."""
    written = pages()
    DIRECTORY.mkdir(exist_ok=True)
    for stale in {path.name for path in DIRECTORY.glob("*.md")} - written.keys():
        (DIRECTORY / stale).unlink()
    for name, text in written.items():
        (DIRECTORY / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
