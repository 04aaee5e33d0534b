"""Which paths the user or git asked to leave out."""

import re
import warnings
from itertools import count

import msgspec
from pathspec import GitIgnoreSpec

from truthline.syntax.tree import Tree
from truthline.syntax.unread import Unparsable

_STAR = "[^/]*"
_BETWEEN = re.compile(r"\[\^/\]\*((?:\\.|\[[^\]]+\](?![*+?{])|[^\\\[\](){}.*+?|^$/])+)(?=\[\^/\]\*)", re.DOTALL)
_MOST_TREES = 2
"""`**/` in one pattern: each of them tries every directory of a path."""
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
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a bracket in brackets, which means what it meant before
        spec = GitIgnoreSpec.from_lines(lines)
        for each in spec.patterns:
            regex = getattr(each, "regex", None)
            if isinstance(regex, re.Pattern) and regex.pattern.count(_STAR) > 1:
                each.regex = re.compile(_once(regex.pattern))
    return (IgnoreRules(directory, spec),)


def _once(regex: str) -> str:
    """The same regular expression, but what stands between two stars of a name is looked for once, at its first place.

    Of several places the first is as good as any, since the next star takes the rest. Without this, each star would try
    every place, and all stars together would try them for ever.
    """
    number = count()
    return _BETWEEN.sub(lambda match: f"(?=(?P<once{(each := next(number))}>[^/]*?{match[1]}))(?P=once{each})", regex)


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
    return line.count("**/") <= _MOST_TREES


def ignored(path: str, rules: tuple[IgnoreRules, ...]) -> bool:
    """Whether the innermost rules that mention the path leave it out. `rules` go from the outermost inwards."""
    for each in reversed(rules):
        verdict = each.verdict(path)
        if verdict is not None:
            return verdict
    return False
