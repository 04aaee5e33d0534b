"""`truthline lsp` as an editor sees it."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

pytest.importorskip("pygls", reason="the extra `lsp` is not installed")

from tests.cli.projects import ASKS, CLEAN, READS, VIOLATED, project, truthline
from tests.lsp.editor import Editor, editor, under

DECIDE = "app/decide.py"
STALE = {
    "truthline.toml": 'roots = ["."]\n',
    "app/__init__.py": "from app.a import x, gone\r\nfrom app.a import also_gone\r\n",
    "app/a.py": "x = 1\n",
}


def run(base: Path, scene: Callable[[Editor], Awaitable[None]], *arguments: str, shows_progress: bool = True) -> None:
    async def play() -> None:
        async with editor(base, *arguments, shows_progress=shows_progress) as window:
            await scene(window)

    asyncio.run(play())


def test_what_is_typed_is_checked_before_it_is_saved_and_the_way_is_shown(tmp_path: Path) -> None:
    async def scene(window: Editor) -> None:
        await window.until_codes(DECIDE, "TL103")  # nothing is open yet
        [finding] = window.found(DECIDE)
        assert finding.source == "truthline"
        assert under(READS.splitlines()[finding.range.start.line], finding.range) == "lookup(tenant)"
        assert "reads `app.cache:_connectors`" in finding.message
        steps = finding.related_information or []
        assert [step.location.uri for step in steps] == [*[window.uri(DECIDE)] * 2, window.uri("app/cache.py")]
        assert steps[0].message.startswith("1. entry in app.decide:decide")
        window.open(DECIDE)
        window.type(DECIDE, ASKS)
        await window.until_codes(DECIDE)
        window.type(DECIDE, READS)
        await window.until_codes(DECIDE, "TL103")
        window.type(DECIDE, ASKS)
        window.save(DECIDE)
        await window.until_codes(DECIDE)
        window.close(DECIDE)

    run(project(tmp_path, VIOLATED), scene)
    assert truthline(tmp_path, "check").status == 0


def test_a_change_in_one_file_is_reported_in_another(tmp_path: Path) -> None:
    through = "from app.middle import known\n\n\ndef decide(tenant):\n    return known(tenant)\n"
    files = {**CLEAN, DECIDE: through, "app/middle.py": "def known(tenant):\n    return False\n"}

    async def scene(window: Editor) -> None:
        window.open("app/middle.py")
        window.type(
            "app/middle.py", "from app.cache import lookup\n\n\ndef known(tenant):\n    return lookup(tenant)\n"
        )
        await window.until_codes("app/middle.py", "TL103")
        window.close("app/middle.py")  # without saving
        await window.until_codes("app/middle.py")

    run(project(tmp_path, files), scene)


def test_positions_are_in_utf_16_and_lines_are_those_of_the_editor(tmp_path: Path) -> None:
    line = '    return "\U0001f511é", lookup(tenant)  # \U0001f511'
    text = f"from app.cache import lookup\r\n\x0c\r\ndef decide(tenant):\r\n{line}\r\n"

    async def scene(window: Editor) -> None:
        window.open(DECIDE, text)
        await window.until(lambda: [each.range.start.line for each in window.found(DECIDE)] == [3])
        [finding] = window.found(DECIDE)
        assert under(line, finding.range) == "lookup(tenant)"
        [action] = await window.actions(DECIDE, 4)
        allowed = f"    # truthline: allow[TL103]\r\n{line}"  # above, for another comment stands behind
        assert window.applied(DECIDE, action) == text.replace(line, allowed)

    run(project(tmp_path, CLEAN), scene)


def test_a_finding_can_be_allowed_where_it_stands_once_it_has_a_reason(tmp_path: Path) -> None:
    async def scene(window: Editor) -> None:
        window.open(DECIDE)
        await window.until_codes(DECIDE, "TL103")
        assert await window.actions(DECIDE, 1) == []
        [action] = await window.actions(DECIDE, 5, "quickfix")
        assert action.title == "Allow TL103 here (say why behind it)"
        text = window.applied(DECIDE, action)
        assert text == READS.replace("is not None", "is not None  # truthline: allow[TL103]")
        window.type(DECIDE, text)
        await window.until(lambda: sorted(window.codes(DECIDE)) == ["TL091", "TL103"])
        window.type(DECIDE, text.replace("[TL103]", "[TL103] until the table is there"))
        await window.until_codes(DECIDE)

    run(project(tmp_path, VIOLATED), scene)


def test_fixes_are_offered_one_by_one_and_for_the_whole_file(tmp_path: Path) -> None:
    path = "app/__init__.py"

    async def scene(window: Editor) -> None:
        window.open(path)
        await window.until_codes(path, "TL202", "TL202")
        fix, _allow, fix_all = await window.actions(path, 1)
        assert (fix.title, fix_all.kind) == ("Fix TL202", "source.fixAll")
        assert window.applied(path, fix) == "from app.a import x\r\nfrom app.a import also_gone\r\n"
        assert [each.title for each in await window.actions(path, 1, "source")] == [fix_all.title]
        window.type(path, window.applied(path, fix_all))
        assert window.texts[path] == "from app.a import x\r\n"
        assert await window.actions(path, 1) == []  # the text is not the one that was checked
        await window.until_codes(path)

    run(project(tmp_path, STALE), scene)


def test_an_entry_of_the_config_that_nothing_needs_is_taken_out(tmp_path: Path) -> None:
    unused = '[[rule]]\nid = "R"\nkind = "forbid-import"\nscope = ["app/**"]\nforbid = ["socket"]\n'
    text = unused + 'allow = [\n  { path = "app/a.py", reason = "it was needed" },\n]\n'

    async def scene(window: Editor) -> None:
        window.open("truthline.toml")
        await window.until_codes("truthline.toml", "TL090")
        fix, _ = await window.actions("truthline.toml", 7)
        assert window.applied("truthline.toml", fix) == unused

    run(project(tmp_path, {"truthline.toml": text, "app/a.py": "x = 1\n"}), scene)


def test_mistakes_in_the_config_stand_at_their_lines_until_they_are_mended(tmp_path: Path) -> None:
    config = VIOLATED["truthline.toml"]
    broken = config.replace("modules", "moduls").replace('["connector-cache"]', '["conector-cache"]')

    async def scene(window: Editor) -> None:
        await window.until(lambda: bool(window.found("truthline.toml")))
        assert [each.range.start.line for each in window.found("truthline.toml")] == [2, 3, 7]
        assert "did you mean `modules`?" in window.found("truthline.toml")[1].message
        window.open("truthline.toml")
        window.type("truthline.toml", config)
        window.save("truthline.toml")
        await window.until_codes(DECIDE, "TL103")
        assert window.found("truthline.toml") == []

    run(project(tmp_path, {**VIOLATED, "truthline.toml": broken}), scene)


UNREADABLE = ["def decide(tenant:\n", "(" * 5_000, "x = '\0'\n", "# coding: nonsense\n"]
STRANGE = ["x = '\ud800'\n", "# coding: latin-1\nx = '\u20ac'\n", "\ufeffx = 1\n", "\r\r\n", ""]


def test_text_that_cannot_be_read_is_a_finding_and_no_end(tmp_path: Path) -> None:
    files = {"truthline.toml": 'roots = ["."]\n', "app/__init__.py": "", "app/a.py": "import app.gone\n"}

    async def scene(window: Editor) -> None:
        window.open("app/a.py")
        for text, codes in [*((text, ["TL001"]) for text in UNREADABLE), *((text, []) for text in STRANGE)]:
            window.type("app/a.py", "import app.gone\n")
            await window.until_codes("app/a.py", "TL210")
            window.type("app/a.py", text)
            await window.until_codes("app/a.py", *codes)
            assert await window.actions("app/a.py", 1) == []

    run(project(tmp_path, files), scene)


def test_a_plugin_that_prints_or_fails_does_not_break_the_protocol(tmp_path: Path) -> None:
    plugin = "print('hello')\nraise SystemExit(3)\n"
    files = {**VIOLATED, "truthline.toml": 'plugins = ["ours.py"]\n' + VIOLATED["truthline.toml"], "ours.py": plugin}

    async def fails(window: Editor) -> None:
        await window.until(lambda: bool(window.found("truthline.toml")))
        assert "plugin `ours.py` cannot be loaded" in window.found("truthline.toml")[0].message

    async def is_left_out(window: Editor) -> None:
        await window.until_codes(DECIDE, "TL103")

    run(project(tmp_path, files), fails)
    run(tmp_path, is_left_out, "--no-plugins")


SLOW = """
import time
from truthline.api import Meta, Rule

class Slow(Rule):
    meta = Meta(code="X001", name="slow", valid=(), invalid=())

    def check(self, program):
        time.sleep(2)
        return ()
"""


@pytest.mark.parametrize("shows_progress", [True, False])
def test_a_check_that_takes_long_is_shown_by_an_editor_that_can(tmp_path: Path, shows_progress: bool) -> None:
    config = 'plugins = ["slow.py"]\n' + VIOLATED["truthline.toml"]
    files = {**VIOLATED, "truthline.toml": config, "slow.py": SLOW}

    async def scene(window: Editor) -> None:
        await window.until_codes(DECIDE, "TL103")
        if not shows_progress:
            assert (window.rooms, window.progress) == ([], [])
            return
        await window.until(lambda: any(each["kind"] == "end" for each in window.progress))
        assert len(window.rooms) == 1
        kinds = [each["kind"] for each in window.progress]
        assert (kinds[0], kinds[-1], set(kinds[1:-1])) == ("begin", "end", {"report"})
        assert window.progress[-2]["message"] == "rules and flows"

    run(project(tmp_path, files), scene, shows_progress=shows_progress)


def test_without_a_config_there_is_nothing_to_say_until_there_is_one(tmp_path: Path) -> None:
    files = {name: text for name, text in VIOLATED.items() if name.endswith(".py")}

    async def scene(window: Editor) -> None:
        window.open(DECIDE)
        assert await window.actions(DECIDE, 1) == []
        (window.base / "truthline.toml").write_text(VIOLATED["truthline.toml"])
        window.save(DECIDE)
        await window.until_codes(DECIDE, "TL103")

    run(project(tmp_path, files), scene)


def test_an_open_file_that_the_config_leaves_out_stays_out(tmp_path: Path) -> None:
    config = 'roots = ["."]\nexclude = ["app/generated/**"]\n'
    files = {"truthline.toml": config, "app/__init__.py": "", "app/a.py": "", "app/generated/b.py": ""}

    async def scene(window: Editor) -> None:
        window.open("app/generated/b.py", "import app.gone, app.lost\n")
        window.open("app/a.py", "import app.gone, app.lost\n")
        await window.until_codes("app/a.py", "TL210", "TL210")
        assert window.codes("app/generated/b.py") == []

    run(project(tmp_path, files), scene)


def test_a_missing_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("truthline.lsp")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "lsprotocol", None)
    result = truthline(project(tmp_path, VIOLATED), "lsp")
    assert (result.status, result.out) == (2, "")
    assert "pip install 'truthline[lsp]'" in result.err
