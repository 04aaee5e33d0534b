"""Print docs/kinds.md: every kind of general rule, from the docstrings and examples of the bundled rules.

python scripts/kinds.py > docs/kinds.md
"""

import msgspec

from truthline.api import Example, Rule
from truthline.checking.prose import options, section, summary
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
        f"- [`{rule.meta.name}`](#{rule.meta.name}-{rule.meta.code.lower()}): {summary(rule)}" for rule in kinds
    )
    return "\n".join([_HEAD, index, "", *(_section(rule) for rule in kinds)])


def _section(rule: type[Rule]) -> str:
    parts = [
        f"## `{rule.meta.name}` ({rule.meta.code})",
        f"{summary(rule)} {_block(rule, 'What it does')}",
        _keys(rule),
    ]
    if rule.meta.placeholders:
        names = ", ".join(f"`{{{name}}}`" for name in rule.meta.placeholders)
        parts.append(f"In `message`: {names}.")
    parts.append(_example(rule.meta.invalid[0]))
    return "\n\n".join(parts) + "\n"


def _anchor(rule: type[Rule]) -> str:
    return f"{rule.meta.name}-{rule.meta.code.lower()}"


def _block(rule: type[Rule], heading: str) -> str:
    """A section of the docstring as one paragraph."""
    return " ".join(line.strip() for line in section(rule, heading))


def _keys(rule: type[Rule]) -> str:
    """The table of keys, in the order of the docstring."""
    required = {field.encode_name for field in msgspec.structs.fields(rule.options_type) if field.required}
    said = {key: text.replace("|", "\\|") for key, text in options(rule).items()}
    rows = [f"| `{key}` | {'required' if key in required else ''} | {text} |" for key, text in said.items()]
    return "\n".join(["| key | | meaning |", "| --- | --- | --- |", *rows])


def _example(example: Example) -> str:
    files = "".join(f"# {path}\n{text}" if text else f"# {path} (empty)\n" for path, text in example.files.items())
    return f"```toml\n{example.config}```\n\nWhat it finds: {example.title}.\n\n```text\n{files}```"


if __name__ == "__main__":
    print(page(), end="")
