"""Facts by content: kept, found again, and made anew where they are damaged."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.projects import environment

from truthline.facts.store.directory import StoreDirectory, StoreError
from truthline.facts.store.packs import SUFFIX
from truthline.facts.store.store import Store

KEYS = [bytes([number]) * 16 for number in range(20)]


def filled(root: Path, *numbers: int) -> StoreDirectory:
    """A store with these facts, in a pack of their own."""
    directory = StoreDirectory(root)
    store = Store(directory)
    for number in numbers:
        store.put("outline", KEYS[number], b"fact %d" % number)
    store.close()
    return directory


def known(root: Path) -> dict[int, bytes]:
    store = Store(StoreDirectory(root))
    found = {number: store.get("outline", key) for number, key in enumerate(KEYS)}
    return {number: fact for number, fact in found.items() if fact is not None}


def packs(directory: StoreDirectory) -> list[Path]:
    return sorted(directory.path.glob(f"*{SUFFIX}"))


def test_what_one_run_finds_out_the_next_one_knows(tmp_path: Path) -> None:
    filled(tmp_path / "cache", 1, 2)
    filled(tmp_path / "cache", 3)
    assert known(tmp_path / "cache") == {1: b"fact 1", 2: b"fact 2", 3: b"fact 3"}


def test_a_fact_is_known_at_once_and_by_its_kind(tmp_path: Path) -> None:
    for store in (Store(), Store(StoreDirectory(tmp_path / "cache"))):
        store.put("bodies", KEYS[1], b"code")
        store.put("bodies", KEYS[2], b"")
        assert store.get("bodies", KEYS[1]) == b"code"
        assert store.get("bodies", KEYS[2]) == b""
        assert store.get("unread", KEYS[1]) is None
        store.close()


def test_a_store_without_a_directory_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    store = Store()
    store.put("outline", KEYS[1], b"shape")
    store.close()
    assert list(tmp_path.iterdir()) == []


def test_it_is_marked_as_a_cache_and_ignored_by_git(tmp_path: Path) -> None:
    filled(tmp_path / "cache", 1)
    assert (tmp_path / "cache/CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55")
    assert (tmp_path / "cache/.gitignore").read_text() == "*\n"


def cut(content: bytes) -> bytes:
    return content[:-1]


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda content: b"",
    "cut short by a byte": cut,
    "cut in half": lambda content: content[: len(content) // 2],
    "another file": lambda content: b"PK\x03\x04" * 20,
    "a flipped bit in a fact": lambda content: bytes([content[0] ^ 1]) + content[1:],
    "a flipped bit in the index": lambda content: content[:-60] + bytes([content[-60] ^ 1]) + content[-59:],
    "a flipped bit in the footer": lambda content: content[:-1] + bytes([content[-1] ^ 1]),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_what_is_damaged_is_absent_and_can_be_made_again(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    directory = filled(tmp_path / "cache", 1)
    [pack] = packs(directory)
    pack.write_bytes(damage(pack.read_bytes()))
    assert known(tmp_path / "cache") == {}
    filled(tmp_path / "cache", 1)
    assert known(tmp_path / "cache") == {1: b"fact 1"}


def test_a_damaged_fact_leaves_the_others(tmp_path: Path) -> None:
    directory = filled(tmp_path / "cache", 1, 2)
    [pack] = packs(directory)
    content = pack.read_bytes()
    pack.write_bytes(b"X" + content[1:])
    assert known(tmp_path / "cache") == {2: b"fact 2"}


def test_many_packs_become_one_that_keeps_what_is_used(tmp_path: Path) -> None:
    for number in range(14):
        filled(tmp_path / "cache", number)
    assert len(packs(StoreDirectory(tmp_path / "cache"))) < 3
    assert set(known(tmp_path / "cache")) == set(range(14))


def test_a_pack_that_is_merged_away_can_still_be_read(tmp_path: Path) -> None:
    directory = filled(tmp_path / "cache", 1)
    reading = Store(directory)
    packs(directory)[0].unlink()
    assert reading.get("outline", KEYS[1]) == b"fact 1"


def test_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from truthline.facts.store.store import Store;"
        "from truthline.facts.store.directory import StoreDirectory\n"
        "for number in range(30):\n"
        "    store = Store(StoreDirectory(Path(sys.argv[1])))\n"
        "    key = bytes([int(sys.argv[2])]) * 8 + bytes([number]) * 8\n"
        "    store.put('outline', key, key); store.close()\n"
    )
    arguments = [sys.executable, "-c", script, str(tmp_path / "cache")]
    running = [subprocess.Popen([*arguments, str(number)], env=environment()) for number in range(3)]
    assert [process.wait() for process in running] == [0, 0, 0]
    store = Store(StoreDirectory(tmp_path / "cache"))
    kept = [
        store.get("outline", bytes([writer]) * 8 + bytes([number]) * 8) for writer in range(3) for number in range(30)
    ]
    assert all(kept)


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_a_directory_that_may_not_be_trusted_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "file").touch()
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    reasons = {name: StoreDirectory(tmp_path / name).refusal() for name in ("real", "link", "file", "open", "absent")}
    assert reasons["real"] is None
    assert reasons["absent"] is None
    assert reasons["link"] == f"{tmp_path / 'link'} is not used as a cache: it is a link"
    assert reasons["file"] == f"{tmp_path / 'file'} is not used as a cache: it is no directory"
    assert reasons["open"] == f"{tmp_path / 'open'} is not used as a cache: everybody may write to it"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give files away")
def test_what_belongs_to_another_user_is_not_used(tmp_path: Path) -> None:
    directory = filled(tmp_path / "cache", 1)
    os.chown(packs(directory)[0], 12345, 12345)
    assert known(tmp_path / "cache") == {}
    os.chown(tmp_path / "cache", 12345, 12345)
    assert StoreDirectory(tmp_path / "cache").refusal() == (
        f"{tmp_path / 'cache'} is not used as a cache: it belongs to another user"
    )


def test_only_a_marked_directory_is_removed(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/thesis.tex").touch()
    with pytest.raises(StoreError, match=r"has no CACHEDIR\.TAG"):
        StoreDirectory(tmp_path / "mine").clean()
    filled(tmp_path / "cache", 1)
    StoreDirectory(tmp_path / "cache").clean()
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
    StoreDirectory(tmp_path / "cache").clean()
