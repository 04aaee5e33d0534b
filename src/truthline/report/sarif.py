"""SARIF 2.1.0, which code scanning services and editors read.

The structs below are the part of the standard that is used, by its own names.
"""

import re
from collections.abc import Sequence
from typing import Literal
from urllib.parse import quote

import msgspec

from truthline import __version__
from truthline.model.finding import Finding, Severity, Step
from truthline.model.location import Location
from truthline.model.run import Outcome, RuleText, Silenced
from truthline.report.escape import printable
from truthline.report.json_report import document
from truthline.report.style import SourceLines, Style
from truthline.report.witness import title, where

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
BASE = "%SRCROOT%"
"""Stands for the directory of the config file; services know it as the root of the repository."""
FINGERPRINT = "truthline/v1"

_LINK = re.compile(r"\[(?=[^\]]*\]\()")
"""A bracket that would open an embedded link, which a viewer may show as one that can be clicked."""


class Object(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """Base of all objects."""


class Message(Object, frozen=True, kw_only=True):
    """Text, and the same with Markdown's marks."""

    text: str
    markdown: str | None = None


class Configuration(Object, frozen=True, kw_only=True, omit_defaults=False):
    """How a rule is reported unless the config says otherwise."""

    level: Severity


class Descriptor(Object, frozen=True, kw_only=True):
    """A rule."""

    id: str
    name: str
    short_description: Message
    full_description: Message
    help: Message
    default_configuration: Configuration


class Driver(Object, frozen=True, kw_only=True, omit_defaults=False):
    """truthline, and the rules that ran."""

    name: str = "truthline"
    version: str = __version__
    semantic_version: str = __version__
    rules: tuple[Descriptor, ...]


class Tool(Object, frozen=True, kw_only=True):
    """What wrote the report."""

    driver: Driver


class Artifact(Object, frozen=True, kw_only=True):
    """A file."""

    uri: str
    uri_base_id: str


class Snippet(Object, frozen=True, kw_only=True):
    """Source text."""

    text: str


class Region(Object, frozen=True, kw_only=True):
    """A span."""

    start_line: int
    start_column: int
    end_line: int
    end_column: int
    snippet: Snippet | None = None


class Physical(Object, frozen=True, kw_only=True):
    """A place in a file."""

    artifact_location: Artifact
    region: Region


class Logical(Object, frozen=True, kw_only=True):
    """A function."""

    fully_qualified_name: str


class Place(Object, frozen=True, kw_only=True):
    """A place, and what is there."""

    physical_location: Physical
    logical_locations: tuple[Logical, ...] = ()
    message: Message | None = None


class FlowPlace(Object, frozen=True, kw_only=True):
    """A step of a witness."""

    location: Place
    kinds: tuple[str, ...]
    execution_order: int
    importance: Literal["essential", "important"]


class ThreadFlow(Object, frozen=True, kw_only=True):
    """A witness; the code that is followed runs in one thread."""

    locations: tuple[FlowPlace, ...]


class CodeFlow(Object, frozen=True, kw_only=True):
    """A witness with a title."""

    message: Message
    thread_flows: tuple[ThreadFlow, ...]


class Suppression(Object, frozen=True, kw_only=True):
    """What silences a result."""

    kind: Literal["inSource", "external"]
    status: str
    justification: str


class Properties(Object, frozen=True, kw_only=True):
    """What the standard has no word for: the user's own name for the rule, and what the result is about."""

    id: str
    flow: str | None = None
    state: str | None = None


class Result(Object, frozen=True, kw_only=True, omit_defaults=False):
    """One finding. An empty list of suppressions says that nothing silences it."""

    rule_id: str
    rule_index: int
    level: Severity
    message: Message
    locations: tuple[Place, ...]
    partial_fingerprints: dict[str, str]
    code_flows: tuple[CodeFlow, ...]
    suppressions: tuple[Suppression, ...]
    properties: Properties


class UriBase(Object, frozen=True, kw_only=True):
    """What a relative path is relative to; where that lies is no business of the report's reader."""

    description: Message


class Run(Object, frozen=True, kw_only=True, omit_defaults=False):
    """One run."""

    tool: Tool
    original_uri_base_ids: dict[str, UriBase]
    column_kind: str = "unicodeCodePoints"
    results: tuple[Result, ...]


class Log(Object, frozen=True, kw_only=True, omit_defaults=False):
    """The whole document."""

    schema: str = msgspec.field(name="$schema", default=SCHEMA)
    version: str = "2.1.0"
    runs: tuple[Run, ...]


def render(outcome: Outcome, lines: SourceLines, style: Style) -> str:
    """One SARIF log; silenced findings are in it, as suppressed results."""
    rules = {rule.code: number for number, rule in enumerate(outcome.rules)}
    found = [_result(finding, rules, ()) for finding in outcome.findings]
    silenced = [_result(each.finding, rules, (_suppression(each),)) for each in outcome.silenced]
    run = Run(
        tool=Tool(driver=Driver(rules=tuple(map(_descriptor, outcome.rules)))),
        original_uri_base_ids={BASE: UriBase(description=Message(text="The directory of truthline's config file."))},
        results=(*found, *silenced),
    )
    return document(Log(runs=(run,)))


def _descriptor(rule: RuleText) -> Descriptor:
    first, _, rest = rule.doc.partition("\n")
    return Descriptor(
        id=rule.code,
        name=rule.name,
        short_description=Message(text=_text(first)),
        full_description=Message(text=_text(_paragraph(rest) or first)),
        help=Message(text=rule.doc, markdown=_markdown(rule)),
        default_configuration=Configuration(level=rule.severity),
    )


def _paragraph(doc: str) -> str:
    """The text of the first section, on one line."""
    section = re.search(r"^\S[^\n]*:\n((?:[ \t]+\S[^\n]*\n?)+)", doc, re.MULTILINE)
    return " ".join(section[1].split()) if section else ""


def _markdown(rule: RuleText) -> str:
    """The docstring with its headings as headings."""
    first, _, rest = rule.doc.partition("\n")
    rows = [f"# {rule.code} {rule.name}", "", first]
    for row in rest.splitlines():
        rows += ["", f"## {row[:-1]}", ""] if re.fullmatch(r"\S.*:", row) else [row.strip()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(rows)) + "\n"


def _result(finding: Finding, rules: dict[str, int], suppressions: tuple[Suppression, ...]) -> Result:
    own = "" if finding.id == finding.name else f"{finding.id}: "
    return Result(
        rule_id=finding.code,
        rule_index=rules.get(finding.code, -1),
        level=finding.severity,
        message=Message(text="\n".join(map(_text, filter(None, (own + finding.message, finding.help))))),
        locations=(Place(physical_location=_physical(finding.location)),),
        partial_fingerprints={FINGERPRINT: finding.fingerprint},
        code_flows=(_code_flow(finding.witness),) if finding.witness else (),
        suppressions=suppressions,
        properties=Properties(id=finding.id, flow=finding.flow, state=finding.state),
    )


def _suppression(each: Silenced) -> Suppression:
    kind: Literal["inSource", "external"] = "inSource" if each.silencing.by == "suppression" else "external"
    return Suppression(kind=kind, status="accepted", justification=_text(each.silencing.reason))


def _code_flow(steps: Sequence[Step]) -> CodeFlow:
    last = len(steps)
    places = tuple(
        FlowPlace(
            location=Place(
                physical_location=_physical(step.location, step.text),
                logical_locations=(Logical(fully_qualified_name=printable(step.symbol)),),
                message=Message(text=_text(f"{step.kind} {where(step)}")),
            ),
            kinds=(step.kind,),
            execution_order=number,
            importance="essential" if number in (1, last) else "important",
        )
        for number, step in enumerate(steps, start=1)
    )
    return CodeFlow(message=Message(text=title(steps)), thread_flows=(ThreadFlow(locations=places),))


def _physical(location: Location, snippet: str = "") -> Physical:
    span = location.span
    region = Region(
        start_line=span.line,
        start_column=span.column,
        end_line=span.end_line,
        end_column=span.end_column,
        snippet=Snippet(text=printable(snippet)) if snippet else None,
    )
    uri = quote(location.file.encode("utf-8", "surrogatepass"), safe="/")
    return Physical(artifact_location=Artifact(uri=uri, uri_base_id=BASE), region=region)


def _text(text: str) -> str:
    """A message, in which no bracket opens a link."""
    return _LINK.sub(r"\\[", printable(text))
