"""Verdicts of flows are kept from run to run while nothing that they rest on has changed, and no longer."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.cli.projects import project
from tests.cli.test_cache import FILES, aged, report, write

from truthline.program.flows import FlowAnalyser

OTHER = "def double(number):\n    return number + number\n"
TREE = {**FILES, "app/other.py": OTHER}


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return aged(project(tmp_path / "tree", TREE))


@pytest.fixture
def analyses(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The flows that are analysed, each time that one is."""
    names: list[str] = []
    analysis = FlowAnalyser.analysis

    def noted(analyser: FlowAnalyser) -> object:
        names.append(analyser.name)
        return analysis(analyser)

    monkeypatch.setattr(FlowAnalyser, "analysis", noted)
    return names


def edit(path: str, old: str, new: str) -> Callable[[Path], object]:
    def change(base: Path) -> None:
        text = (base / path).read_text()
        assert old in text
        (base / path).write_text(text.replace(old, new))

    return change


WITHOUT_INFLUENCE = {
    "a comment behind what the flow executes": write("app/evidence.py", FILES["app/evidence.py"] + "# so it is\n"),
    "a body of a file that nothing of the flow mentions": edit("app/other.py", "number + number", "2 * number"),
    "a file that is written again as it was": write("app/decide.py", FILES["app/decide.py"]),
    "a function that nobody asked for": write(
        "app/other.py", "# moved\n" + OTHER + "\n\ndef halve(number):\n    return 1\n"
    ),
    "a class that nobody asked for": write("app/other.py", "LIMIT = 3\n\n\nclass Other:\n    size = 1\n\n\n" + OTHER),
    "an import of what nobody asked for": write("app/other.py", "from math import floor as down\n" + OTHER),
    "another name for a function that nobody asked for": edit("app/other.py", "def double", "def twice"),
}
WITH_INFLUENCE = {
    "a body that the flow executes": edit("app/evidence.py", "return True", "return bool(tenant)"),
    "a line that moves": edit("app/evidence.py", "def proven", "# a comment\ndef proven"),
    "a word by which handlers are found": edit(
        "app/other.py", "return number", "registry.register('x', 1)\n    return number"
    ),
    "a method of a name by which methods are looked for": edit(
        "app/other.py", "def double(number)", "class Other:\n  def execute(self, number)"
    ),
    "a class under a base by which subclasses are looked for": write(
        "app/other.py", "from app.base import Check as Base\n\n\nclass Strict(Base):\n    pass\n"
    ),
    "a star import": write("app/other.py", "from app.base import *\n" + OTHER),
    "names that no statement shows": write("app/other.py", OTHER + "\nglobals()['x'] = 1\n"),
    "a new file": write("app/new.py", ""),
    "a new directory of that name": write("app/decide/data.txt", ""),
    "another contract": edit("truthline.toml", '"cache"]\n\n[dispatch', '"cache"]\nmode = "decide"\n\n[dispatch'),
}


@pytest.mark.parametrize("change", WITHOUT_INFLUENCE.values(), ids=WITHOUT_INFLUENCE.keys())
def test_a_verdict_is_kept_after(base: Path, analyses: list[str], change: Callable[[Path], object]) -> None:
    report(base)
    change(base)
    analyses.clear()
    after = report(base)
    assert analyses == []
    assert after == report(base, "--no-cache")


@pytest.mark.parametrize("change", WITH_INFLUENCE.values(), ids=WITH_INFLUENCE.keys())
def test_a_flow_is_analysed_again_after(base: Path, analyses: list[str], change: Callable[[Path], object]) -> None:
    report(base)
    change(base)
    analyses.clear()
    after = report(base)
    assert analyses == ["activation"]
    assert after == report(base, "--no-cache")


def test_a_line_that_a_witness_quotes_is_quoted_as_it_is_now(base: Path) -> None:
    edit("app/evidence.py", "return True", "return lookup(tenant)")(base)
    edit("app/evidence.py", "def proven", "from app.cache import lookup\n\n\ndef proven")(base)
    before = report(base)
    edit("app/evidence.py", "return lookup(tenant)", "return lookup(tenant)  # at last")(base)
    after = report(base)
    assert "# at last" in after
    assert "# at last" not in before
    assert after == report(base, "--no-cache")


def test_one_flow_that_is_asked_for_alone_does_not_displace_the_others(base: Path, analyses: list[str]) -> None:
    config = FILES["truthline.toml"] + '\n[flow.billing]\nentry = ["app.evidence:proven"]\nmust-not-reach = ["cache"]\n'
    write("truthline.toml", config)(base)
    report(base)
    write("app/evidence.py", FILES["app/evidence.py"] + "# so it is\n")(base)
    report(base, "--flow", "billing")
    write("app/evidence.py", FILES["app/evidence.py"] + "# so it was\n")(base)
    report(base)
    assert sorted(analyses) == ["activation", "billing"]


LATE = "def late(tenant):\n    from app.cache import lookup\n\n    return lookup(tenant)\n"
FOUND_LATER = {
    "in its module": {},
    "through a module that imports everything": {"app/facade.py": "from app.other import *\n"},
    "through a module that imports it": {"app/facade.py": "from app.other import late\n"},
    "under another name": {"app/facade.py": "from app.other import late as later\n\nlate = later\n"},
}


@pytest.mark.parametrize("between", FOUND_LATER.values(), ids=FOUND_LATER.keys())
def test_a_name_that_was_looked_for_in_vain_is_seen_when_it_comes(base: Path, between: dict[str, str]) -> None:
    for path, text in between.items():
        write(path, text)(base)
    source = "app.facade" if between else "app.other"
    write("app/evidence.py", f"from {source} import late\n\n\ndef proven(tenant):\n    return late(tenant)\n")(base)
    assert '"verdict": "violated"' not in report(base)
    write("app/other.py", OTHER + "\n\n" + LATE)(base)
    after = report(base)
    assert '"verdict": "violated"' in after
    assert after == report(base, "--no-cache")
    write("app/other.py", OTHER)(base)
    assert report(base) == report(base, "--no-cache")


BODIES = (
    "return True",
    "return lookup(tenant)",
    "return registry.execute('tenants.ready', tenant)",
    "return tenant.passes(tenant)",
    "registry.register('tenants.ready', Late())",
    "registry.execute = lookup",
)
HEADS = (
    "",
    "# a comment\n",
    "from app.cache import lookup\n",
    "from app.registry import registry\n",
    "from app.cache import lookup as proven\n",
    "from app.base import Check\n\n\nclass Strict(Check):\n    def passes(self, x):\n        return lookup(x)\n",
    "class Late:\n    def execute(self, tenant):\n        return lookup(tenant)\n",
    "registry = Late()\n",
    "from app.other import *\n",
    "from app.other import proven\n",
    "from app.base import Check as Base\n\n\nclass Stricter(Base):\n    pass\n",
    "def unasked():\n    return 1\n",
    "__all__ = ['unasked']\n",
)
PLACES = ("app/evidence.py", "app/handlers.py", "app/other.py", "app/new.py", "app/evidence/__init__.py", "app/base.py")
EDITS = st.tuples(
    st.sampled_from(PLACES),
    st.none() | st.tuples(st.lists(st.sampled_from(HEADS), max_size=3), st.sampled_from(BODIES)),
)


def make(base: Path, path: str, content: tuple[list[str], str] | None) -> None:
    """Write or remove a file."""
    if content is None:
        (base / path).unlink(missing_ok=True)
        return
    heads, body = content
    write(path, "".join(heads) + f"\n\ndef proven(tenant):\n    {body}\n\n\nproven(1)\n")(base)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(EDITS, min_size=2, max_size=5))
def test_after_any_edits_a_warm_run_says_what_a_cold_one_says(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, tuple[list[str], str] | None]]
) -> None:
    base = project(tmp_path_factory.mktemp("edits"), TREE)
    report(base)
    for path, content in steps:
        make(base, path, content)
        assert report(base) == report(base, "--no-cache"), (path, content)
