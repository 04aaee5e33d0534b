"""Findings, and mistakes in a config, as an editor underlines them."""

from collections import defaultdict

from lsprotocol import types

from truthline.config.problems import Problem
from truthline.lsp.look import Look
from truthline.lsp.places import Places
from truthline.model.finding import Finding
from truthline.report.escape import printable
from truthline.report.witness import remark

SOURCE = "truthline"
_SEVERITIES = {"error": types.DiagnosticSeverity.Error, "warning": types.DiagnosticSeverity.Warning}


def diagnostics(look: Look, places: Places) -> dict[str, list[types.Diagnostic]]:
    """By the address of a file, what is wrong there; the witness is related information."""
    found: defaultdict[str, list[types.Diagnostic]] = defaultdict(list)
    for problem in look.problems:
        found[places.uri(problem.file)].append(_mistake(problem, places))
    for judged in look.judged:
        found[places.uri(judged.finding.location.file)].append(diagnostic(judged.finding, places))
    return dict(found)


def diagnostic(finding: Finding, places: Places) -> types.Diagnostic:
    """One finding. The user's own name for the rule is told where there is one."""
    named = f" ({finding.id})" if finding.id != finding.name else ""
    rows = [finding.message + named, *([f"help: {finding.help}"] if finding.help else [])]
    return types.Diagnostic(
        range=places.range(finding.location),
        message="\n".join(map(printable, rows)),
        severity=_SEVERITIES[finding.severity],
        code=finding.code,
        source=SOURCE,
        related_information=[
            types.DiagnosticRelatedInformation(
                places.location(step.location),
                printable(f"{number}. {step.kind} in {step.symbol}{remark(step)}: {step.text}"),
            )
            for number, step in enumerate(finding.witness, start=1)
        ],
    )


def _mistake(problem: Problem, places: Places) -> types.Diagnostic:
    return types.Diagnostic(
        range=places.line(problem.file, problem.line),
        message=printable(f"{problem.key}: {problem.message}" if problem.key else problem.message),
        severity=types.DiagnosticSeverity.Error,
        code="config",
        source=SOURCE,
    )
