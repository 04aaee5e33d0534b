"""`docs/configuration.md` has every key of the schema, with its default, and no other."""

import re
from pathlib import Path

import msgspec
import pytest

from truthline.config import load, schema

DOCS = Path(__file__).parents[2] / "docs" / "configuration.md"
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
