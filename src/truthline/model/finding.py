"""What a rule says, with everything that any report needs."""

from typing import Literal

import msgspec

from truthline.model.location import Location

Severity = Literal["error", "warning"]
StepKind = Literal["entry", "import", "call", "dispatch", "read", "write", "value"]


class Step(msgspec.Struct, frozen=True):
    """One step of a witness: where the flow is, and what it does there.

    `symbol` is the function in which the line stands, as `module:Qual.name`;
    `text` is the source line, stripped. `recorded` says that a traced run showed this call, and that the
    analysis does not find it.
    """

    location: Location
    symbol: str
    kind: StepKind
    text: str
    recorded: bool = False


class Finding(msgspec.Struct, frozen=True):
    """A violation at a place.

    `id` is the user's own name for the rule where there is one, else `name`.
    `fingerprint` is empty until the run gives it one (it depends on the neighbours).
    `locked` findings cannot be silenced.
    """

    code: str
    id: str
    name: str
    severity: Severity
    location: Location
    message: str
    help: str = ""
    flow: str | None = None
    state: str | None = None
    witness: tuple[Step, ...] = ()
    fixable: bool = False
    locked: bool = False
    fingerprint: str = ""
