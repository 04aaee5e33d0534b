"""What a rule may use of truthline; everything else is free to change.

A rule is a subclass of `Rule`, `FileRule`, `SurveyRule` or `Audit` with a `Meta`. It is asked with a `Program`, a
`FileView` or a `Ledger`, and yields `Violation`s.
`Program.modules` knows names and imports, `Program.flow` the ways of a flow, `Program.dispatch` the operations.
`docs/writing-rules.md` walks through one.
"""

from truthline.checking.ledger import Ledger, Vacuity
from truthline.checking.protocol import Audit, Example, FileRule, Meta, Options, Rule, Setup, SurveyRule, Violation
from truthline.checking.scope import Scope
from truthline.config.forms import (
    Glob,
    ModuleRef,
    NameRef,
    ObjectRef,
    OneOrMore,
    OperationRef,
    Regex,
    RelativePath,
    ScopeGlob,
)
from truthline.config.references import ModulePattern, NamePattern, ObjectPattern, OperationPattern, PathPattern
from truthline.config.segments import MalformedPattern
from truthline.facts.outline import Definition, Import, ModuleCall, Outline
from truthline.facts.view import PARTS, FileView, Part
from truthline.model.finding import Severity, Step
from truthline.model.flowgraph import FlowNode
from truthline.model.location import FILE_START, Location, Span
from truthline.model.verdict import FlowVerdict, UnresolvedCall, Verdict
from truthline.program.callpattern import CallPattern
from truthline.program.callsites import CallSite, CallSites, FunctionBody
from truthline.program.changed import ChangedCode
from truthline.program.evidence.migrations import Migrated
from truthline.program.evidence.producers import UnpersistedEvidence
from truthline.program.evidence.reads import EvidenceReads, UnconstrainedEvidence, UnreadEvidence
from truthline.program.influence.table_writes import TableWrite, TableWrites
from truthline.program.logs.claims import FalseClaim
from truthline.program.logs.contracts import LackingFields, LogGaps, UnloggedWay
from truthline.program.logs.records import Printed
from truthline.program.logs.secrets import SecretLeak
from truthline.program.modules import (
    External,
    Found,
    ImportEdge,
    ImportTarget,
    Missing,
    Modules,
    Resolution,
    SourceModule,
    Unknown,
)
from truthline.program.precedence import is_always_called, is_preceded
from truthline.program.program import (
    Depth,
    DispatchSites,
    Execution,
    FlowAnalysis,
    InputProvenance,
    InputSource,
    MissingReference,
    OutsideWrite,
    Override,
    PossibleWay,
    Program,
    Registration,
    SourceKind,
    Way,
)
from truthline.syntax.comments import SourceComment
from truthline.syntax.git import GitError
from truthline.syntax.unread import Unparsable

__all__ = [
    "FILE_START",
    "PARTS",
    "Audit",
    "CallPattern",
    "CallSite",
    "CallSites",
    "ChangedCode",
    "Definition",
    "Depth",
    "DispatchSites",
    "EvidenceReads",
    "Example",
    "Execution",
    "External",
    "FalseClaim",
    "FileRule",
    "FileView",
    "FlowAnalysis",
    "FlowNode",
    "FlowVerdict",
    "Found",
    "FunctionBody",
    "GitError",
    "Glob",
    "Import",
    "ImportEdge",
    "ImportTarget",
    "InputProvenance",
    "InputSource",
    "LackingFields",
    "Ledger",
    "Location",
    "LogGaps",
    "MalformedPattern",
    "Meta",
    "Migrated",
    "Missing",
    "MissingReference",
    "ModuleCall",
    "ModulePattern",
    "ModuleRef",
    "Modules",
    "NamePattern",
    "NameRef",
    "ObjectPattern",
    "ObjectRef",
    "OneOrMore",
    "OperationPattern",
    "OperationRef",
    "Options",
    "Outline",
    "OutsideWrite",
    "Override",
    "Part",
    "PathPattern",
    "PossibleWay",
    "Printed",
    "Program",
    "Regex",
    "Registration",
    "RelativePath",
    "Resolution",
    "Rule",
    "Scope",
    "ScopeGlob",
    "SecretLeak",
    "Setup",
    "Severity",
    "SourceComment",
    "SourceKind",
    "SourceModule",
    "Span",
    "Step",
    "SurveyRule",
    "TableWrite",
    "TableWrites",
    "UnconstrainedEvidence",
    "Unknown",
    "UnloggedWay",
    "Unparsable",
    "UnpersistedEvidence",
    "UnreadEvidence",
    "UnresolvedCall",
    "Vacuity",
    "Verdict",
    "Violation",
    "Way",
    "is_always_called",
    "is_preceded",
]
