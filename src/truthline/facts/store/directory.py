"""The directory of the store: whose it is, what it is marked with, and what of it belongs to this truthline."""

import hashlib
import os
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msgspec

import truthline
from truthline.errors import TruthlineError

NAME = ".truthline_cache"
UNFINISHED = ".new-"
"""What the names of files begin with that nobody may read yet."""
_TAG = "Signature: 8a477f597d28d172789f06886806bc55\n# Made by truthline; see https://bford.info/cachedir/\n"
_MARKS = {"CACHEDIR.TAG": _TAG, ".gitignore": "*\n"}
_KEPT_MAKERS = 4
_READERS = ("libcst-", "msgspec-", "pathspec-", "sqlglot-", "tomli-")
_LEFTOVER_SECONDS = 86_400
_FORMAT = b"1"


class StoreError(TruthlineError):
    """A directory that cannot be used as a store."""


class Usage(msgspec.Struct, frozen=True):
    """How much a store holds: files and bytes, and how much of that this truthline can use."""

    files: int
    size: int
    usable_files: int
    usable_size: int


class StoreDirectory:
    """A directory that this user owns, and in it the part that was made by this very truthline."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.path = root / maker()

    def refusal(self) -> str | None:
        """Why the directory must not be used, None where it may be, or is not there yet."""
        return _refusal(self.root) or _refusal(self.path)

    def prepare(self) -> bool:
        """Make the directory and its marks. False where that is not possible, as on a read-only disk."""
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            for name, text in _MARKS.items():
                if not (self.root / name).exists():
                    write(self.root / name, text.encode())
        except OSError:
            return False
        return self.refusal() is None

    def usage(self) -> Usage:
        """What the store holds."""
        sizes = [(path, status.st_size) for path, status in _files(self.root)]
        own = [size for path, size in sizes if self.path in path.parents]
        return Usage(len(sizes), sum(size for _, size in sizes), len(own), sum(own))

    def clean(self) -> None:
        """Remove the store, of any version. Raises StoreError where that is not this user's to do, or not possible."""
        refusal = _refusal(self.root)
        if refusal:
            raise StoreError(refusal)
        if not os.path.lexists(self.root):
            return
        if not (self.root / "CACHEDIR.TAG").is_file():
            raise StoreError(f"{self.root} has no CACHEDIR.TAG, so it is no cache of truthline's; nothing was removed")
        import shutil

        try:
            shutil.rmtree(self.root)
        except OSError as error:
            raise StoreError(f"{self.root} cannot be removed: {error.strerror or error}") from error

    def tidy(self) -> None:
        """Remove what other versions left, except for the few that were used last, and what killed runs left."""
        import shutil

        with suppress(OSError):
            others = [path for path in self.root.iterdir() if path != self.path and not path.is_symlink()]
            made = sorted((path for path in others if path.is_dir()), key=lambda path: path.stat().st_mtime)
            for path in made[: max(0, len(made) - _KEPT_MAKERS + 1)]:
                shutil.rmtree(path, ignore_errors=True)
            for path in self.path.glob(f"{UNFINISHED}*"):
                if path.stat().st_mtime + _LEFTOVER_SECONDS < time.time():
                    path.unlink(missing_ok=True)


def _refusal(path: Path) -> str | None:
    try:
        status = os.lstat(path)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        return f"{path} cannot be used as a cache: {getattr(error, 'strerror', None) or error}"
    if not stat.S_ISDIR(status.st_mode):
        sort = "a link" if stat.S_ISLNK(status.st_mode) else "no directory"
        return f"{path} is not used as a cache: it is {sort}"
    if hasattr(os, "geteuid") and status.st_uid != os.geteuid():
        return f"{path} is not used as a cache: it belongs to another user"
    if status.st_mode & stat.S_IWOTH and os.name != "nt":
        return f"{path} is not used as a cache: everybody may write to it"
    return None


def _files(root: Path) -> Iterator[tuple[Path, os.stat_result]]:
    for directory, _, names in os.walk(root):
        for name in names:
            path = Path(directory, name)
            try:
                yield path, path.lstat()
            except OSError:
                continue


def write(path: Path, content: bytes) -> None:
    """Put a file in its place whole: other processes see the old one or the new one. Raises OSError."""
    import tempfile

    descriptor, temporary = tempfile.mkstemp(prefix=UNFINISHED, dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
        os.replace(temporary, path)  # noqa: PTH105
    except BaseException:
        os.unlink(temporary)  # noqa: PTH108
        raise


def open_own(path: Path) -> int:
    """A descriptor of a regular file of this user's; a link is not followed. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode) or (hasattr(os, "geteuid") and status.st_uid != os.geteuid()):
        os.close(descriptor)
        raise PermissionError(f"{path} is not a regular file of this user's")
    return descriptor


def maker() -> str:
    """Who makes the facts: the version of truthline, the interpreter that parses, and the code that extracts.

    An installed truthline is known by the hashes that its installation recorded, one that runs from a checkout by
    the stats of its files.
    """
    package = Path(truthline.__file__).parent
    made_by = hashlib.blake2b(_FORMAT, digest_size=8)
    made_by.update(f"{truthline.__version__} {sys.implementation.name} {sys.version_info} {sys.platform}".encode())
    made_by.update("\n".join(_libraries()).encode())
    made_by.update(_record(package) or _stats(package))
    return made_by.hexdigest()


def _record(package: Path) -> bytes | None:
    """What the installer recorded, if the package lies where it put it."""
    try:
        return (package.parent / f"truthline-{truthline.__version__}.dist-info" / "RECORD").read_bytes()
    except OSError:
        return None


def _libraries() -> list[str]:
    """The versions of what reads, matches and parses for truthline, as their installer named the directories."""
    installed = Path(msgspec.__file__).parent.parent
    return sorted(each for each in os.listdir(installed) if each.endswith(".dist-info") and each.startswith(_READERS))  # noqa: PTH208


def _stats(package: Path) -> bytes:
    """Every source file of truthline and of its rules, wherever they lie."""
    roots = [str(package)]
    rules = package.parent.parent / "rules" / "truthline_rules"
    if rules.is_dir():
        roots.append(str(rules))
    found = []
    while roots:
        with os.scandir(roots.pop()) as listing:
            for entry in listing:
                if entry.is_dir(follow_symlinks=False):
                    if entry.name != "__pycache__":
                        roots.append(entry.path)
                elif entry.name.endswith((".py", ".toml")):
                    status = entry.stat()
                    found.append(f"{entry.path} {status.st_size} {status.st_mtime_ns}")
    return "\n".join(sorted(found)).encode("utf-8", "surrogateescape")
