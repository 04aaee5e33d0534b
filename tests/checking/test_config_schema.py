"""The published JSON Schema of the config accepts what truthline accepts, and is the one that the code makes."""

import json
from pathlib import Path

import jsonschema
import pytest
import tomli

from truthline.checking.config_schema import config_schema
from truthline_rules import RULES

ROOT = Path(__file__).parents[2]
PUBLISHED = ROOT / "docs" / "truthline.schema.json"
SCHEMA = json.loads(PUBLISHED.read_text("utf-8"))


def test_the_published_schema_is_the_one_that_the_code_makes() -> None:
    assert json.loads(json.dumps(config_schema(RULES))) == SCHEMA, "run scripts/write_schema.py"


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


CONFIGS = [
    pytest.param(example.config, id=f"{rule.meta.code} {example.title}")
    for rule in RULES
    for example in (*rule.meta.valid, *rule.meta.invalid)
    if example.config
]


@pytest.mark.parametrize("config", CONFIGS)
def test_it_accepts_the_config_of_every_example(config: str) -> None:
    jsonschema.validate(_plain(config), SCHEMA)


def test_it_accepts_our_own_configs() -> None:
    for file in (ROOT / "truthline.toml", ROOT / "fixtures/reference_backend/truthline.toml"):
        jsonschema.validate(_plain(file.read_text("utf-8")), SCHEMA)


WRONG = [
    "rots = ['.']",
    "roots = 3",
    "[state.cache]\nrole = 'memory'\nmodules = ['a']",
    "[state.cache]\nrole = 'cache'",
    "[[rule]]\nid = 'X'\nkind = 'forbid-imports'",
    "[[rule]]\nid = 'X'\nkind = 'forbid-import'\nforbidden = ['a']",
    "[flow.f]\nentry = ['a:b']\nallow = [{ path = 'a' }]",
]


@pytest.mark.parametrize("config", WRONG)
def test_it_refuses_what_truthline_refuses(config: str) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(_plain(config), SCHEMA)


def _plain(config: str) -> object:
    return json.loads(json.dumps(tomli.loads(config), default=str))
