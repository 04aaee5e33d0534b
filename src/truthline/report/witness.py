"""A witness as a numbered way, for people."""

from collections.abc import Sequence

from truthline.model.finding import Step
from truthline.report.page import Page
from truthline.report.summary import counted


def print_way(page: Page, steps: Sequence[Step], indent: int) -> None:
    """Each step with its place, what happens there in which function, and the source line."""
    number_width = len(str(len(steps)))
    for number, step in enumerate(steps, start=1):
        deeper = indent + number_width + 1
        place = f"{step.location.file}:{step.location.span.line}"
        page.whole((f"{number:>{number_width}}", "bold"), " ", (place, "cyan"), indent=indent)
        page.wrap((step.kind, "magenta"), f" {where(step)}", indent=deeper, hang=2)
        if step.text:
            page.wrap((step.text, "dim"), indent=deeper + 4, hang=2)


def title(steps: Sequence[Step]) -> str:
    """The line above a way."""
    return f"The way there, {counted(len(steps), 'step')}:"


def where(step: Step) -> str:
    """The function of a step, for its module is told by the file; and that a run showed the step, where one did."""
    module, _, qualname = step.symbol.partition(":")
    function = f"in {qualname}" if qualname else f"in the body of {module}"
    return function + remark(step)


def remark(step: Step) -> str:
    """What is to be said of how a step is known."""
    return ", recorded by trace" if step.recorded else ""
