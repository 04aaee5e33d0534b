"""What the types of a config cannot say: names to be declared, paths to exist, keys that need each other."""

import os
import re
from collections.abc import Iterable
from pathlib import Path

from truthline.config.positions import KeyPath, written
from truthline.config.problems import Problems, did_you_mean
from truthline.config.schema import Contents, Flow, LogContract

_RULE_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_SOURCES = ("evidence", "state", "constant", "caller", "unknown")
"""Where a decision's input can come from."""
_OWN_CODE = re.compile(r"TL[0-9]+")


def examine(contents: Contents, base: Path, problems: Problems) -> None:
    """Note every mistake of the whole."""
    _paths(contents, base, problems)
    _tables(contents, problems)
    _flows(contents, problems)
    _logs(contents, problems)
    _identifiers(contents, problems)


def _paths(contents: Contents, base: Path, problems: Problems) -> None:
    for index, root in enumerate(contents.roots):
        _exists(("roots", index), root, base, problems, directory=True)
    for index, include in enumerate(contents.include):
        _exists(("include", index), include, base, problems, directory=False)
    if not contents.roots:
        problems.add_unless_known(("roots",), 'must name at least one directory; `["."]` is the one of the config file')


def _exists(key: KeyPath, text: str, base: Path, problems: Problems, *, directory: bool) -> None:
    path = base / text
    if not text:
        return
    if not os.path.exists(path):  # noqa: PTH110  # Path.exists raises where a name is too long
        problems.add(key, f"there is no `{text}` beside the config file{did_you_mean(text, _siblings(text, base))}")
    elif directory and not path.is_dir():
        problems.add(key, f"`{text}` is a file; an import root is a directory")
    elif not path.resolve().is_relative_to(base.resolve()):
        problems.add(key, f"`{text}` leads out of the directory of the config file, to where nothing is read")


def _siblings(text: str, base: Path) -> list[str]:
    """What stands where a path was sought, written as it was."""
    directory = Path(text).parent
    try:
        return [(directory / each.name).as_posix() for each in (base / directory).iterdir()]
    except OSError:
        return []


def _tables(contents: Contents, problems: Problems) -> None:
    """A table's name is typed on the command line and shown in findings."""
    tables: dict[str, Iterable[str]] = {
        "state": contents.state,
        "evidence": contents.evidence,
        "flow": contents.flow,
        "dispatch": contents.dispatch,
        "docs": contents.docs,
    }
    for table, names in tables.items():
        for name in names:
            if not name.strip() or not name.isprintable():
                problems.add((table, name), "a name must not be empty, and must be printable")


def _flows(contents: Contents, problems: Problems) -> None:
    for name, flow in contents.flow.items():
        key = ("flow", name)
        _declared((*key, "must-not-reach"), flow.must_not_reach, "state", contents.state, problems)
        _declared((*key, "must-read"), flow.must_read, "evidence", contents.evidence, problems)
        _decision(key, flow, contents, problems)


def _declared(key: KeyPath, names: Iterable[str], noun: str, known: Iterable[str], problems: Problems) -> None:
    for index, name in enumerate(names):
        if name and name not in known:
            problems.add((*key, index), _undeclared(name, noun, known))


def _decision(key: KeyPath, flow: Flow, contents: Contents, problems: Problems) -> None:
    for parameter, evidence in flow.decision.inputs.items() if flow.decision else ():
        if evidence and evidence not in contents.evidence:
            where = (*key, "decision", "inputs", parameter)
            problems.add(where, _undeclared(evidence, "evidence", contents.evidence))


def _undeclared(name: str, noun: str, known: Iterable[str]) -> str:
    near = did_you_mean(name, known)
    return f"no {noun} `{name}` is declared{near or f'; declare it as `[{noun}.{name}]`'}"


def _logs(contents: Contents, problems: Problems) -> None:
    for name, flow in contents.flow.items():
        _log(("flow", name, "log"), flow.log, ("marker",), problems)
    for name, evidence in contents.evidence.items():
        _log(("evidence", name, "log"), evidence.log, ("success", "failure"), problems)

    for value, claimed in contents.logging.sources.items() if contents.logging is not None else ():
        kind, _, name = claimed.partition(":")
        key = ("logging", "sources", value)
        if claimed not in _SOURCES and kind not in ("evidence", "state"):
            choice = ", ".join(f"`{one}`" for one in _SOURCES)
            problems.add(key, f"`{claimed}` is no provenance; write {choice}, `evidence:NAME` or `state:NAME`")
        elif name and name not in getattr(contents, kind):
            problems.add(key, _undeclared(name, kind, getattr(contents, kind)))


def _log(key: KeyPath, log: LogContract | None, keys: tuple[str, ...], problems: Problems) -> None:
    """A log contract names the markers that its table can have, and no other."""
    if log is None:
        return
    given = {name for name in ("marker", "success", "failure") if getattr(log, name) is not None}
    choice = " or ".join(f"`{name}`" for name in keys)
    for name in sorted(given - set(keys)):
        problems.add((*key, name), f"has no meaning here; write {choice}")
    if not given:
        problems.add_unless_known(key, f"names no marker; write {choice}")


def _identifiers(contents: Contents, problems: Problems) -> None:
    """Ids and aliases are selected and suppressed like codes. Several codes may share an alias, but no rule its id."""
    taken: dict[str, KeyPath] = {}
    for index, rule in enumerate(contents.rule):
        key: KeyPath = ("rule", index, "id")
        first = taken.setdefault(rule.id, key)
        if first != key and rule.id:
            problems.add(key, f"`{rule.id}` is taken by `{written(first)}`; an id names one rule")
        _identifier(key, rule.id, problems)
    for code, alias in contents.aliases.items():
        key = ("aliases", code)
        if alias in taken:
            problems.add(key, f"`{alias}` is taken by `{written(taken[alias])}`; an alias names codes only")
        _identifier(key, alias, problems)


def _identifier(key: KeyPath, name: str, problems: Problems) -> None:
    if not name:
        problems.add_unless_known(key, "must not be empty")
    elif _OWN_CODE.fullmatch(name):
        problems.add(key, f"`{name}` would be taken for a code of truthline; choose a name of your own")
    elif not _RULE_ID.fullmatch(name):
        problems.add(key, f"`{name}` cannot be typed after `--select`: letters, digits, `_`, `-` and `.` only")
