"""Calls that `truthline trace` saw and the analysis does not find, kept in a file as facts for later runs.

Each names the two functions and the text at which the call was made. It holds as long as both files have the content
that they had in the traced run; calls of files that have changed since are left out, and that is told.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

import msgspec

from truthline.config.problems import ConfigError, Problem
from truthline.config.schema import Config
from truthline.facts.code import Position
from truthline.model.run import StaleRecord
from truthline.program.modules import Modules
from truthline.syntax.identity import digest
from truthline.syntax.source import decode
from truthline.syntax.tree import Tree
from truthline.syntax.unread import Unparsable

VERSION = 1


class KeptCall(msgspec.Struct, frozen=True, order=True):
    """`caller` executed `callee` (both `module:Qual.name`, a module's body by the module alone) at a place.

    `at` is line, column, end line and end column of the call as facts have them (bytes from 0). `outside` is the code
    between the two that is not analysed, as `module:function`, where there is any.
    """

    caller: str
    at: Position
    callee: str
    outside: str = ""

    @property
    def modules(self) -> tuple[str, str]:
        """The modules of both ends."""
        return self.caller.partition(":")[0], self.callee.partition(":")[0]


class Record(msgspec.Struct, frozen=True):
    """What a record file holds. `files` has the digest of each file that a call concerns, by its path."""

    version: int
    files: dict[str, str]
    calls: tuple[KeptCall, ...]


class LiveCalls(msgspec.Struct, frozen=True):
    """The calls of all record files that still hold, and what was left out of which."""

    calls: tuple[KeptCall, ...] = ()
    stale: tuple[StaleRecord, ...] = ()

    @property
    def digest(self) -> bytes:
        """Tells one set of calls from another."""
        return digest(msgspec.msgpack.encode(self.calls))


def record_of(calls: Iterable[KeptCall], modules: Modules) -> Record:
    """The record of some calls in the files as they are."""
    ordered = tuple(sorted(set(calls)))
    concerned = {module for call in ordered for module in call.modules}
    sources = (modules.by_name[module] for module in concerned)
    files = {source.file: source.digest.hex() for source in sources if source.digest is not None}
    return Record(VERSION, dict(sorted(files.items())), ordered)


def written(record: Record) -> str:
    """A record's text: a file and a call a line, in a fixed order, so that a change of one is a change of one line."""
    files = [f"    {json.dumps(file)}: {json.dumps(content)}" for file, content in record.files.items()]
    calls = [f"    {json.dumps(msgspec.to_builtins(call))}" for call in record.calls]
    return (
        f'{{\n  "version": {record.version},\n'
        f'  "files": {_block("{", files, "}")},\n'
        f'  "calls": {_block("[", calls, "]")}\n}}\n'
    )


def _block(first: str, rows: list[str], last: str) -> str:
    return first + "\n" + ",\n".join(rows) + f"\n  {last}" if rows else first + last


def live_calls(config: Config, modules: Modules) -> LiveCalls:
    """The calls that the config's record files hold and that still stand. Raises ConfigError."""
    calls: dict[KeptCall, None] = {}
    stale: list[StaleRecord] = []
    for index, file in enumerate(config.recorded):
        record = _read(config, index, modules.tree)
        changed = {name for name, content in record.files.items() if _now(name, modules) != content}
        unchanged = record.files.keys() - changed
        standing = [call for call in record.calls if _stands(call, unchanged, modules)]
        calls.update(dict.fromkeys(standing))
        if len(standing) < len(record.calls):
            stale.append(StaleRecord(file, len(record.calls) - len(standing), tuple(sorted(changed))))
    return LiveCalls(tuple(sorted(calls)), tuple(stale))


def _now(file: str, modules: Modules) -> str | None:
    """The digest of a file's content; None where it is not analysed any more."""
    module = modules.by_file.get(file)
    return module.digest.hex() if module is not None and module.digest is not None else None


def _stands(call: KeptCall, unchanged: set[str], modules: Modules) -> bool:
    sources = [modules.get(module) for module in call.modules]
    return all(source is not None and source.file in unchanged for source in sources)


def _read(config: Config, index: int, tree: Tree) -> Record:
    name = config.recorded[index]
    again = f"`truthline trace --keep {name} -- CMD...` writes it"
    if not tree.is_file(name):
        raise _problem(config, index, f"there is no file `{name}` beside the config file; {again}")
    try:
        record = msgspec.json.decode(decode(tree.read(name)), type=Record)
    except (Unparsable, msgspec.DecodeError, RecursionError) as error:
        raise _problem(
            config, index, f"`{name}` is no record of calls ({error}); remove it, and {again} anew"
        ) from error
    if record.version != VERSION:
        of_version = f"is of version {record.version}, and this truthline reads version {VERSION}"
        raise _problem(config, index, f"`{name}` {of_version}; remove it, and {again} anew")
    return record


def _problem(config: Config, index: int, message: str) -> ConfigError:
    place = config.locate(("recorded", index))
    return ConfigError([Problem(place.file, place.span.line, f"recorded[{index}]", message)])
