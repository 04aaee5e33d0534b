"""Calls that `truthline trace` saw and the analysis does not find, kept in a file as facts for later runs.

Each names the two functions and the text at which the call was made. It holds as long as both files have the content
that they had in the traced run; calls of files that have changed since are left out, and that is told.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable

import msgspec

from truthline.config.problems import ConfigError, Problem
from truthline.config.schema import Config
from truthline.facts.code import Position
from truthline.model.run import StaleRecord
from truthline.program.engine.recorded import instruction_at
from truthline.program.engine.units import Unit
from truthline.program.modules import Modules
from truthline.syntax.discovery import relative
from truthline.syntax.identity import digest
from truthline.syntax.source import decode
from truthline.syntax.tree import Tree
from truthline.syntax.unread import Unparsable

VERSION = 1

UnitsOf = Callable[[str], tuple[Unit, ...]]
"""The units of a module by its name."""


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


class _Versioned(msgspec.Struct, frozen=True):
    """What a record of any version says first, however the rest looks."""

    version: int


class _AnyRecord(_Versioned, frozen=True):
    """What tells a record of any version from other files."""

    calls: tuple[msgspec.Raw, ...]


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


def record_files(config: Config) -> tuple[str, ...]:
    """The record files that the config names, each as findings would name it."""
    return tuple(relative(config.base, name) for name in config.recorded)


def is_earlier_record(text: bytes) -> bool:
    """Whether a file's content is a record, of whatever version."""
    try:
        msgspec.json.decode(text, type=_AnyRecord)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True


def live_calls(config: Config, modules: Modules, units: UnitsOf) -> LiveCalls:
    """The calls that the config's record files hold and that still stand. Raises ConfigError."""
    calls: dict[KeptCall, None] = {}
    stale: list[StaleRecord] = []
    for index, file in enumerate(record_files(config)):
        record = _read(config, index, file, modules.tree)
        changed = _changed(record, modules)
        current = [call for call in record.calls if changed.isdisjoint(_files(call, modules))]
        placed = [call for call in current if _is_placed(call, units)]
        calls.update(dict.fromkeys(placed))
        if len(current) < len(record.calls):
            stale.append(StaleRecord(file, len(record.calls) - len(current), tuple(sorted(changed))))
        if len(placed) < len(current):
            stale.append(StaleRecord(file, len(current) - len(placed)))
    return LiveCalls(tuple(sorted(calls)), tuple(stale))


def _changed(record: Record, modules: Modules) -> set[str]:
    """The files of a record that are not what they were then, or of which it does not say what they were."""
    concerned = {file for call in record.calls for file in _files(call, modules)}
    return {file for file in concerned | record.files.keys() if _now(file, modules) != record.files.get(file, "")}


def _now(file: str, modules: Modules) -> str | None:
    """The digest of a file's content; None where it is not analysed any more."""
    module = modules.by_file.get(file)
    return module.digest.hex() if module is not None and module.digest is not None else None


def _files(call: KeptCall, modules: Modules) -> list[str]:
    """The files of both ends, as far as their modules are still there."""
    sources = (modules.get(module) for module in call.modules)
    return [source.file for source in sources if source is not None]


def _is_placed(call: KeptCall, units: UnitsOf) -> bool:
    """Whether both functions stand in their files, and an instruction at the place of the call."""
    caller, callee = call.modules
    callers = [unit for unit in units(caller) if unit.symbol == call.caller]
    is_called = any(unit.symbol == call.callee for unit in units(callee))
    return is_called and any(instruction_at(unit, call.at) is not None for unit in callers)


def _read(config: Config, index: int, name: str, tree: Tree) -> Record:
    again = f"`truthline trace --keep {name} -- CMD...` writes it"
    if tree.is_directory(name):
        raise _problem(config, index, f"`{name}` is a directory; name the file in it that `truthline trace` wrote")
    if not tree.is_file(name):
        raise _problem(config, index, f"there is no file `{name}` beside the config file; {again}")
    try:
        text = decode(tree.read(name))
        version = msgspec.json.decode(text, type=_Versioned).version
        if version != VERSION:
            of_version = f"is of version {version}, and this truthline reads version {VERSION}"
            raise _problem(config, index, f"`{name}` {of_version}; remove it, and {again} anew")
        return msgspec.json.decode(text, type=Record)
    except (Unparsable, msgspec.DecodeError, RecursionError) as error:
        raise _problem(
            config, index, f"`{name}` is no record of calls ({error}); remove it, and {again} anew"
        ) from error


def _problem(config: Config, index: int, message: str) -> ConfigError:
    place = config.locate(("recorded", index))
    return ConfigError([Problem(place.file, place.span.line, f"recorded[{index}]", message)])
