"""`docs/configuration.md` has every key of the schema, with its default, and no other."""

import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
import tomli

from truthline.config import load, schema

DOCS = Path(__file__).parents[2] / "docs" / "configuration.md"
OTHER_EVIDENCE = ("project-ready", "key-ready", "sdk-attested")
ROW = re.compile(r"^\| `([a-z-]+)` \|([^|]*)\|([^|]*)\|", re.MULTILINE)

SECTIONS: dict[str, list[type[schema.Contract]]] = {
    "Top level": [schema.Contents, schema.Sql],
    "`[state.NAME]`": [schema.State],
    "`[evidence.NAME]`": [schema.Evidence],
    "`[flow.NAME]`": [schema.Flow, schema.Decision, schema.LogContract],
    "`[dispatch.NAME]`": [schema.Dispatch, schema.Owner],
    "`[[rule]]`": [schema.Rule, schema.Layer],
    "Allowances": [schema.Allowance],
    "`[logging]`": [schema.Logging],
    "`[docs.NAME]`": [schema.Docs],
}


def section(title: str) -> str:
    return DOCS.read_text(encoding="utf-8").partition(f"\n## {title}\n")[2].partition("\n## ")[0]


@pytest.mark.parametrize("title", SECTIONS)
def test_every_key_is_documented_in_order_and_says_whether_it_is_required(title: str) -> None:
    documented = [(key, default.strip() == "required") for key, _, default in ROW.findall(section(title))]
    fields = [field for table in SECTIONS[title] for field in msgspec.structs.fields(table)]
    assert documented == [(field.encode_name, field.required) for field in fields if field.encode_name != "options"]


@pytest.mark.parametrize("number", range(3))
def test_the_examples_are_sound(tmp_path: Path, number: int) -> None:
    examples = re.findall(r"```toml\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    text = examples[number]
    (tmp_path / "backend").mkdir()
    owner = "" if text.startswith(("roots", "[[rule]]")) else "[[rule]]\nid = 'A'\nkind = 'layers'\n"
    (tmp_path / "truthline.toml").write_text(owner + text, encoding="utf-8")
    assert load(tmp_path).file == "truthline.toml"
    assert len(examples) == 3


def test_the_steps_of_adopting_authority_make_one_config(tmp_path: Path) -> None:
    text = (DOCS.parent / "adopting-authority.md").read_text(encoding="utf-8")
    contracts: dict[str, Any] = {"evidence": {name: {"tables": [name]} for name in OTHER_EVIDENCE}}
    for step in re.findall(r"```toml\n(.*?)```", text, re.DOTALL):
        _merge(contracts, tomli.loads(step))
    (tmp_path / "backend").mkdir()
    (tmp_path / "truthline.toml").write_text(_lines(contracts), encoding="utf-8")
    config = load(tmp_path)
    flow = config.flow["onboarding-activation"]
    assert flow.contract
    assert flow.guards == ("tenants.onboarding_state",)
    assert set(flow.must_read) == config.evidence.keys() == {*OTHER_EVIDENCE, "connector-validated"}
    assert (
        len(re.findall(r"^## \d+ ", text, re.MULTILINE)) == text.count("\nGuarded by: TL") + 1
    )  # the last one says how


def _merge(into: dict[str, Any], more: dict[str, Any]) -> None:
    for key, value in more.items():
        if isinstance(value, dict) and key in into:
            _merge(into[key], value)
        else:
            into[key] = value


def _lines(table: dict[str, Any]) -> str:
    return "".join(f"{json.dumps(key)} = {_inline(value)}\n" for key, value in table.items())


def _inline(value: object) -> str:
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{json.dumps(key)} = {_inline(one)}' for key, one in value.items())} }}"
    return f"[{', '.join(map(_inline, value))}]" if isinstance(value, list) else json.dumps(value)
