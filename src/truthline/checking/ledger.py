"""What a run used of its allowances, suppressions and scopes: the material of the audits."""

from typing import Literal

import msgspec

from truthline.checking.baseline import Stale
from truthline.config.positions import KeyPath
from truthline.config.schema import Allowance, Config
from truthline.model.location import Location

UseOutcome = Literal["used", "unused", "unknown", "skipped", "locked"]


class Vacuity(msgspec.Struct, frozen=True):
    """Something in the config, at `key`, that has nothing in the code to look at."""

    key: KeyPath
    message: str


class AllowanceUse(msgspec.Struct, frozen=True):
    """An allowance at `key` in the config, and whether a finding needed it.

    Only those are listed whose rules all ran: what was not looked for cannot be called unused.
    """

    key: KeyPath
    owner: str
    allowance: Allowance
    used: bool
    expired: bool


class SuppressionUse(msgspec.Struct, frozen=True):
    """One name of a suppression comment, and what came of it.

    "skipped": its rule did not run. "locked": it stands at a finding that nothing may silence.
    `near` is the known name that an "unknown" one may have meant.
    """

    location: Location
    name: str
    outcome: UseOutcome
    near: str | None = None


class ReasonlessSuppression(msgspec.Struct, frozen=True):
    """A suppression comment that says no reason, or that cannot be read; it silences nothing."""

    location: Location
    text: str
    malformed: bool


class Ledger(msgspec.Struct, frozen=True):
    """Everything that an audit may ask about the run.

    `stale` is what of the baseline nothing needs; only an audit that is `asked_last` can see it.
    """

    config: Config
    vacuities: tuple[Vacuity, ...] = ()
    allowances: tuple[AllowanceUse, ...] = ()
    suppressions: tuple[SuppressionUse, ...] = ()
    reasonless: tuple[ReasonlessSuppression, ...] = ()
    stale: tuple[Stale, ...] = ()

    def at(self, key: KeyPath) -> Location:
        """Where a key stands in the config file."""
        return self.config.locate(key)
