"""When the server checks, and that nothing stops it from checking again."""

import asyncio
from pathlib import Path

import pytest

pytest.importorskip("pygls", reason="the extra `lsp` is not installed")

from tests.cli.projects import VIOLATED, project

from truthline.lsp import rounds
from truthline.lsp.rounds import Round, Rounds


class Silent:
    """Nobody to tell."""

    def begin(self) -> None: ...

    def advance(self, done: int, total: int) -> None: ...

    def end(self) -> None: ...


def test_a_bug_in_one_round_is_told_and_the_next_one_comes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project(tmp_path, VIOLATED)
    found: list[Round] = []

    async def play() -> None:
        done = asyncio.Event()

        def finished(each: Round) -> None:
            found.append(each)
            done.set()

        desk = Rounds(lambda: ([tmp_path], {}), finished, Silent(), no_plugins=True)
        for broken in (False, True, False):
            with monkeypatch.context() as patch:
                if broken:
                    patch.setattr(rounds, "look", None)
                done.clear()
                desk.touch(tmp_path)
                await asyncio.wait_for(done.wait(), 60)

    asyncio.run(play())
    assert [len(each.looks) for each in found] == [1, 1, 1]  # what was known stays
    assert [len(each.complaints) for each in found] == [0, 1, 0]
    assert "TypeError" in found[1].complaints[0]


def test_only_the_projects_that_are_concerned_are_checked_again(tmp_path: Path) -> None:
    bases = [project(tmp_path / name, VIOLATED) for name in ("one", "two")]
    found: list[Round] = []

    async def play() -> None:
        done = asyncio.Event()

        def finished(each: Round) -> None:
            found.append(each)
            done.set()

        desk = Rounds(lambda: (bases, {}), finished, Silent(), no_plugins=True)
        for touched in (tmp_path, bases[0] / "app/decide.py"):
            done.clear()
            desk.touch(touched)
            await asyncio.wait_for(done.wait(), 60)

    asyncio.run(play())
    first, second = (dict(each.looks) for each in found)
    configs = [base / "truthline.toml" for base in bases]
    assert [second[config] is first[config] for config in configs] == [False, True]
