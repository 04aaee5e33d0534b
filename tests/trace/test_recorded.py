"""Calls that a traced run showed, as facts of the next check."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.cli.projects import CACHE, CONFIG, Result, project, truthline

RECORDED = 'recorded = ["calls.json"]\n'
RUN = "from app.decide import decide\n\ndecide({argument!r})\n"
STEPS = """\
from app.cache import lookup


def ask_cache(tenant):
    return lookup(tenant) is not None


def ask_nobody(tenant):
    return False
"""
HIDDEN = """\
import os

import app.steps as steps


def decide(tenant):
    step = vars(steps)[os.environ.get("NO_SUCH_STEP", "ask_" + tenant)]
    return step(tenant)
"""
FILES = {
    "truthline.toml": RECORDED + CONFIG,
    "app/__init__.py": "",
    "app/cache.py": CACHE,
    "app/steps.py": STEPS,
    "app/decide.py": HIDDEN,
}


def kept(directory: Path, files: dict[str, str], argument: object = "cache") -> Path:
    """A project whose run was traced and kept."""
    project(directory, {**files, "run.py": RUN.format(argument=argument)})
    result = truthline(directory, "trace", "--keep", "calls.json", "--", sys.executable, "run.py")
    assert "kept in calls.json" in result.out, result
    return directory


def checked(directory: Path, *options: str) -> dict[str, Any]:
    result: Result = truthline(directory, "check", "--output-format", "json", *options)
    assert result.status in (0, 1), result
    document: dict[str, Any] = json.loads(result.out)
    return document


def codes(document: dict[str, Any]) -> list[str]:
    return [finding["code"] for finding in document["findings"]]


def verdict(document: dict[str, Any]) -> tuple[str, int]:
    (flow,) = document["flows"]
    return flow["verdict"], flow.get("recorded", 0)


def test_the_next_check_follows_what_ran_and_says_so(tmp_path: Path) -> None:
    document = checked(kept(tmp_path, FILES))
    (finding,) = document["findings"]
    steps = [(step["file"], step["line"], step.get("recorded", False)) for step in finding["witness"]]
    assert (finding["code"], finding["file"], finding["line"]) == ("TL103", "app/steps.py", 5)
    assert steps[:3] == [("app/decide.py", 6, False), ("app/decide.py", 8, True), ("app/steps.py", 5, False)]
    assert verdict(document) == ("violated", 1)


def test_people_read_it_in_the_witness_and_in_the_proof(tmp_path: Path) -> None:
    out = truthline(kept(tmp_path, FILES), "why", "activation", "connector-cache").out
    assert "in decide, recorded by trace" in out
    assert "1 call known from trace" in out


def test_what_a_run_did_not_do_stays_unresolved(tmp_path: Path) -> None:
    document = checked(kept(tmp_path, FILES, "nobody"))
    (flow,) = document["flows"]
    assert (flow["functions"], flow["recorded"]) == (2, 1)
    assert [call["line"] for call in flow["unresolved"]] == [8]


WAYS = {
    "a finalizer": """\
class Guard:
    def __del__(self):
        from app.cache import lookup

        lookup("t")


def decide(tenant):
    Guard()
    return True
""",
    "code outside calls back": """\
import code

from app.cache import lookup


class Holder:
    def take(self, *_):
        return lookup("t")


def decide(tenant):
    holder = Holder()
    console = code.InteractiveInterpreter({"holder": holder})
    console.runsource("holder.take()")
    return True
""",
    "a coroutine": """\
import asyncio
import os

import app.steps as steps


async def ask_cache(tenant):
    return steps.lookup(tenant)


async def main(tenant):
    return await globals()[os.environ.get("NO_SUCH_STEP", "ask_cache")](tenant)


def decide(tenant):
    return asyncio.run(main(tenant))
""",
    "a method on an object that nobody knows": """\
import os

from app.cache import lookup


class Gate:
    def __init__(self):
        self.found = lookup("t")


def decide(tenant):
    gate = globals()[os.environ.get("NO_SUCH_STEP", "Gate")]()
    return gate.found
""",
    "an argument that the callee reads": """\
import os

from app import cache


def held(connectors):
    return len(connectors)


def decide(tenant):
    return globals()[os.environ.get("NO_SUCH_STEP", "held")](cache._connectors)
""",
    "a comparison by a class that nobody knows": """\
import os

from app.cache import lookup


class Same:
    def __eq__(self, other):
        return lookup(other)

    __hash__ = None


def made(name):
    return globals()[os.environ.get("NO_SUCH_STEP", name)]


def decide(tenant):
    one = made("Same")()
    return one == tenant
""",
}


@pytest.mark.parametrize("way", WAYS)
def test_every_kind_of_call_is_followed(tmp_path: Path, way: str) -> None:
    document = checked(kept(tmp_path, {**FILES, "app/decide.py": WAYS[way]}))
    assert set(codes(document)) & {"TL102", "TL103"}, way
    assert verdict(document)[0] == "violated"
    assert verdict(document)[1] >= 1


def test_what_a_recorded_call_returns_decides(tmp_path: Path) -> None:
    config = RECORDED + CONFIG + 'mode = "decide"\n'
    assert codes(checked(kept(tmp_path, {**FILES, "truthline.toml": config}))) == ["TL104"]


def test_without_the_key_a_record_is_no_fact(tmp_path: Path) -> None:
    directory = kept(tmp_path, {**FILES, "truthline.toml": CONFIG})
    assert codes(checked(directory)) == []


@pytest.mark.parametrize("named", ["./calls.json", ".//calls.json", "././calls.json"])
def test_the_same_file_may_be_named_in_any_way(tmp_path: Path, named: str) -> None:
    project(
        tmp_path,
        {**FILES, "truthline.toml": f'recorded = ["{named}"]\n' + CONFIG, "run.py": RUN.format(argument="cache")},
    )
    out = truthline(tmp_path, "trace", "--keep", "./calls.json", "--", sys.executable, "run.py").out
    assert "kept in calls.json" in out
    assert "write into the config" not in out
    assert codes(checked(tmp_path)) == ["TL103"]


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ("app/decide.py", HIDDEN),
        ("app/__init__.py", ""),
        ("truthline.toml", CONFIG),
        ("package.json", '{"version": 1}'),
        ("list.json", "[]"),
    ],
)
def test_no_file_is_written_over_that_is_no_earlier_record(tmp_path: Path, place: str, text: str) -> None:
    project(tmp_path, {**FILES, "truthline.toml": CONFIG, place: text})
    result = truthline(tmp_path, "trace", "--keep", place, "--", sys.executable, "-c", "open('ran', 'w').close()")
    assert (result.status, (tmp_path / "ran").exists()) == (2, False)
    assert f"{place} is there and no record of calls" in result.err
    assert (tmp_path / place).read_text("utf-8") == text


@pytest.mark.parametrize("version", [1, 9])
def test_an_earlier_record_is_written_anew(tmp_path: Path, version: int) -> None:
    earlier = f'{{"version": {version}, "files": {{}}, "calls": []}}'
    kept(tmp_path, {**FILES, "truthline.toml": CONFIG, "calls.json": earlier})
    assert "app.decide:decide" in (tmp_path / "calls.json").read_text("utf-8")


@pytest.mark.parametrize(
    ("place", "ran", "said"),
    [("no/such/calls.json", False, "there is no directory no/such"), ("a" * 300 + ".json", True, "cannot be written")],
)
def test_a_record_that_cannot_be_written_is_one_sentence(place: str, ran: bool, said: str, tmp_path: Path) -> None:
    project(tmp_path, {**FILES, "truthline.toml": CONFIG})
    command = ("-c", "open('ran', 'w').close()")
    result = truthline(tmp_path, "trace", "--keep", place, "--", sys.executable, *command)
    assert result.status == 2
    assert said in result.err
    assert "Traceback" not in result.err
    assert (tmp_path / "ran").exists() == ran


def test_trace_says_how_the_record_comes_to_count(tmp_path: Path) -> None:
    project(tmp_path, {**FILES, "truthline.toml": CONFIG, "run.py": RUN.format(argument="cache")})
    out = truthline(tmp_path, "trace", "--keep", "calls.json", "--", sys.executable, "run.py").out
    assert 'write into the config: recorded = ["calls.json"]' in out
    (tmp_path / "truthline.toml").write_text(FILES["truthline.toml"], "utf-8")
    out = truthline(tmp_path, "trace", "--keep", "calls.json", "--", sys.executable, "run.py").out
    assert "kept in calls.json" in out
    assert "write into the config" not in out


def test_a_run_that_the_record_knows_contradicts_no_proof(tmp_path: Path) -> None:
    directory = kept(tmp_path, FILES)
    assert truthline(directory, "trace", "--", sys.executable, "run.py").status == 0


@pytest.mark.parametrize("file", ["app/decide.py", "app/steps.py"])
def test_calls_of_a_changed_file_are_left_out_and_told(tmp_path: Path, file: str) -> None:
    directory = kept(tmp_path, FILES)
    assert codes(checked(directory)) == ["TL103"]
    with (directory / file).open("a", encoding="utf-8") as stream:
        stream.write("# changed\n")
    document = checked(directory)
    assert (codes(document), verdict(document)[1]) == ([], 0)
    assert document["stale-records"] == [{"file": "calls.json", "calls": 1, "changed": [file]}]
    for _ in range(2):  # found out, and remembered
        out = " ".join(truthline(directory, "check").out.split())
        assert f"1 recorded call of calls.json left out, for {file} changed since" in out


EDITS = {
    "no instruction stands at the place": ("at", [7, 0, 7, 3]),
    "no function of the caller's name": ("caller", "app.decide:gone"),
    "no function of the callee's name": ("callee", "app.steps:gone"),
    "no module of the callee's name": ("callee", "app.gone:ask"),
}


@pytest.mark.parametrize("edit", EDITS)
def test_a_call_that_stands_nowhere_is_left_out_and_told(tmp_path: Path, edit: str) -> None:
    directory = kept(tmp_path, FILES)
    record = json.loads((directory / "calls.json").read_text("utf-8"))
    key, changed = EDITS[edit]
    record["calls"][0][key] = changed
    (directory / "calls.json").write_text(json.dumps(record), "utf-8")
    document = checked(directory)
    assert (codes(document), verdict(document)[1]) == ([], 0)
    assert document["stale-records"] == [{"file": "calls.json", "calls": 1, "changed": []}]
    out = " ".join(truthline(directory, "check").out.split())
    assert "1 recorded call of calls.json left out, for no such call stands in the code" in out


def test_a_call_of_a_file_whose_content_the_record_does_not_tell_is_left_out(tmp_path: Path) -> None:
    directory = kept(tmp_path, FILES)
    record = json.loads((directory / "calls.json").read_text("utf-8"))
    del record["files"]["app/steps.py"]
    (directory / "calls.json").write_text(json.dumps(record), "utf-8")
    assert checked(directory)["stale-records"] == [{"file": "calls.json", "calls": 1, "changed": ["app/steps.py"]}]


def test_who_asks_why_or_for_the_graph_is_told_too(tmp_path: Path) -> None:
    decision = '[flow.activation.decision]\ncall = "app.steps:ask_nobody"\ninputs = { tenant = "proven" }\n'
    evidence = '[evidence.proven]\ntables = ["tenants"]\n'
    directory = kept(tmp_path, {**FILES, "truthline.toml": RECORDED + CONFIG + decision + evidence})
    (directory / "app/steps.py").write_text(STEPS + "# changed\n", "utf-8")
    told = "1 recorded call of calls.json left out, for app/steps.py changed since"
    for question in (("why", "activation", "connector-cache"), ("why", "activation")):
        assert told in " ".join(truthline(directory, *question).out.split())
        document = json.loads(truthline(directory, *question, "--output-format", "json").out)
        assert document["stale-records"] == [{"file": "calls.json", "calls": 1, "changed": ["app/steps.py"]}]
    assert told in truthline(directory, "graph", "flow", "activation").err


def test_a_file_that_no_call_concerns_may_change(tmp_path: Path) -> None:
    directory = kept(tmp_path, {**FILES, "app/other.py": "x = 1\n"})
    (directory / "app/other.py").write_text("x = 2\n", "utf-8")
    document = checked(directory)
    assert codes(document) == ["TL103"]
    assert "stale-records" not in document


def test_a_record_that_changes_is_asked_again(tmp_path: Path) -> None:
    directory = kept(tmp_path, FILES, "nobody")
    assert codes(checked(directory)) == []
    kept(tmp_path, FILES, "cache")
    assert codes(checked(directory)) == ["TL103"]


def test_nothing_that_the_analysis_finds_is_kept(tmp_path: Path) -> None:
    direct = "from app.steps import ask_cache\n\n\ndef decide(tenant):\n    return ask_cache(tenant)\n"
    kept(tmp_path, {**FILES, "app/decide.py": direct})
    assert json.loads((tmp_path / "calls.json").read_text("utf-8")) == {"version": 1, "files": {}, "calls": []}


def test_a_pipe_is_no_earlier_record_and_is_not_waited_for(tmp_path: Path) -> None:
    project(tmp_path, {**FILES, "truthline.toml": CONFIG})
    os.mkfifo(tmp_path / "pipe")
    result = truthline(tmp_path, "trace", "--keep", "pipe", "--", sys.executable, "-c", "")
    assert (result.status, "pipe is there and no record of calls" in result.err) == (2, True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "there is no file `calls.json` beside the config file; `truthline trace --keep calls.json"),
        ("{", "`calls.json` is no record of calls"),
        ('{"version": 1, "files": {}, "calls": [{"caller": "a"}]}', "`calls.json` is no record of calls"),
        ('{"version": 9, "files": {}, "calls": []}', "`calls.json` is of version 9, and this"),
        ('{"version": 2, "edges": [["a", "b"]]}', "`calls.json` is of version 2, and this"),
    ],
)
def test_a_record_that_cannot_be_read_is_a_mistake_of_the_config(tmp_path: Path, text: str | None, said: str) -> None:
    project(tmp_path, FILES)
    if text is not None:
        (tmp_path / "calls.json").write_text(text, "utf-8")
    result = truthline(tmp_path, "check")
    assert (result.status, result.out) == (2, "")
    assert f"truthline.toml:1: recorded[0]: {said}" in result.err
    assert "Traceback" not in result.err


def test_a_directory_is_called_one(tmp_path: Path) -> None:
    project(tmp_path, {**FILES, "calls.json/one.json": "{}"})
    result = truthline(tmp_path, "check")
    assert (result.status, result.out) == (2, "")
    assert "truthline.toml:1: recorded[0]: `calls.json` is a directory; name the file in it" in result.err
