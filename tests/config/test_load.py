"""Where a config is found, what it holds, and how it lies over its packs."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, get_args

import msgspec
import pytest

from truthline.config import Config, load, load_or_default, read_options
from truthline.config.allowances import is_void
from truthline.config.forms import ModuleRef, RelativePath
from truthline.config.packs import shipped
from truthline.config.positions import KeyPath
from truthline.config.problems import ConfigError
from truthline.config.schema import Allowance, Dialect, Layer
from truthline.errors import TruthlineError

SPEC = """
roots   = ["backend"]
include = ["backend/app"]
exclude = ["**/migrations/**"]
plugins = ["rules/ours.py"]
select  = ["TL"]
warn    = ["TL206"]
sql     = { dialect = "postgres" }
aliases = { TL201 = "STALE_REEXPORT" }

[state.connector-cache]
role    = "cache"
modules = ["app.registry"]
objects = ["app.registry:ConnectorRegistry._connectors"]
harmless = ["app.registry:ConnectorStatus"]
contract = true

[evidence.connector-validated]
tables  = ["cus_integrations"]
columns = ["status"]
written-by = ["app.hoc.cus.integrations.**:*.enable"]
migrations = "backend/alembic/versions"
log     = { success = "persisted", failure = "failed", fields = ["tenant_id"] }

[flow.onboarding-activation]
entry = ["app.onboarding:_check", "app.onboarding:Handler.execute"]
must-not-reach = ["connector-cache"]
must-read      = ["connector-validated"]
mode    = "decide"
guards  = ["tenants.onboarding_state"]
unknown = "warn"
log     = { marker = "evaluated", fields = ["tenant_id", "source"] }

[flow.onboarding-activation.decision]
call   = "app.policy:check_activation_predicate"
inputs = { has_validated_connector = "connector-validated" }

[logging]
secrets   = ["*token*"]
redact    = ["app.security:mask"]
formatter = "app.logging_config:JSONFormatter"
sources   = { db_only = "evidence" }

[docs.usecases]
index   = "docs/INDEX.md"
linkage = "docs/LINKAGE.md"
case    = 'UC-\\d+'
roots   = [".", "backend"]

[dispatch.operations]
register = "app.registry:OperationRegistry.register"
execute  = "app.registry:OperationRegistry.execute"
handler-method = "execute"
owner = { scope = ["backend/app/api/{domain}/**"], operation = "{domain}.*" }
allow = [{ path = "backend/app/api/policies/workers.py", operation = "logs.capture", reason = "migrating" }]

[[rule]]
id       = "L6_CROSS_DOMAIN"
kind     = "forbid-import"
scope    = ["backend/app/{domain}/L6_drivers/**"]
forbid   = ["app.{!domain}.**"]
message  = "cross-domain orchestration belongs at L4"
severity = "error"
allow    = [{ path = "backend/app/x/L6_drivers/y.py", reason = "migrating", until = 2026-12-31 }]
"""


def written(directory: Path, name: str, text: str) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    (directory / name).write_text(text, encoding="utf-8")
    return directory


def test_the_whole_of_the_interface_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "backend" / "app").mkdir(parents=True)
    config = load(written(tmp_path, "truthline.toml", SPEC))
    assert config.flow["onboarding-activation"].must_not_reach == ("connector-cache",)
    assert config.dispatch["operations"].owner is not None
    assert config.dispatch["operations"].owner.operation == ("{domain}.*",)
    assert config.rule[0].options == {"forbid": ["app.{!domain}.**"]}
    assert config.rule[0].allow[0].until == date(2026, 12, 31)
    assert (config.base, config.file) == (str(tmp_path), "truthline.toml")
    assert config.locate("flow.onboarding-activation.entry[1]").span.line == 26
    assert config.locate("rule[0].forbid").file == "truthline.toml"


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({"a/b/truthline.toml": "", "a/truthline.toml": ""}, "a/b/truthline.toml"),
        ({"a/.truthline.toml": "", "truthline.toml": ""}, "a/.truthline.toml"),
        ({"a/truthline.toml": "", "a/.truthline.toml": "", "a/pyproject.toml": "[tool.truthline]"}, "a/truthline.toml"),
        ({"a/b/pyproject.toml": "[tool.truthline]\nroots = ['.']\n", "truthline.toml": ""}, "a/b/pyproject.toml"),
        ({"a/b/pyproject.toml": "[tool.ruff]", "a/truthline.toml": ""}, "a/truthline.toml"),
        ({"a/b/pyproject.toml": "# truthline\n", "a/truthline.toml": ""}, "a/truthline.toml"),
        ({"a/b/pyproject.toml": "not = = toml", "a/truthline.toml": ""}, "a/truthline.toml"),
        ({"a/b/truthline.toml/x": "", "a/truthline.toml": ""}, "a/truthline.toml"),
    ],
)
def test_the_nearest_config_upward_is_found(tmp_path: Path, files: dict[str, str], found: str) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    for name, text in files.items():
        written((tmp_path / name).parent, Path(name).name, text)
    config = load(tmp_path / "a" / "b")
    assert Path(config.base, config.file or "") == tmp_path / found


def test_an_explicit_config_wins_and_is_the_base(tmp_path: Path) -> None:
    written(tmp_path, "truthline.toml", "")
    written(tmp_path / "ci", "strict.toml", "select = ['TL1']")
    config = load(tmp_path, Path("ci/../ci/strict.toml"))
    assert (config.base, config.file, config.select) == (str(tmp_path / "ci"), "strict.toml", ("TL1",))


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("no.toml", None, "no.toml:1: there is no such file"),
        ("pyproject.toml", "[tool.ruff]", "pyproject.toml:1: has no table `[tool.truthline]`"),
        (".", None, "there is no such file"),
    ],
)
def test_an_explicit_config_that_is_none(tmp_path: Path, name: str, text: str | None, said: str) -> None:
    if text is not None:
        written(tmp_path, name, text)
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, Path(name))
    assert said in str(caught.value)


def test_a_broken_pyproject_that_speaks_of_truthline_is_not_passed_over(tmp_path: Path) -> None:
    written(tmp_path / "a", "pyproject.toml", "[tool.truthline]\nroots = = 1\n")
    written(tmp_path, "truthline.toml", "")
    with pytest.raises(ConfigError, match=r"pyproject.toml:2: no valid TOML"):
        load(tmp_path / "a")


def test_keys_in_a_pyproject_keep_their_lines(tmp_path: Path) -> None:
    written(tmp_path, "pyproject.toml", "[project]\nname = 'x'\n[tool.truthline]\nselct = ['TL']\n")
    with pytest.raises(ConfigError, match=r"pyproject.toml:4: selct: unknown key; did you mean `select`"):
        load(tmp_path)


def test_without_a_config_the_working_directory_is_the_root(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="truthline init"):
        load(tmp_path)
    config = load_or_default(tmp_path)
    assert (config.base, config.file, config.roots) == (str(tmp_path), None, (".",))
    assert config.locate("roots").file == "truthline.toml"


def test_a_config_is_used_where_there_is_one(tmp_path: Path) -> None:
    written(tmp_path, "truthline.toml", "select = ['TL2']")
    assert load_or_default(tmp_path).select == ("TL2",)


PACK = """
select = ["TL1"]
[state.cache]
modules = ["m"]
role = "forbidden"
[[rule]]
id = "A"
kind = "layers"
severity = "warning"
layers = ["a", "b"]
[[rule]]
id = "B"
kind = "layers"
"""

OVER = """
packs = ["packs/p.toml"]
[state.cache]
role = "cache"
[[rule]]
id = "C"
kind = "layers"
[[rule]]
id = "A"
severity = "error"
locked = true
"""


def test_a_config_lies_over_its_packs(tmp_path: Path) -> None:
    written(tmp_path / "packs", "p.toml", PACK)
    config = load(written(tmp_path, "truthline.toml", OVER))
    assert config.select == ("TL1",)
    assert (config.state["cache"].modules, config.state["cache"].role) == (("m",), "cache")
    assert [(rule.id, rule.severity, rule.locked) for rule in config.rule] == [
        ("A", "error", True),
        ("B", "error", False),
        ("C", "error", False),
    ]
    assert config.rule[0].options == {"layers": ["a", "b"]}


@pytest.mark.parametrize(
    ("key", "file", "line"),
    [
        ("state.cache.modules[0]", "packs/p.toml", 4),
        ("state.cache.role", "truthline.toml", 4),
        ("rule[0].layers[1]", "packs/p.toml", 10),
        ("rule[0].locked", "truthline.toml", 11),
        ("rule[1].id", "packs/p.toml", 12),
        ("rule[2].kind", "truthline.toml", 7),
        ("select", "packs/p.toml", 2),
    ],
)
def test_keys_of_a_pack_stand_in_the_pack(tmp_path: Path, key: str, file: str, line: int) -> None:
    written(tmp_path / "packs", "p.toml", PACK)
    location = load(written(tmp_path, "truthline.toml", OVER)).locate(key)
    assert (location.file, location.span.line) == (file, line)


def test_a_later_pack_wins_and_one_of_the_command_line_comes_last(tmp_path: Path) -> None:
    written(tmp_path, "a.toml", "select = ['A']\nwarn = ['A']\nignore = ['A']")
    written(tmp_path, "b.toml", "select = ['B']\nwarn = ['B']")
    written(tmp_path, "truthline.toml", "packs = ['a.toml']\nignore = ['T']")
    config = load(tmp_path, packs=["./b.toml"])
    assert (config.select, config.warn, config.ignore) == (("B",), ("B",), ("T",))


def test_a_pack_alone_is_a_config(tmp_path: Path) -> None:
    written(tmp_path, "a.toml", "select = ['TL9']")
    config = load(tmp_path, packs=["./a.toml"])
    assert (config.select, config.file, config.base) == (("TL9",), None, str(tmp_path))


@pytest.mark.parametrize(
    ("pack", "said"),
    [
        ("packs = ['b.toml']", "p.toml:1: packs: a pack cannot name packs"),
        ("\nrols = 1", "p.toml:2: rols: unknown key"),
        ("x = = 1", "p.toml:1: no valid TOML"),
        (PACK + "[[rule]]\nid = 'B'\nkind = 'x'", "p.toml:15: rule[2].id: `B` is taken by `rule[1].id`"),
    ],
)
def test_a_mistake_in_a_pack_stands_in_the_pack_beside_those_of_the_config(
    tmp_path: Path, pack: str, said: str
) -> None:
    written(tmp_path, "p.toml", pack)
    written(tmp_path, "truthline.toml", "packs = ['./p.toml']\nzzz = 1")
    with pytest.raises(ConfigError) as caught:
        load(tmp_path)
    assert said in str(caught.value)
    assert "truthline.toml:2: zzz: unknown key" in str(caught.value)


def test_what_other_rooms_know_is_told_with_the_rest(tmp_path: Path) -> None:
    written(tmp_path, "truthline.toml", "zzz = 1\n[[rule]]\nid = 'A'\nkind = 'x'\n[[rule]]\nid = 'B'\n")

    def further(config: Config) -> Iterator[tuple[str | KeyPath, str]]:
        for index, rule in enumerate(config.rule):
            yield ("rule", index, "kind"), f"unknown kind `{rule.kind}`"
        yield "rule.0", "has another mistake"

    with pytest.raises(ConfigError) as caught:
        load(tmp_path, further=further)
    assert [str(problem).partition(": ")[2] for problem in caught.value.problems] == [
        "zzz: unknown key",
        "rule[0].kind: unknown kind `x`",
        "rule[1].kind: is missing: it must be a string",
    ]


def test_an_error_of_another_room_does_not_hide_the_rest(tmp_path: Path) -> None:
    written(tmp_path, "truthline.toml", "plugins = ['x.py']\nzzz = 1\n")

    def further(config: Config) -> Iterator[tuple[str | KeyPath, str]]:
        raise TruthlineError(f"plugin `{config.plugins[0]}` cannot be loaded")

    with pytest.raises(ConfigError) as caught:
        load(tmp_path, further=further)
    assert [(problem.line, problem.key) for problem in caught.value.problems] == [(1, "plugins"), (2, "zzz")]


class Options(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    """The options of some kind of rule."""

    layers: tuple[Layer, ...]
    forbid_names: tuple[ModuleRef, ...] = ()
    limit: Annotated[int, msgspec.Meta(ge=1, le=9)] = 1
    ratio: float = 0.5
    either: str | tuple[str, ...] = ()
    file: RelativePath | None = None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("layers = []", "7: rule[0].layers: must not be empty"),
        ("layers = [{ modules = 'a' }]\nlimt = 1", "8: rule[0].limt: unknown key; did you mean `limit`?"),
        ("layers = [{ module = 'a' }]", "7: rule[0].layers[0].module: unknown key; did you mean `modules`?"),
        ("layers = [{ modules = 'a' }]\nforbid-names = ['{y}']", "8: rule[0].forbid-names[0]: `{y}` is not captured"),
        ("layers = [{ modules = 'a' }]\nlimit = 0", "8: rule[0].limit: must be 1 or more, not 0"),
        ("layers = [{ modules = 'a' }]\nlimit = 10", "8: rule[0].limit: must be 9 or less, not 10"),
        (
            "layers = [{ modules = 'a' }]\nlimit = '1'",
            "8: rule[0].limit: must be a whole number, not a string; write it",
        ),
        ("layers = [{ modules = 'a' }]\nratio = 'x'", "8: rule[0].ratio: must be a number, not a string"),
        ("layers = [{ modules = 'a' }]\neither = 1", "8: rule[0].either: must be a string or a list of strings, not a"),
        ("layers = [{ modules = 'a' }]\nfile = '/x'", "8: rule[0].file: `/x` is absolute"),
    ],
)
def test_the_options_of_a_kind_are_checked_like_any_other_table(tmp_path: Path, text: str, said: str) -> None:
    rule = "[[rule]]\nid = 'A'\nkind = 'k'\n# c\nscope = ['{x}/**']\n"
    config = load(written(tmp_path, "truthline.toml", f"\n{rule}{text}"))
    _, problems = read_options(config, 0, Options)
    assert said in "\n".join(map(str, problems))


def test_sound_options_are_typed(tmp_path: Path) -> None:
    rule = (
        "[[rule]]\nid = 'A'\nkind = 'k'\nscope = ['{x}/**']\nlayers = [{ modules = 'a' }, { modules = ['b', 'c'] }]\n"
    )
    more = "forbid-names = ['a.{!x}.**']\nratio = 1\neither = 'e'\nfile = 'f'\n"
    options, problems = read_options(load(written(tmp_path, "truthline.toml", rule + more)), 0, Options)
    assert problems == ()
    assert options == Options(
        layers=(Layer(modules=("a",)), Layer(modules=("b", "c"))),
        forbid_names=("a.{!x}.**",),
        ratio=1,
        either="e",
        file="f",
    )


@pytest.mark.parametrize(
    ("until", "void"), [(None, False), (date(2026, 5, 2), False), (date(2026, 5, 1), False), (date(2026, 4, 30), True)]
)
def test_an_allowance_holds_until_the_end_of_its_last_day(until: date | None, void: bool) -> None:
    assert is_void(Allowance(path="a/*.py", reason="r", until=until), date(2026, 5, 1)) is void


def test_every_dialect_is_one_that_sqlglot_reads() -> None:
    from sqlglot.dialects.dialect import Dialects

    assert set(get_args(Dialect)) <= {dialect.value for dialect in Dialects}


def test_importing_the_config_room_stays_cheap() -> None:
    code = "import sys, truthline.config; print(sorted({'rich', 'libcst', 'sqlglot', 'difflib'} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_shipped_pack_is_named_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path / "site" / "truthline_rules" / "packs" / "ours", "pack.toml", "\nselect = ['TL3']\n")
    monkeypatch.setattr("truthline.config.packs._shelf", lambda: tmp_path / "site" / "truthline_rules" / "packs")
    written(tmp_path, "truthline.toml", "packs = ['ours']")
    config = load(tmp_path)
    assert config.select == ("TL3",)
    assert config.locate("select").file == "truthline_rules/packs/ours/pack.toml"
    with pytest.raises(ConfigError, match=r"no pack `our` ships with truthline.*; did you mean `ours`"):
        load(tmp_path, packs=["our"])


def test_every_shipped_pack_can_be_laid_under_an_empty_config(tmp_path: Path) -> None:
    written(tmp_path, "truthline.toml", "")
    (tmp_path / "backend/app").mkdir(parents=True)  # where the code base of pack `hoc` has its code
    for name in shipped():
        assert load(tmp_path, packs=[name]).base == str(tmp_path)


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may read everything")
def test_a_config_that_may_not_be_read(tmp_path: Path) -> None:
    written(tmp_path, "truthline.toml", "")
    (tmp_path / "truthline.toml").chmod(0)
    with pytest.raises(ConfigError, match="cannot be read: Permission denied"):
        load(tmp_path)


def test_a_pipe_is_no_config(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "truthline.toml")
    with pytest.raises(ConfigError, match="truthline init"):
        load(tmp_path)
    with pytest.raises(ConfigError, match="there is no such file"):
        load(tmp_path, Path("truthline.toml"))
