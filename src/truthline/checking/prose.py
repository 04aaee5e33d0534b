"""What stands in the docstring of a rule, section by section."""

import re
from inspect import getdoc

from truthline.checking.protocol import Rule

_KEY = re.compile(r" {4}[a-z][\w-]*: ")


def summary(rule: type[Rule]) -> str:
    """The first line."""
    return (getdoc(rule) or "").partition("\n")[0]


def section(rule: type[Rule], heading: str) -> list[str]:
    """The lines below a heading ("What it does"), with their indentation; none where there is no such section."""
    text = (getdoc(rule) or "").partition(f"\n{heading}:\n")[2]
    return re.split(r"\n(?=\S)", text)[0].splitlines()


def options(rule: type[Rule]) -> dict[str, str]:
    """What the section "Options" says of each key, each as one line, in its order."""
    found: list[list[str]] = []
    for line in section(rule, "Options"):
        if _KEY.match(line):
            found.append([])
        found[-1].append(line.strip())
    pairs = (" ".join(lines).partition(": ") for lines in found)
    return {key: said for key, _, said in pairs}
