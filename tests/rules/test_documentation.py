"""Every rule explains itself in the same sections, and every option is explained."""

import inspect
import re
import runpy
from pathlib import Path

import msgspec
import pytest

from truthline.api import Rule
from truthline_rules import RULES

SECTIONS = ["What it does", "Why it is bad", "How to fix", "How to allow"]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.meta.code)
def test_sections(rule: type[Rule]) -> None:
    text = inspect.getdoc(rule) or ""
    headings = re.findall(r"^(\w[\w ]+):$", text, re.MULTILINE)
    assert headings == SECTIONS + (["Options"] if rule.meta.kind else [])


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.meta.kind], ids=lambda rule: rule.meta.code)
def test_options(rule: type[Rule]) -> None:
    options = (inspect.getdoc(rule) or "").partition("Options:\n")[2]
    explained = set(re.findall(r"^    ([\w-]+): ", options, re.MULTILINE)) - {"scope"}
    assert explained == {field.encode_name for field in msgspec.structs.fields(rule.options_type)}


def test_codes_and_names_are_distinct_and_in_order() -> None:
    codes = [rule.meta.code for rule in RULES]
    assert codes == sorted(set(codes))
    assert len({rule.meta.name for rule in RULES}) == len(RULES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.meta.code)
def test_every_rule_has_examples_of_both_kinds(rule: type[Rule]) -> None:
    assert rule.meta.valid
    assert rule.meta.invalid


def test_the_page_of_the_kinds_is_what_the_rules_say() -> None:
    root = Path(__file__).parents[2]
    script = runpy.run_path(str(root / "scripts" / "kinds.py"))
    written = (root / "docs" / "kinds.md").read_text(encoding="utf-8")
    assert written == script["page"](), "run: python scripts/kinds.py > docs/kinds.md"
