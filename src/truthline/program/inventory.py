"""What a code base keeps in memory, who reads it, and which contracts that suggests."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from truthline.facts.holdings import Holding, holdings
from truthline.program.modules import Modules, SourceModule
from truthline.program.program import Program
from truthline.syntax.unread import Unparsable

STATES, FLOWS, ENTRIES = 6, 3, 4
"""How many states and flows are proposed, and how many entries for a flow: enough to begin with, few enough to read."""

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_REMEMBERS = frozenset(
    "cache cached connector connectors session sessions token tokens tenant tenants balance balances limit limits "
    "quota quotas flag flags pending active known seen approved status".split()
)
_HOLDS = frozenset("registry registered store pool state locks".split())
_DECIDES = frozenset(
    "activate activation authorize authorise authorization authorized approve approval permit permitted allow allowed "
    "eligible eligibility entitled grant decide decision predicate admit admission enforce charge permission".split()
)
_CHECKS = frozenset("check can is has may must evaluate verify validate require ensure".split())
_DURABLE = frozenset("execute commit session objects".split())
_ASIDE = re.compile(r"(^|/)(tests?|testing|conftest\.py$|test_[^/]*$|_?vendor(ed)?|third_party)")
"""Tests, and code of others that was copied in: nothing of it is proposed."""


class Remembered(msgspec.Struct, frozen=True):
    """Something that a module keeps in memory, and the other modules that import the module.

    `process_wide` says that it lives as long as the process: it is a module's or a class's own, or stands in an object
    that a singleton holds.
    """

    module: str
    file: str
    holding: Holding
    users: tuple[str, ...]
    process_wide: bool

    @property
    def reference(self) -> str:
        """How a config names it."""
        return f"{self.module}:{self.holding.qualname}"


class ProposedState(msgspec.Struct, frozen=True):
    """A state that may be worth declaring: the objects of one module that other modules use."""

    name: str
    module: str
    objects: tuple[str, ...]
    readers: int
    users: int


class ProposedFlow(msgspec.Struct, frozen=True):
    """Functions of one module that decide, by their names."""

    name: str
    entries: tuple[str, ...]


class Inventory(msgspec.Struct, frozen=True):
    """What is kept in memory, in the order of the files, and what is proposed; `tables` are those of mapped classes."""

    remembered: tuple[Remembered, ...]
    states: tuple[ProposedState, ...]
    flows: tuple[ProposedFlow, ...]
    tables: tuple[str, ...]


def take_inventory(program: Program) -> Inventory:
    """Look at every file that can be read."""
    modules = program.modules
    users = _users(modules)
    remembered = tuple(_remembered(program, users))
    return Inventory(remembered, _proposed_states(remembered), _proposed_flows(modules), _tables(program))


def _users(modules: Modules) -> dict[str, dict[str, None]]:
    """Which modules import each module by name, not only on the way to one of its parts."""
    found: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for edge in modules.edges():
        if not edge.implied:
            found[edge.imported][edge.importer] = None
    return found


def _remembered(program: Program, users: dict[str, dict[str, None]]) -> Iterator[Remembered]:
    for file in sorted(program.modules.by_file):
        module = program.modules.by_file[file]
        if module.outline is None:
            continue
        found = _holdings(program, file)
        held = {name for each in found for name in each.makes}
        for each in found:
            owner = each.qualname.rpartition(".")[0].rpartition(".")[2]
            wide = each.kind != "instance-container" or owner in held
            yield Remembered(module.name, file, each, tuple(sorted(users.get(module.name, ()))), wide)


def _holdings(program: Program, file: str) -> tuple[Holding, ...]:
    try:
        return holdings(program.view(file))
    except (Unparsable, RecursionError):
        return ()


# -- proposals


def _proposed_states(remembered: Sequence[Remembered]) -> tuple[ProposedState, ...]:
    """The modules whose memory is most read: containers that live as long as the process, named like memory first."""
    by_module: defaultdict[str, list[Remembered]] = defaultdict(list)
    for each in remembered:
        if each.process_wide and each.holding.readers and not _ASIDE.search(each.file) and _can_be_named(each.module):
            by_module[each.module].append(each)
    ranked = sorted(by_module.values(), key=lambda several: (-_weight(several), several[0].module))
    chosen = [several for several in ranked if _weight(several) > 0][:STATES]
    names = _names([several[0].module for several in chosen])
    return tuple(
        ProposedState(
            name=name,
            module=several[0].module,
            objects=tuple(each.reference for each in several),
            readers=len({reader for each in several for reader in each.holding.readers}),
            users=len(several[0].users),
        )
        for name, several in zip(names, chosen, strict=True)
    )


def _can_be_named(module: str) -> bool:
    """Whether it is the name of a module, as imports and configs write it; a script `my-tool.py` has none."""
    return all(part.isidentifier() for part in module.split("."))


def _weight(several: Sequence[Remembered]) -> int:
    """How much speaks for a state; nothing does if no container is in it, or nobody else uses the module."""
    containers = [each for each in several if each.holding.kind.endswith("container")]
    if not containers or not several[0].users:
        return 0
    said = {word for each in containers for word in words(each.reference)}
    named = 100 * bool(_REMEMBERS & said) + 50 * bool(_HOLDS & said)
    return named + min(len(several[0].users), 20) + sum(len(each.holding.readers) for each in containers)


def _proposed_flows(modules: Modules) -> tuple[ProposedFlow, ...]:
    """The modules with most functions that decide, by their names."""
    by_module: defaultdict[str, list[str]] = defaultdict(list)
    for file in sorted(modules.by_file):
        module = modules.by_file[file]
        if not _ASIDE.search(file) and _can_be_named(module.name):
            by_module[module.name] += _deciding(module)
    ranked = sorted(by_module, key=lambda name: (-_decisiveness(modules.by_name[name], by_module[name]), name))
    chosen = [name for name in ranked if by_module[name]][:FLOWS]
    named = zip(_names(chosen), chosen, strict=True)
    return tuple(
        ProposedFlow(flow, tuple(f"{name}:{each}" for each in by_module[name][:ENTRIES])) for flow, name in named
    )


def _deciding(module: SourceModule) -> list[str]:
    """Functions that begin with what decides, or that check something of that kind."""
    definitions = module.outline.definitions if module.outline else ()
    functions = {each.qualname: None for each in definitions if each.kind == "function"}
    outer = [name for name in functions if name.rpartition(".")[0] not in functions]
    return [name for name in outer if _decides(words(name.rpartition(".")[2]))]


def _decides(name: Sequence[str]) -> bool:
    if not name:
        return False
    return name[0] in _DECIDES or (name[0] in _CHECKS and bool(_DECIDES & set(name[1:])))


def _decisiveness(module: SourceModule, entries: Sequence[str]) -> int:
    """How much speaks for a module: its name, what it says of durable things, and how many functions decide."""
    said = set(module.outline.words.split()) if module.outline else set()
    return 4 * len(_DECIDES & set(words(module.name))) + 2 * len(_DURABLE & said) + min(len(entries), ENTRIES)


def _tables(program: Program) -> tuple[str, ...]:
    """The tables that mapped classes name."""
    found: set[str] = set()
    for module in program.modules.files_mentioning("__tablename__"):
        text = "\n".join(program.modules.source_lines(module.file))
        found.update(re.findall(r"^\s*__tablename__\s*(?::[^=\n]*)?=\s*[\"']([\w.]+)[\"']", text, re.MULTILINE))
    return tuple(sorted(found))


def words(name: str) -> list[str]:
    """The words of a name, in lower case: `ConnectorRegistry._tenant_map` has four."""
    return [word.lower() for word in _WORDS.findall(name)]


def _names(modules: Iterable[str]) -> list[str]:
    """A name in kebab-case for each module: its last part, with a number where that is taken."""
    taken: defaultdict[str, int] = defaultdict(int)
    found = []
    for module in modules:
        name = "-".join(words(module.rpartition(".")[2])) or "module"
        taken[name] += 1
        found.append(name if taken[name] == 1 else f"{name}-{taken[name]}")
    return found
