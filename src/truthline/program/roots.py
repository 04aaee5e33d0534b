"""Which directories a code base imports from, as its own imports show."""

import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from truthline.program.modules import Modules

MOST = 4
"""Roots; a code base with more has something that is no root among them."""

SHARE = 0.05
"""The part of the imports that a further root must explain."""


def import_roots(modules: Modules) -> tuple[str, ...]:
    """The directories from which the files' absolute imports find each other, the one that explains most first.

    The directory of the config where nothing does: no file imports another, or only relatively.
    """
    explained = list(_explained(modules))
    roots: list[str] = []
    while len(roots) < MOST:
        votes = Counter(root for candidates in explained if not candidates & set(roots) for root in candidates)
        best = min(votes, key=lambda root: (-votes[root], root.count("/"), root), default=None)
        if best is None or votes[best] < max(1, SHARE * len(explained)):
            break
        roots.append(best)
    return tuple(roots) or (".",)


def _explained(modules: Modules) -> Iterator[set[str]]:
    """For each absolute import that some directory explains, these directories."""
    parents, known = _places(modules.by_file)
    for module in modules.by_file.values():
        for written in module.outline.imports if module.outline else ():
            top, _, rest = written.module.partition(".")
            if written.level or not top or top in sys.stdlib_module_names:
                continue
            second = rest.partition(".")[0] or (written.name if written.name != "*" else None)
            named = {root for root in parents.get(top, ()) if not rest or _joined(root, f"{top}/{second}") in known}
            roots = {root for root in named if f"{root}/__init__" not in known}  # nothing imports from inside a package
            if roots:
                yield roots


def _places(files: Iterable[str]) -> tuple[dict[str, set[str]], set[str]]:
    """The directories in which a name can be imported, and the paths, without suffix, of all modules and packages."""
    parents: defaultdict[str, set[str]] = defaultdict(set)
    known: set[str] = set()
    for file in files:
        parts = file.removesuffix(".py").split("/")
        for end in range(1, len(parts) + 1):
            known.add("/".join(parts[:end]))
            parents[parts[end - 1]].add("/".join(parts[: end - 1]) or ".")
    return dict(parents), known


def _joined(root: str, path: str) -> str:
    return path if root == "." else f"{root}/{path}"
