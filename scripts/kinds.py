"""Print docs/kinds.md: every kind of general rule, from the docstrings and examples of the bundled rules.

python scripts/kinds.py > docs/kinds.md
"""

import inspect
import re
from collections.abc import Iterator

import msgspec

from truthline.api import Example, Rule
from truthline_rules import RULES

_HEAD = """\
# The kinds of general rules

A `[[rule]]` of the config is an instance of one of these kinds ([configuration](configuration.md)). Besides the keys
below, each takes `id`, `message`, `severity`, `allow`, `locked` and `may-be-empty`. `truthline explain KIND` prints the
same, with more examples.

This page is made from the rules themselves by `scripts/kinds.py`.
"""


def page() -> str:
    """The whole page."""
    kinds = [rule for rule in RULES if rule.meta.kind]
    index = "\n".join(
        f"- [`{rule.meta.name}`](#{rule.meta.name}-{rule.meta.code.lower()}): {_summary(rule)}" for rule in kinds
    )
    return "\n".join([_HEAD, index, "", *(_section(rule) for rule in kinds)])


def _section(rule: type[Rule]) -> str:
    parts = [
        f"## `{rule.meta.name}` ({rule.meta.code})",
        f"{_summary(rule)} {_block(rule, 'What it does')}",
        _keys(rule),
    ]
    if rule.meta.placeholders:
        names = ", ".join(f"`{{{name}}}`" for name in rule.meta.placeholders)
        parts.append(f"In `message`: {names}.")
    parts.append(_example(rule.meta.invalid[0]))
    return "\n\n".join(parts) + "\n"


def _anchor(rule: type[Rule]) -> str:
    return f"{rule.meta.name}-{rule.meta.code.lower()}"


def _summary(rule: type[Rule]) -> str:
    return (inspect.getdoc(rule) or "").partition("\n")[0]


def _block(rule: type[Rule], heading: str) -> str:
    """A section of the docstring as one paragraph."""
    return " ".join(line.strip() for line in _lines(rule, heading))


def _lines(rule: type[Rule], heading: str) -> list[str]:
    text = (inspect.getdoc(rule) or "").partition(f"\n{heading}:\n")[2]
    return re.split(r"\n(?=\S)", text)[0].splitlines()


def _keys(rule: type[Rule]) -> str:
    """The table of keys, in the order of the docstring."""
    required = {field.encode_name for field in msgspec.structs.fields(rule.options_type) if field.required}
    rows = [f"| `{key}` | {'required' if key in required else ''} | {said} |" for key, said in _options(rule)]
    return "\n".join(["| key | | meaning |", "| --- | --- | --- |", *rows])


def _options(rule: type[Rule]) -> Iterator[tuple[str, str]]:
    options: list[list[str]] = []
    for line in _lines(rule, "Options"):
        if re.match(r" {4}[\w-]+: ", line):
            options.append([])
        options[-1].append(line.strip())
    for option in options:
        key, _, said = " ".join(option).partition(": ")
        yield key, said.replace("|", "\\|")


def _example(example: Example) -> str:
    files = "".join(f"# {path}\n{text}" if text else f"# {path} (empty)\n" for path, text in example.files.items())
    return f"```toml\n{example.config}```\n\nWhat it finds: {example.title}.\n\n```text\n{files}```"


if __name__ == "__main__":
    print(page(), end="")
