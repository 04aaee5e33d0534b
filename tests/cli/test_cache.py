"""What is remembered between runs: it saves time and changes no byte."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.projects import project, truthline

CONFIG = """\
[state.cache]
modules = ["app.cache"]

[flow.activation]
entry = ["app.decide:decide"]
must-not-reach = ["cache"]

[dispatch.operations]
register = "app.registry:Registry.register"
execute = "app.registry:Registry.execute"
"""
FILES = {
    "truthline.toml": CONFIG,
    "app/__init__.py": "",
    "app/cache.py": "_known = {}\n\n\ndef lookup(tenant):\n    return _known.get(tenant)\n",
    "app/base.py": "class Check:\n    def passes(self, tenant):\n        return True\n",
    "app/registry.py": (
        "class Registry:\n    def __init__(self):\n        self._handlers = {}\n\n"
        "    def register(self, name, handler):\n        self._handlers[name] = handler\n\n"
        "    def execute(self, name, tenant):\n        return self._handlers[name].execute(tenant)\n\n\n"
        "registry = Registry()\n"
    ),
    "app/decide.py": (
        "from app.base import Check\nfrom app.evidence import proven\nfrom app.registry import registry\n\n\n"
        "def decide(tenant, check: Check):\n"
        '    return proven(tenant) and check.passes(tenant) and registry.execute("tenants.ready", tenant)\n'
    ),
    "app/evidence.py": "def proven(tenant):\n    return True\n",
    "app/handlers.py": (
        "from app.registry import registry\n\n\n"
        "class Ready:\n    def execute(self, tenant):\n        return True\n\n\n"
        'registry.register("tenants.ready", Ready())\n'
    ),
    "app/broken.py": "def f(:\n",
}
RESTORED_STORE = ".truthline_cache"


def report(base: Path, *args: str) -> str:
    """The report of a run, which must not fail."""
    result = truthline(base, "check", "--output-format", "json", *args)
    assert result.status in (0, 1), result.err
    return result.out


def aged(base: Path) -> Path:
    """As if every file had been written long before the first run, so that its stat can be trusted."""
    for path in base.rglob("*"):
        os.utime(path, (1_600_000_000, 1_600_000_000))
    return base


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return aged(project(tmp_path / "tree", FILES))


def answered_from_memory(base: Path, *args: str) -> bool:
    return "rules and plugins" not in truthline(base, "check", "--timings", *args).err


def test_cold_warm_one_job_many_jobs_and_a_restored_store_give_the_same_bytes(base: Path, tmp_path: Path) -> None:
    plain = report(base, "--no-cache")
    reports = [
        plain,
        report(base),
        report(base),
        report(base, "--jobs", "1", "--no-cache"),
        report(base, "--jobs", "4", "--no-cache"),
        report(base, "--cache-dir", str(tmp_path / "elsewhere")),
        report(base, "--cache-dir", str(tmp_path / "elsewhere")),
    ]
    fresh = project(tmp_path / "checkout", FILES)
    shutil.copytree(base / RESTORED_STORE, fresh / RESTORED_STORE)
    assert answered_from_memory(fresh)
    reports += [report(fresh), report(fresh)]
    assert set(reports) == {plain}


def test_a_run_with_nothing_changed_is_answered_from_memory(base: Path) -> None:
    first = truthline(base, "check")
    assert answered_from_memory(base)
    again = truthline(base, "check")
    assert (again.status, again.out) == (first.status, first.out)
    concise = truthline(base, "check", "--output-format", "concise")
    assert concise.out == truthline(base, "check", "--output-format", "concise", "--no-cache").out
    assert truthline(base, "check", "--exit-zero").status == 0


@pytest.mark.parametrize(
    "args", [("--select", "TL1"), ("--ignore", "TL1"), ("--flow", "activation"), ("--today", "2020-01-01"), ("app",)]
)
def test_another_question_has_another_answer(base: Path, args: tuple[str, ...]) -> None:
    report(base)
    assert report(base, *args) == report(base, *args, "--no-cache")
    assert answered_from_memory(base, *args)


def write(path: str, text: str) -> Callable[[Path], object]:
    def change(base: Path) -> None:
        (base / path).parent.mkdir(parents=True, exist_ok=True)
        (base / path).write_text(text)

    return change


LOOKUP = "    def {}(self, tenant):\n        return lookup(tenant)\n"
CHANGES: dict[str, Callable[[Path], object]] = {
    "a file that is edited": write("app/evidence.py", "from app.cache import lookup as proven\n"),
    "a handler that a new file registers": write(
        "app/more.py",
        "from app.cache import lookup\nfrom app.registry import registry\n\n\n"
        f'class Other:\n{LOOKUP.format("execute")}\n\nregistry.register("tenants.ready", Other())\n',
    ),
    "a subclass in a new file": write(
        "app/strict.py",
        "from app.base import Check\nfrom app.cache import lookup\nfrom app.decide import decide\n\n\n"
        f"class Strict(Check):\n{LOOKUP.format('passes')}\n\ndecide('x', Strict())\n",
    ),
    "a module that is shadowed by a new package": write(
        "app/evidence/__init__.py", "from app.cache import lookup as proven\n"
    ),
    "a file that could not be read and now can": write("app/broken.py", "import app.gone\n"),
    "another config": write("truthline.toml", CONFIG + '\n[aliases]\nTL001 = "BROKEN"\n'),
    "a file that is ignored": write("app/.gitignore", "decide.py\n"),
    "a file that is gone": lambda base: (base / "app/handlers.py").unlink(),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_the_next_run_sees(base: Path, change: Callable[[Path], object]) -> None:
    before = report(base)
    assert report(base) == before
    change(base)
    after = report(base)
    assert after != before
    assert after == report(base, "--no-cache")


def test_the_next_run_sees_that_a_shadowing_module_is_gone(base: Path) -> None:
    write("app/evidence/__init__.py", "from app.cache import lookup as proven\n")(base)
    before = report(base)
    assert '"verdict":"violated"' in before.replace(": ", ":")
    shutil.rmtree(base / "app/evidence")
    after = report(base)
    assert '"verdict":"violated"' not in after.replace(": ", ":")
    assert after == report(base, "--no-cache")


def test_an_edit_that_leaves_size_and_time_alone_is_seen(base: Path) -> None:
    report(base)
    path = base / "app/evidence.py"
    path.write_text(path.read_text().replace("True", "None"))
    aged(base)
    assert not answered_from_memory(base)


def test_an_edit_right_after_a_run_is_seen(base: Path) -> None:
    path = base / "app/evidence.py"
    for word in ("True ", "None ", "False", "True "):
        path.write_text(f"from app.cache import lookup\n\n\ndef proven(tenant):\n    return {word}\n")
        assert not answered_from_memory(base)
    assert answered_from_memory(base)


def test_any_damage_of_the_cache_is_noticed_and_mended(base: Path) -> None:
    plain = report(base, "--no-cache")
    report(base)
    for path in sorted((base / RESTORED_STORE).rglob("*")):
        if path.is_file():
            for damaged in (b"", path.read_bytes()[:-3], b"\xff" + path.read_bytes()[1:]):
                path.write_bytes(damaged)
                assert report(base) == plain, path
    assert report(base) == plain
    assert answered_from_memory(base)


def test_without_a_cache_nothing_is_written(base: Path) -> None:
    truthline(base, "check", "--no-cache")
    assert not (base / RESTORED_STORE).exists()


def test_a_cache_that_must_not_be_used_is_named_and_the_run_goes_on(base: Path, tmp_path: Path) -> None:
    (tmp_path / "target").mkdir()
    (base / RESTORED_STORE).symlink_to(tmp_path / "target")
    result = truthline(base, "check")
    assert result.out == truthline(base, "check", "--no-cache").out
    assert result.err == f"truthline: {base / RESTORED_STORE} is not used as a cache: it is a link\n"
    assert list((tmp_path / "target").iterdir()) == []
    named = truthline(base, "check", "--cache-dir", RESTORED_STORE)
    assert (named.status, named.out) == (2, "")
    assert "it is a link" in named.err


def test_plugins_are_asked_every_time(base: Path) -> None:
    rule = (
        '"""Rules of ours."""\nfrom pathlib import Path\n\n'
        "from truthline.api import Location, Meta, Rule, Span, Violation\n\n\n"
        'class Weather(Rule):\n    """It looks out of the window."""\n\n'
        '    meta = Meta(code="OUR1", name="our-rule", valid=(), invalid=())\n\n'
        "    def check(self, program):\n"
        '        text = (Path(__file__).parent / "weather.txt").read_text()\n'
        '        yield Violation(location=Location("app/cache.py", Span(1, 1, 1, 1)), message=text)\n'
    )
    write("ours/rule.py", rule)(base)
    write("truthline.toml", 'plugins = ["ours/rule.py"]\ninclude = ["app"]\n' + CONFIG)(base)
    for weather in ("rain", "snow"):
        write("ours/weather.txt", weather)(base)
        assert weather in report(base)


def test_the_cache_can_be_shown_and_removed(base: Path) -> None:
    empty = truthline(base, "cache", "info")
    assert (empty.status, empty.out.splitlines()[1]) == (0, "0 files, 0 bytes")
    report(base)
    assert "bytes of this version" in truthline(base, "cache", "info").out
    assert truthline(base, "cache", "clean").status == 0
    assert not (base / RESTORED_STORE).exists()


def test_other_commands_use_and_keep_facts_too(base: Path) -> None:
    first = truthline(base, "why", "activation", "cache")
    assert list((base / RESTORED_STORE).rglob("*.pack"))
    again = truthline(base, "why", "activation", "cache")
    assert (again.status, again.out) == (first.status, first.out)
