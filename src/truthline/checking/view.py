"""Which findings a run was asked about: those of some flows, or those that some files can affect."""

from collections.abc import Iterable

from truthline.checking.options import CheckOptions
from truthline.model.finding import Finding
from truthline.program.program import Program

EVERYWHERE = frozenset({"TL001", "TL002"})
"""What can concern every flow: files that could not be read, and references that no longer hold."""


class View:
    """What `--flow` and paths leave of the findings. All of the code is analysed whatever is asked for."""

    def __init__(self, program: Program, options: CheckOptions) -> None:
        self._program = program
        self._flows = options.flows
        self._paths = options.paths
        self._touched: dict[str, bool] = {}

    def shows(self, finding: Finding) -> bool:
        """Whether the run was asked about this finding at all."""
        return self._is_of_flow(finding) and (not self._paths or self._is_affected(finding))

    def _is_of_flow(self, finding: Finding) -> bool:
        if not self._flows or finding.flow in self._flows:
            return True
        return not finding.flow and finding.code in EVERYWHERE

    def _is_affected(self, finding: Finding) -> bool:
        """Whether its file, a step of its witness, or a function of its flow's slice lies in one of the paths."""
        own = {finding.location.file, *(step.location.file for step in finding.witness)}
        return self._touches(own) or (finding.flow is not None and self._touches_slice(finding.flow))

    def _touches(self, files: Iterable[str]) -> bool:
        return any(_is_below(file, path) for file in files for path in self._paths)

    def _touches_slice(self, flow: str) -> bool:
        if flow not in self._touched:
            self._touched[flow] = self._touches(self._program.slice_files(flow))
        return self._touched[flow]


def _is_below(file: str, path: str) -> bool:
    folder = path.rstrip("/")
    return folder in (".", "") or file == folder or file.startswith(f"{folder}/")
