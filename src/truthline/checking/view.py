"""Which findings a run was asked about: those of some flows, or those that some files can affect."""

from collections.abc import Callable, Iterable

from truthline.checking.changes import Before, Changes
from truthline.checking.options import CheckOptions
from truthline.model.finding import Finding
from truthline.program.program import Program

EVERYWHERE = frozenset({"TL001", "TL002"})
"""What can concern every flow: files that could not be read, and references that no longer hold."""


class View:
    """What `--flow`, paths and `--changed-since` leave of the findings. All of the code is analysed in any case.

    `before` is asked for only where a finding is not known to be affected otherwise: it costs a run of its own.
    """

    def __init__(
        self, program: Program, options: CheckOptions, changes: Changes | None, before: Callable[[], Before]
    ) -> None:
        self._program = program
        self._flows = options.flows
        self._paths = options.paths
        self._changes = changes
        self._ask_before = before
        self._before: Before | None = None
        self._touched: dict[str, bool] = {}

    def shows(self, finding: Finding) -> bool:
        """Whether the run was asked about this finding at all. It has its fingerprint by now."""
        if not self._is_of_flow(finding):
            return False
        if self._changes is not None and self._changes.everything:
            return True
        return not (self._paths or self._changes is not None) or self._is_affected(finding)

    def _is_of_flow(self, finding: Finding) -> bool:
        if not self._flows or finding.flow in self._flows:
            return True
        return not finding.flow and finding.code in EVERYWHERE

    def _is_affected(self, finding: Finding) -> bool:
        """Whether its file, a step of its witness, or a function of its flow's slice lies in one of the files.

        Of changed files the slice before counts too, and so does a finding that was not there before.
        """
        own = {finding.location.file, *(step.location.file for step in finding.witness)}
        if self._touches(own) or (finding.flow is not None and self._touches_slice(finding.flow)):
            return True
        if self._changes is None or not self._changes.files:
            return False
        before = self._what_was_before()
        touched_before = finding.flow is not None and self._touches(before.slices.get(finding.flow, ()))
        return touched_before or finding.fingerprint not in before.fingerprints

    def _touches(self, files: Iterable[str]) -> bool:
        changed = self._changes.files if self._changes is not None else frozenset()
        return any(file in changed or any(is_below(file, path) for path in self._paths) for file in files)

    def _touches_slice(self, flow: str) -> bool:
        if flow not in self._touched:
            self._touched[flow] = self._touches(self._program.slice_files(flow))
        return self._touched[flow]

    def _what_was_before(self) -> Before:
        if self._before is None:
            self._before = self._ask_before()
        return self._before


def is_below(file: str, path: str) -> bool:
    """Whether a file is the one of a path, or lies in its directory; both relative to the config file."""
    folder = path.rstrip("/")
    return folder in (".", "") or file == folder or file.startswith(f"{folder}/")
