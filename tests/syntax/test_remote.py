"""Jobs on an executor of somebody else's."""

from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from truthline.facts.extract import extract
from truthline.syntax.pool import map_files
from truthline.syntax.remote import map_on
from truthline.syntax.source import SourceFile
from truthline.syntax.unread import Unread


def files(base: Path) -> list[SourceFile]:
    texts = {"a.py": "import os\n", "b.py": "def f(:\n", "c.py": "x = 1\n" * 1000}
    for name, text in texts.items():
        (base / name).write_text(text)
    found = [SourceFile(name, len(text)) for name, text in texts.items()]
    return [*found, SourceFile("gone.py", 1), SourceFile("socket.py", reason="is a socket")]


def by_name(results: Any) -> dict[str, bytes | Unread]:
    return {file.path: result for file, result in results}


def test_the_answers_are_those_of_processes_of_our_own(tmp_path: Path) -> None:
    found = files(tmp_path)
    expected = by_name(map_files(extract, found, base=tmp_path, jobs=1))
    with ThreadPoolExecutor(2) as executor:
        assert by_name(map_on(executor, extract, found, base=tmp_path, jobs=1)) == expected
    assert expected["socket.py"] == Unread("socket.py", "is a socket")


class Dying(Executor):
    """An executor whose every worker dies."""

    def submit(self, *_: Callable[..., Any], **__: Any) -> "Future[Any]":  # type: ignore[override]
        future: Future[Any] = Future()
        future.set_exception(RuntimeError("killed"))
        return future


def test_what_kills_a_worker_is_read_at_home(tmp_path: Path) -> None:
    found = files(tmp_path)
    expected = by_name(map_files(extract, found, base=tmp_path, jobs=1))
    assert by_name(map_on(Dying(), extract, found, base=tmp_path, jobs=1)) == expected
