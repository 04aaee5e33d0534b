"""`truthline graph`, end to end."""

import json
from pathlib import Path

import pytest
from tests.cli.projects import CONFIG, VIOLATED, project, truthline

IMPORTS = {
    "pkg/__init__.py": "",
    "pkg/a.py": "import typing\nimport pkg.b\nif typing.TYPE_CHECKING:\n    from pkg import c\n",
    "pkg/b.py": "def lazy():\n    from pkg.c import name\n    return name\n",
    "pkg/c.py": "name = 1\n",
}
CALLS = {
    "main.py": "from lib.tools import helper\n\n\ndef run():\n    return helper(print, lambda: len([]))\n\n\nrun()\n",
    "lib/tools.py": "def helper(first, second):\n    first(second())\n\n\ndef alone():\n    helper(len, list)\n",
}


def test_imports_without_a_config(tmp_path: Path) -> None:
    result = truthline(project(tmp_path, IMPORTS), "graph", "imports")
    assert (result.status, result.err) == (0, "")
    assert result.out == (
        "pkg\n"
        "pkg.a\n"
        "  -> pkg.b  pkg/a.py:2\n"
        "  -> pkg.c  type-checking  pkg/a.py:4\n"
        "pkg.b\n"
        "  -> pkg.c  lazy  pkg/b.py:2\n"
        "pkg.c\n"
    )


def test_the_kinds_of_imports_can_be_told_apart(tmp_path: Path) -> None:
    project(tmp_path, IMPORTS)
    found = json.loads(truthline(tmp_path, "graph", "imports", "--format", "json").out)
    assert [(edge["source"], edge["target"], edge["kind"]) for edge in found["edges"]] == [
        ("pkg.a", "pkg.b", "top"),
        ("pkg.a", "pkg.c", "type-checking"),
        ("pkg.b", "pkg.c", "lazy"),
    ]
    dot = truthline(tmp_path, "graph", "imports", "--format", "dot").out
    assert 'n2 -> n3 [label="lazy", style=dashed];' in dot
    mermaid = truthline(tmp_path, "graph", "imports", "--format", "mermaid").out
    assert mermaid.startswith('flowchart LR\n  n0["pkg"]\n')
    assert '  n1 --> n2\n  n1 -.->|"type-checking"| n3\n' in mermaid


@pytest.mark.parametrize(
    ("args", "title", "box"),
    [
        (["imports"], "imports", "app.decide"),
        (["calls"], "calls", "app.decide.decide"),
        (["flow", "activation"], "flow activation", "app.decide:decide"),
    ],
)
def test_every_graph_is_a_page_too(tmp_path: Path, args: list[str], title: str, box: str) -> None:
    result = truthline(project(tmp_path, VIOLATED), "graph", *args, "--format", "html")
    assert (result.status, result.err) == (0, "")
    assert result.out.startswith("<!DOCTYPE html>")
    assert f"<h1>{title}</h1>" in result.out
    assert f"<title>{box}</title>" in result.out


def test_the_picture_of_a_flow_offers_its_ways(tmp_path: Path) -> None:
    page = truthline(project(tmp_path, VIOLATED), "graph", "flow", "activation", "--format", "html").out
    assert ">read app.cache:_connectors</button>" in page
    assert "<title>state connector-cache</title>" in page


def test_parent_packages_are_implied(tmp_path: Path) -> None:
    project(
        tmp_path,
        {"top.py": "import pkg.sub.leaf\n", "pkg/__init__.py": "", "pkg/sub/__init__.py": "", "pkg/sub/leaf.py": ""},
    )
    text = truthline(tmp_path, "graph", "imports").out
    assert text.endswith(
        "top\n  -> pkg  implied  top.py:1\n  -> pkg.sub  implied  top.py:1\n  -> pkg.sub.leaf  top.py:1\n"
    )
    assert '[label="implied", color=gray]' in truthline(tmp_path, "graph", "imports", "--format", "dot").out
    assert '-.->|"implied"|' in truthline(tmp_path, "graph", "imports", "--format", "mermaid").out


def test_calls_are_an_object_with_pycgs_names(tmp_path: Path) -> None:
    result = truthline(project(tmp_path, CALLS), "graph", "calls", "--entry", "main.py", "--format", "json")
    assert (result.status, result.err) == (0, "")
    assert json.loads(result.out) == {
        "<builtin>.len": [],
        "<builtin>.print": [],
        "lib.tools.helper": ["<builtin>.print", "main.run.<lambda1>"],
        "main": ["main.run"],
        "main.run": ["lib.tools.helper"],
        "main.run.<lambda1>": ["<builtin>.len"],
    }


def test_entries_are_files_or_directories_or_all_there_is(tmp_path: Path) -> None:
    project(tmp_path, CALLS)

    def callers(*entries: str) -> set[str]:
        return set(json.loads(truthline(tmp_path, "graph", "calls", *entries, "--format", "json").out))

    assert "lib.tools.alone" not in callers("--entry", "main.py")
    assert "main.run" not in callers("--entry", "lib")
    assert {"main.run", "lib.tools.alone"} <= callers("--entry", "main.py", "lib/tools.py")
    assert callers() == callers(".")


def test_an_entry_that_is_not_analysed_is_an_error(tmp_path: Path) -> None:
    project(tmp_path, {**CALLS, "broken.py": "def (:\n"})
    result = truthline(tmp_path, "graph", "calls", "--entry", "broken.py")
    assert (result.status, result.out) == (2, "")
    assert "broken.py is left out: " in result.err
    assert "broken.py is none of the analysed files" in result.err


def test_a_flow_is_its_slice(tmp_path: Path) -> None:
    result = truthline(project(tmp_path, VIOLATED), "graph", "flow", "activation")
    assert (result.status, result.err) == (0, "")
    assert result.out == (
        "app.cache:lookup  [state connector-cache]  app/cache.py:4\n"
        "app.decide:decide  [entry]  app/decide.py:4\n"
        "  -> app.cache:lookup  app/decide.py:5\n"
    )


UNRESOLVED = {**VIOLATED, "app/decide.py": 'def decide(tenant):\n    return tenant["<i>"]("\\\\", "]")\n'}


def test_what_is_not_resolved_is_marked_in_every_format(tmp_path: Path) -> None:
    project(tmp_path, UNRESOLVED)
    found = json.loads(truthline(tmp_path, "graph", "flow", "activation", "--format", "json").out)
    [call] = found["unresolved"]
    assert (call["source"], call["line"], call["text"]) == ("app.decide:decide", 2, 'tenant["<i>"]("\\\\", "]")')
    assert "  ?? tenant[" in truthline(tmp_path, "graph", "flow", "activation").out
    dot = truthline(tmp_path, "graph", "flow", "activation", "--format", "dot").out
    assert 'u0 [label="? tenant[\\"<i>\\"](\\"\\\\\\\\\\", \\"]\\")"' in dot
    mermaid = truthline(tmp_path, "graph", "flow", "activation", "--format", "mermaid").out
    assert 'u0("? tenant#91;#34;#60;i#62;#34;#93;#40;#34;#92;#92;#34;#44; #34;#93;#34;#41;"):::unresolved' in mermaid
    assert "classDef unresolved" in mermaid


def test_states_are_marked_in_drawings(tmp_path: Path) -> None:
    project(tmp_path, VIOLATED)
    assert (
        '[label="app.cache:lookup", color=red'
        in truthline(tmp_path, "graph", "flow", "activation", "--format", "dot").out
    )
    mermaid = truthline(tmp_path, "graph", "flow", "activation", "--format", "mermaid").out
    assert 'n0["app.cache:lookup"]:::state' in mermaid
    assert "  classDef state" in mermaid


@pytest.mark.parametrize("format_", ["text", "json", "dot", "mermaid"])
def test_a_hostile_path_is_no_syntax(tmp_path: Path, format_: str) -> None:
    name = 'x"]; evil -> \n\x1b[31m\u202e.py'
    project(tmp_path, {name: "", "main.py": ""})
    out = truthline(tmp_path, "graph", "imports", "--format", format_).out
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert not any(line.lstrip().startswith("evil") for line in out.splitlines())
    if format_ in ("dot", "mermaid"):
        assert 'x"]' not in out


def test_a_flow_must_be_declared(tmp_path: Path) -> None:
    result = truthline(project(tmp_path, VIOLATED), "graph", "flow", "activaton")
    assert (result.status, result.out) == (2, "")
    assert result.err == "truthline: there is no flow `activaton`; did you mean `activation`?\n"


@pytest.mark.parametrize("graph", [["imports"], ["calls"], ["flow", "activation"]])
@pytest.mark.parametrize("format_", ["text", "json", "dot", "mermaid"])
def test_the_same_tree_gives_the_same_bytes(tmp_path: Path, graph: list[str], format_: str) -> None:
    project(tmp_path, {**VIOLATED, "truthline.toml": CONFIG})
    first = truthline(tmp_path, "graph", *graph, "--format", format_).out
    assert first
    assert truthline(tmp_path, "graph", *graph, "--format", format_, "--jobs", "2").out == first
