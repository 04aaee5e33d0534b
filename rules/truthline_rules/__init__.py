"""The rules that ship with truthline, on its public protocol only."""

from truthline_rules.assign import Assign
from truthline_rules.contracts import ContractMissing, StateTwin
from truthline_rules.dangling import DanglingImport, DanglingName
from truthline_rules.decisions import InputConstant, InputFromCaller, InputUnproven
from truthline_rules.decorator import Decorator
from truthline_rules.dispatch import (
    DuplicateOperation,
    DynamicOperation,
    ForeignOperation,
    UnknownOperation,
    UnusedOperation,
)
from truthline_rules.effects import InitSideEffect
from truthline_rules.evidence import EvidenceNotRead, EvidenceUnconstrained
from truthline_rules.expiry import Expiry
from truthline_rules.files import MissingEntry, UnparsableFile, VacuousScope
from truthline_rules.flows import (
    StateCalled,
    StateDecides,
    StateImported,
    StatePossiblyReached,
    StateRead,
    StateWritten,
)
from truthline_rules.forbid_call import ForbidCall
from truthline_rules.forbid_definition import ForbidDefinition
from truthline_rules.forbid_import import ForbidImport
from truthline_rules.forbid_parameter import ForbidParameter
from truthline_rules.forbid_text import ForbidText
from truthline_rules.forbid_write import ForbidWrite
from truthline_rules.frozen_files import FrozenFiles
from truthline_rules.header import Header
from truthline_rules.independent import Independent
from truthline_rules.layers import Layers
from truthline_rules.log_claims import LogSourceContradicted
from truthline_rules.log_fields import LogFieldDropped
from truthline_rules.log_keys import ReservedLogKey
from truthline_rules.log_markers import LogFieldMissing, LogMarkerMissing
from truthline_rules.log_secrets import SecretLogged
from truthline_rules.marker_dependents import MarkerDependents
from truthline_rules.max_members import MaxMembers
from truthline_rules.no_cycles import NoCycles
from truthline_rules.producers import EvidenceNotPersisted, EvidenceWithoutMigration
from truthline_rules.protected import Protected
from truthline_rules.reexports import (
    ReexportCycle,
    StaleAll,
    StaleReexportModule,
    StaleReexportName,
    StarReexport,
)
from truthline_rules.require_call import RequireCall
from truthline_rules.require_import import RequireImport
from truthline_rules.thin_facade import ThinFacade
from truthline_rules.unique_file import UniqueFile
from truthline_rules.upkeep import ReasonlessSuppression, StaleBaseline, UnusedAllowance, UnusedSuppression
from truthline_rules.usecases import CaseMismatch, DeadReference, MissingCase
from truthline_rules.writers import DecisionOverridden, UndeclaredWriter

RULES = (
    UnparsableFile,
    MissingEntry,
    VacuousScope,
    UnusedAllowance,
    ReasonlessSuppression,
    UnusedSuppression,
    StaleBaseline,
    StateImported,
    StateCalled,
    StateRead,
    StateDecides,
    StatePossiblyReached,
    StateWritten,
    StateTwin,
    EvidenceNotRead,
    EvidenceUnconstrained,
    InputConstant,
    InputFromCaller,
    InputUnproven,
    UndeclaredWriter,
    DecisionOverridden,
    ContractMissing,
    EvidenceNotPersisted,
    EvidenceWithoutMigration,
    StaleReexportModule,
    StaleReexportName,
    StaleAll,
    ReexportCycle,
    StarReexport,
    InitSideEffect,
    DanglingImport,
    DanglingName,
    ForeignOperation,
    UnknownOperation,
    UnusedOperation,
    DuplicateOperation,
    DynamicOperation,
    ForbidImport,
    RequireImport,
    Layers,
    Independent,
    Protected,
    NoCycles,
    ForbidCall,
    RequireCall,
    ForbidParameter,
    ForbidDefinition,
    MaxMembers,
    Header,
    FrozenFiles,
    UniqueFile,
    Expiry,
    MarkerDependents,
    ThinFacade,
    ForbidText,
    Assign,
    Decorator,
    ForbidWrite,
    LogMarkerMissing,
    LogFieldMissing,
    SecretLogged,
    ReservedLogKey,
    LogSourceContradicted,
    LogFieldDropped,
    DeadReference,
    MissingCase,
    CaseMismatch,
)
