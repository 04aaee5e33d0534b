"""Which paths the user or git asked to leave out."""

import re

import msgspec
from pathspec import GitIgnoreSpec

from truthline.syntax.tree import Tree
from truthline.syntax.unread import Unparsable

_STARS = re.compile(r"\*+")
_MOST_STARS = 4
_MOST_LINES = 10_000


class IgnoreRules(msgspec.Struct, frozen=True):
    """Patterns in gitignore syntax, and the directory (relative to the config file, "" for its own) they count from."""

    directory: str
    spec: GitIgnoreSpec

    def verdict(self, path: str) -> bool | None:
        """True: left out; False: taken back by a `!` pattern; None: not mentioned. Directories end with `/`."""
        return self.spec.check_file(path[len(self.directory) + 1 :] if self.directory else path).include


def patterns(lines: tuple[str, ...], directory: str = "") -> tuple[IgnoreRules, ...]:
    """The rules of some lines; none where they hold no pattern."""
    if not any(line.strip() and not line.startswith("#") for line in lines):
        return ()
    return (IgnoreRules(directory, GitIgnoreSpec.from_lines(lines)),)


def gitignore(tree: Tree, directory: str) -> tuple[IgnoreRules, ...]:
    """The rules of a directory's own `.gitignore`. One that cannot be read ignores nothing.

    It comes with the tree, so it is no more trusted than the tree: it is opened as a source file is, and
    patterns that a backtracking match could take for ever on are passed over.
    """
    path = f"{directory}/.gitignore" if directory else ".gitignore"
    try:
        lines = tree.read(path).decode("utf-8", "surrogateescape").splitlines()
        return patterns(tuple(line for line in lines[:_MOST_LINES] if _is_tame(line)), directory)
    except (Unparsable, ValueError):
        return ()


def _is_tame(line: str) -> bool:
    return len(_STARS.findall(line)) <= _MOST_STARS


def ignored(path: str, rules: tuple[IgnoreRules, ...]) -> bool:
    """Whether the innermost rules that mention the path leave it out. `rules` go from the outermost inwards."""
    for each in reversed(rules):
        verdict = each.verdict(path)
        if verdict is not None:
            return verdict
    return False
