"""`truthline init` and `truthline discover`, end to end."""

import json
from pathlib import Path

import pytest
from tests.cli.projects import CACHE, READS, project, truthline

CODE = {
    "backend/app/__init__.py": "",
    "backend/app/cache.py": CACHE.replace(
        "def lookup", "def remember(tenant, c):\n    _connectors[tenant] = c\n\n\ndef lookup"
    ),
    "backend/app/decide.py": READS.replace("def decide", "def activate"),
}


def test_a_first_config_can_be_checked_at_once(tmp_path: Path) -> None:
    project(tmp_path, CODE)
    written = truthline(tmp_path, "init")
    assert (written.status, written.err) == (0, "")
    assert written.out.startswith("Wrote truthline.toml: 1 state, 1 flow.\n")
    checked = truthline(tmp_path, "check", "--output-format", "concise")
    assert "TL103" in checked.out
    assert checked.status == 1


@pytest.mark.parametrize("there", ["truthline.toml", ".truthline.toml"])
def test_a_config_is_never_overwritten(there: str, tmp_path: Path) -> None:
    project(tmp_path, {**CODE, there: "# mine\n"})
    result = truthline(tmp_path, "init")
    assert result.status == 2
    assert "never overwrites" in result.err
    assert (tmp_path / there).read_text() == "# mine\n"


def test_where_nothing_is_found_the_config_says_how_to_go_on(tmp_path: Path) -> None:
    project(tmp_path, {"tool.py": "print('hello')\n"})
    written = truthline(tmp_path, "init")
    assert written.status == 0
    assert "Wrote truthline.toml: 0 states, 0 flows." in written.out
    assert "name yours in a [state.NAME]" in written.out
    assert "# [state." in (tmp_path / "truthline.toml").read_text()
    assert truthline(tmp_path, "check").status == 0


def test_functions_that_decide_are_named_in_comments_where_no_state_was_found(tmp_path: Path) -> None:
    project(tmp_path, {"app/rights.py": "def authorize(user):\n    return user\n"})
    written = truthline(tmp_path, "init")
    assert written.out.startswith("Wrote truthline.toml: 0 states, 0 flows.\n")
    assert "Functions that are named as if they decided stand there in comments." in written.out
    assert '# entry = [\n#   "app.rights:authorize",\n# ]\n' in (tmp_path / "truthline.toml").read_text()


def test_a_script_that_no_import_can_name_is_not_proposed(tmp_path: Path) -> None:
    project(tmp_path, {"my-tool.py": "_seen = {}\ndef authorize(k):\n    _seen[k] = 1\n    return _seen.pop(k)\n"})
    assert truthline(tmp_path, "init").status == 0
    assert truthline(tmp_path, "check").status == 0


@pytest.mark.parametrize(
    ("function", "proposed"),
    [
        ("activate", True),
        ("is_allowed", True),
        ("has_permission", True),
        ("permission_allowed", True),
        ("check_eligibility", True),
        ("render", False),
        ("is_even", False),
    ],
)
def test_what_is_named_as_if_it_decided_is_proposed_unless_it_was_copied_in(
    tmp_path: Path, function: str, proposed: bool
) -> None:
    text = f"seen = {{}}\n\n\ndef {function}(k):\n    seen[k] = 1\n    return seen.get(k)\n"
    user = "from app import a\nfrom app._vendor import b\n"
    project(tmp_path, {"app/__init__.py": "", "app/a.py": text, "app/_vendor/b.py": text, "app/use.py": user})
    document = json.loads(truthline(tmp_path, "discover", "--format", "json").out)
    assert [flow["entry"] for flow in document["flows"].values()] == ([[f"app.a:{function}"]] if proposed else [])
    assert [state["modules"] for state in document["states"].values()] == [["app.a"]]


def test_discover_lists_memory_with_who_reads_it(tmp_path: Path) -> None:
    project(tmp_path, CODE)
    shown = truthline(tmp_path, "discover").out
    assert "backend/app/cache.py (1 module imports it)\n  1: _connectors (module-container)\n" in shown
    assert "read by lookup" in shown
    (remembered,) = json.loads(truthline(tmp_path, "discover", "--format", "json").out)["remembered"]
    assert (remembered["object"], remembered["users"]) == ("app.cache:_connectors", ["app.decide"])


def test_discover_proposes_the_tables_of_mapped_classes_as_evidence(tmp_path: Path) -> None:
    models = (
        "class Key(Base):\n    __tablename__ = 'api_keys'\n\nclass Pet(Base):\n    __tablename__: str = 'shop.pets'\n"
    )
    project(tmp_path, {**CODE, "backend/app/models.py": models})
    assert json.loads(truthline(tmp_path, "discover", "--format", "json").out)["tables"] == ["api_keys", "shop.pets"]
    assert (
        "Tables of mapped classes, which may be evidence: api_keys, shop.pets." in truthline(tmp_path, "discover").out
    )


ROOTS = [
    ("the directory itself", {"app/__init__.py": "", "app/a.py": "from app import b\n", "app/b.py": ""}, ["."]),
    ("src", {"src/app/__init__.py": "", "src/app/a.py": "import app.b\n", "src/app/b.py": ""}, ["src"]),
    (
        "without __init__",
        {"backend/app/a.py": "from app import b\n", "backend/app/b.py": ""},
        ["backend"],
    ),
    (
        "two of them",
        {"one/a/x.py": "import a.y\nimport b.z\n", "one/a/y.py": "", "two/b/z.py": "import a.x\n"},
        ["one", "two"],
    ),
    (
        "a module of a package that is named like a third-party one",
        {"app/__init__.py": "", "app/flask.py": "", "app/a.py": "import flask\nfrom app import b\n", "app/b.py": ""},
        ["."],
    ),
    ("only relative imports", {"lib/app/__init__.py": "from . import a\n", "lib/app/a.py": ""}, ["."]),
    ("a directory named like the standard library", {"app/a.py": "import json\n", "app/json/x.py": ""}, ["."]),
]


@pytest.mark.parametrize(("files", "roots"), [pytest.param(*case[1:], id=case[0]) for case in ROOTS])
def test_roots_are_found_by_the_imports(files: dict[str, str], roots: list[str], tmp_path: Path) -> None:
    project(tmp_path, files)
    truthline(tmp_path, "init")
    assert json.loads(truthline(tmp_path, "check", "--show-settings").out)["roots"] == roots
