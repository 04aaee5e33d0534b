"""What the command line says about a run."""

from concurrent.futures import Executor
from datetime import date

import msgspec

from truthline.config.schema import Config
from truthline.facts.store.store import Store
from truthline.program.load import Progress
from truthline.syntax.overlay import NOTHING, Overlay
from truthline.timings import Timings


class CheckOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How to check, beyond the config.

    `select` starts the selection afresh, `ignore` refines it. `flows` leaves only the findings of these flows, and
    files that could not be read and references that no longer hold. `paths` (relative to the config file) leaves only
    findings that a file at or below one of them can affect: their own, one on the way of a witness, or one of a flow's
    slice; `changed_since` (a commit of git) does so for the files that have changed. `today` decides which allowances
    have expired. What `overlay` holds is read in place of the files of these paths, or is added to them. Without
    `baseline`, what is in it counts. With `graphs`, the outcome holds the slice of each flow. `timings` is told how
    long each stage takes, `store` knows facts and learns new ones, and
    files are read on the `executor` if there is one.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    flows: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    changed_since: str | None = None
    today: date | None = None
    overlay: Overlay = NOTHING
    baseline: bool = True
    graphs: bool = False
    no_plugins: bool = False
    jobs: int | None = None
    progress: Progress | None = None
    timings: Timings | None = None
    store: Store | None = None
    executor: Executor | None = None

    def runs_plugins(self, config: Config) -> bool:
        """Whether code that is not truthline's has a say."""
        return bool(config.plugins) and not self.no_plugins

    @property
    def day(self) -> date:
        """The day that decides: the user's own, unless another one was asked for."""
        return self.today or date.today()  # noqa: DTZ011
