"""The contracts a team declares, as typed values.

Keys are kebab-case in TOML and snake_case here; `docs/configuration.md` explains each.
"""

from datetime import date
from typing import Annotated, Literal

import msgspec

from truthline.config.forms import (
    AllowGlob,
    AllowName,
    Column,
    Identifier,
    IgnorePattern,
    ModuleRef,
    ObjectRef,
    OneOrMore,
    OperationRef,
    Reason,
    Regex,
    RelativePath,
    Rest,
    ScopeGlob,
)
from truthline.config.positions import KeyPath, Positions
from truthline.model.location import Location

DEFAULT_FILE = "truthline.toml"

Dialect = Literal[
    "athena",
    "bigquery",
    "clickhouse",
    "databricks",
    "doris",
    "drill",
    "duckdb",
    "hive",
    "materialize",
    "mysql",
    "oracle",
    "postgres",
    "presto",
    "prql",
    "redshift",
    "risingwave",
    "snowflake",
    "spark",
    "spark2",
    "sqlite",
    "starrocks",
    "tableau",
    "teradata",
    "trino",
    "tsql",
]


class Contract(msgspec.Struct, frozen=True, rename="kebab", forbid_unknown_fields=True):
    """Base of every table of the config: kebab-case keys, and no unknown ones."""


class Allowance(Contract, frozen=True, kw_only=True):
    """An exception with a reason, void after `until`, and reported when nothing needs it."""

    path: AllowGlob
    reason: Reason
    until: date | None = None
    code: str | None = None
    operation: str | None = None
    symbol: AllowName | None = None


class LogContract(Contract, frozen=True, kw_only=True):
    """Markers that must be logged, with the fields that they must carry."""

    marker: str | None = None
    success: str | None = None
    failure: str | None = None
    fields: tuple[str, ...] = ()


class State(Contract, frozen=True, kw_only=True):
    """Something in memory that may be remembered but must never decide."""

    modules: tuple[ModuleRef, ...]
    role: Literal["cache", "forbidden"] = "cache"
    objects: tuple[ObjectRef, ...] | None = None
    harmless: tuple[ObjectRef, ...] = ()
    contract: bool = False


class Evidence(Contract, frozen=True, kw_only=True):
    """Something durable that proves: tables, and the columns that a reading query must constrain."""

    tables: tuple[str, ...]
    columns: tuple[str, ...] = ()
    written_by: tuple[ObjectRef, ...] = ()
    migrations: RelativePath | None = None
    log: LogContract | None = None


class Decision(Contract, frozen=True, kw_only=True):
    """Where a flow's decision falls, and the evidence that each of its inputs must rest on."""

    call: ObjectRef
    inputs: dict[str, str]


class Flow(Contract, frozen=True, kw_only=True):
    """Functions that decide."""

    entry: tuple[ObjectRef, ...]
    must_not_reach: tuple[str, ...] = ()
    must_read: tuple[str, ...] = ()
    mode: Literal["reach", "decide"] = "reach"
    guards: tuple[Column, ...] = ()
    unknown: Literal["ignore", "warn", "error"] = "warn"
    log: LogContract | None = None
    contract: bool = False
    decision: Decision | None = None
    allow: tuple[Allowance, ...] = ()
    locked: bool = False


class Owner(Contract, frozen=True, kw_only=True):
    """Whose operations the files of a scope may dispatch; `{domain}` in both ties them together."""

    scope: Annotated[tuple[ScopeGlob, ...], OneOrMore]
    operation: Annotated[tuple[OperationRef, ...], OneOrMore]


class Dispatch(Contract, frozen=True, kw_only=True):
    """A string-keyed registry: `register(name, handler)` and `execute(name, ...)` as references."""

    register: ObjectRef
    execute: ObjectRef
    handler_method: Identifier = "execute"
    owner: Owner | None = None
    allow: tuple[Allowance, ...] = ()
    locked: bool = False


class Layer(Contract, frozen=True, kw_only=True):
    """One layer, or several independent ones on the same height."""

    modules: Annotated[tuple[ModuleRef, ...], OneOrMore]
    independent: bool = False


class Rule(Contract, frozen=True, kw_only=True):
    """An instance of a general kind. `options` holds the keys of the kind itself, typed by the rule that has it."""

    id: str
    kind: str
    scope: tuple[ScopeGlob, ...] = ()
    message: str | None = None
    severity: Literal["error", "warning"] = "error"
    allow: tuple[Allowance, ...] = ()
    locked: bool = False
    may_be_empty: bool = False
    options: Annotated[dict[str, object], Rest] = {}


class Sql(Contract, frozen=True, kw_only=True):
    """How SQL text is read."""

    dialect: Dialect = "postgres"


class Logging(Contract, frozen=True, kw_only=True):
    """What must not be logged, and how logs are printed."""

    secrets: tuple[str, ...] = ()
    redact: tuple[ObjectRef, ...] = ()
    formatter: ObjectRef | None = None
    sources: dict[str, str] = {}


class Docs(Contract, frozen=True, kw_only=True):
    """Two documents that must agree with each other and with the code."""

    index: RelativePath
    linkage: RelativePath
    case: Regex
    roots: tuple[RelativePath, ...] = (".",)


class Contents(Contract, frozen=True, kw_only=True):
    """What may stand in a config file."""

    roots: tuple[RelativePath, ...] = (".",)
    include: tuple[RelativePath, ...] = ()
    exclude: tuple[IgnorePattern, ...] = ()
    packs: tuple[str, ...] = ()
    plugins: tuple[str, ...] = ()
    recorded: tuple[RelativePath, ...] = ()
    select: tuple[str, ...] = ("TL",)
    ignore: tuple[str, ...] = ()
    warn: tuple[str, ...] = ()
    warn_in: tuple[AllowGlob, ...] = ()
    sql: Sql = Sql()
    aliases: dict[str, str] = {}
    state: dict[str, State] = {}
    evidence: dict[str, Evidence] = {}
    flow: dict[str, Flow] = {}
    dispatch: dict[str, Dispatch] = {}
    rule: tuple[Rule, ...] = ()
    logging: Logging | None = None
    docs: dict[str, Docs] = {}


class Config(Contents, frozen=True, kw_only=True):
    """A whole config, and where its keys stand.

    `base` is the directory that all paths in it are relative to, `file` the config file relative to it;
    a config that nobody wrote has no file.
    """

    base: str = "."
    file: str | None = None
    positions: Positions = Positions()

    def locate(self, key: str | KeyPath) -> Location:
        """Where a key stands, for a finding: `flow.activation.entry[0]`, or its parts.

        A key that is not written down is located at the table around it.
        """
        return self.positions.location(key, self.file or DEFAULT_FILE)
