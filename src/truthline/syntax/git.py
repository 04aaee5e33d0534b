"""What git knows of the analysed tree: which files changed, and how all of them were before."""

import os
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from truthline.errors import TruthlineError


class GitError(TruthlineError):
    """git is absent, there is no repository, or it does not know what it was asked for."""


class Repository:
    """The repository that holds a directory. Nothing in it is changed, and no command of its config is run."""

    def __init__(self, base: Path) -> None:
        self._base = base.resolve()
        self.top = Path(self._said("rev-parse", "--show-toplevel")).resolve()

    def since(self, ref: str) -> str:
        """The commit at which the work since `ref` began: where its history and that of `ref` part."""
        commit = self.commit(ref)
        parting = self._asked("merge-base", commit, "HEAD")
        return (parting or commit).strip()

    def commit(self, ref: str) -> str:
        """The commit that a revision names."""
        commit = self._asked("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
        if commit is None:
            raise GitError(f"git knows no commit `{ref}` in {self.top}")
        return commit.strip()

    def files(self, commit: str) -> dict[str, str]:
        """The regular files of a commit below the directory, relative to it, each with its object's name."""
        names = ((self._relative(name), blob) for name, blob in self._blobs(commit))
        return {name: blob for name, blob in names if not name.startswith("../")}

    def changed(self, commit: str) -> frozenset[str]:
        """The files that are not as they were, both names of one that was renamed, relative to the directory."""
        compare = ("diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", "--no-textconv")
        tracked = self._said(*compare, commit, "--", within=self.top, settings=self._no_filters())
        untracked = self._said("ls-files", "--others", "--exclude-standard", "-z", within=self.top)
        return frozenset(self._relative(name) for name in (tracked + untracked).split("\0") if name)

    def before(self, commit: str, files: Iterable[str]) -> dict[str, bytes]:
        """What those of the files, relative to the directory, that were there at a commit held."""
        known = self.files(commit)
        blobs = {file: known[file] for file in sorted(files) if file in known}
        return dict(zip(blobs, self._contents(blobs.values()), strict=True))

    def _no_filters(self) -> tuple[str, ...]:
        """Settings by which git runs no filter of its config; a file that one would have undone counts as changed."""
        found = self._asked("config", "--name-only", "-z", "--get-regexp", r"^filter\.") or ""
        names = sorted({key.rpartition(".")[0] for key in found.split("\0") if key})
        return tuple(f"{name}.{key}" for name in names for key in ("clean=", "smudge=", "process=", "required=false"))

    def restore(self, commit: str, directory: Path) -> Path:
        """Write every file of a commit below a directory, and return where its counterpart of the base lies."""
        blobs = dict(self._blobs(commit))
        for name, content in zip(blobs, self._contents(blobs.values()), strict=True):
            file = directory / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        base = directory / self._base.relative_to(self.top)
        base.mkdir(parents=True, exist_ok=True)
        return base

    def _relative(self, name: str) -> str:
        return os.path.relpath(self.top / name, self._base).replace(os.sep, "/")

    def _blobs(self, commit: str) -> Iterator[tuple[str, str]]:
        """Name and object of every regular file; links and submodules are none."""
        listing = self._said("ls-tree", "-r", "-z", "--full-tree", commit)
        for entry in filter(None, listing.split("\0")):
            head, _, name = entry.partition("\t")
            mode, _, blob = head.split()[:3]
            if mode.startswith("100"):
                yield name, blob

    def _contents(self, blobs: Iterable[str]) -> Iterator[bytes]:
        """What `cat-file --batch` says: for each object a line that ends in its size, its bytes, and a line end."""
        answer = self._run(("cat-file", "--batch"), self.top, "\n".join([*blobs, ""]).encode())
        at = 0
        while at < len(answer.stdout):
            end = answer.stdout.index(b"\n", at)
            name, *_, said = answer.stdout[at:end].split()
            if said == b"missing":
                hint = "the clone is partial or damaged; `git fetch --refetch` completes it"
                raise GitError(f"git lacks the object {name.decode()} in {self._base}: {hint}")
            size = int(said)
            yield answer.stdout[end + 1 : end + 1 + size]
            at = end + size + 2

    # -- asking git

    def _said(self, *command: str, within: Path | None = None, settings: tuple[str, ...] = ()) -> str:
        """What a command prints; raises GitError where it fails."""
        answer = self._run(command, within, settings=settings)
        if answer.status:
            reason = answer.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
            raise GitError(f"git {command[0]} fails in {self._base}: {reason}")
        return os.fsdecode(answer.stdout).removesuffix("\n")

    def _asked(self, *command: str) -> str | None:
        """What a command prints; None where it finds nothing."""
        answer = self._run(command)
        return None if answer.status else os.fsdecode(answer.stdout)

    def _run(
        self, command: Iterable[str], within: Path | None = None, text: bytes = b"", settings: tuple[str, ...] = ()
    ) -> "_Answer":
        given = [word for each in ("core.fsmonitor=false", *settings) for word in ("-c", each)]
        quiet = ("git", "--no-optional-locks", *given, "-C", str(within or self._base))
        try:
            done = subprocess.run([*quiet, *command], input=text, capture_output=True, check=False, env=_environment())
        except OSError as error:
            raise GitError(f"git cannot be run: {error.strerror or error}") from error
        return _Answer(done.returncode, done.stdout, done.stderr)


def _environment() -> dict[str, str]:
    """Without what git tells its hooks of the repository: there, paths may be relative to another directory."""
    told = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX")
    return {**{name: value for name, value in os.environ.items() if name not in told}, "LC_ALL": "C"}


class _Answer(msgspec.Struct, frozen=True):
    status: int
    stdout: bytes
    stderr: bytes
