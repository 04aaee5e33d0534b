"""What a state's and a flow's modules must say of themselves, and copies that no contract names (TL107, TL120)."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from truthline.api import FILE_START, Example, Location, Meta, Program, Rule, Violation

if TYPE_CHECKING:
    from truthline.fixing import ConcreteFile, Edit

_CACHE = '''"""Connectors seen so far."""

_connectors = {}


def remember(tenant, connector):
    _connectors[tenant] = connector


def recall(tenant):
    return _connectors.get(tenant)


def forget(tenant):
    _connectors.pop(tenant, None)
'''
_STATE = '[state.connector-cache]\nmodules = ["app.cache"]\n'
_STATED = '''"""Connectors seen so far.

Authority contract of state `connector-cache`: a runtime cache only. It may be written and
remembered; it proves nothing and must never decide.
"""

_connectors = {}
'''


class StateTwin(Rule):
    """An undeclared module that is nearly a copy of a declared state's module.

    What it does:
        Compares each module of a declared state with the modules that define the same functions and classes, line by
        line, without layout, comments and docstrings. Reports, at its first class or function, a module that no state
        declares and that shares three quarters of the lines.
    Why it is bad:
        A flow that is kept from the declared state can reach the copy, and nothing says so.
    How to fix:
        Remove the copy, or add it to the state's `modules`.
    How to allow:
        A suppression with a reason.
    """

    meta = Meta(
        code="TL107",
        name="state-twin",
        severity="warning",
        valid=(
            Example(
                title="another module with a dict",
                files={
                    "app/cache.py": _CACHE,
                    "app/names.py": "_names = {}\n\n\ndef recall(tenant):\n    return _names[tenant].title()\n",
                },
                config=_STATE,
            ),
        ),
        invalid=(
            Example(
                title="the copy that was left behind when the cache moved",
                files={"app/cache.py": _CACHE, "app/services/cache.py": "import logging\n" + _CACHE},
                config=_STATE,
            ),
        ),
    )

    def check(self, program: Program) -> Iterator[Violation]:
        """Report each twin."""
        for twin in program.twins():
            first = program.modules.first_definition(twin.copy)
            yield Violation(
                location=Location(twin.copy.file, first.span if first else FILE_START),
                message=(
                    f"`{twin.copy.name}` is nearly a copy ({twin.likeness:.0%} of its lines) of "
                    f"`{twin.original.name}`, which state `{twin.state}` declares; no state declares the copy"
                ),
                help=f"remove it, or add it to the modules of state `{twin.state}`",
                symbol=twin.copy.name,
                state=twin.state,
            )


class ContractMissing(Rule):
    """A module of a state or a flow that does not state its authority contract.

    What it does:
        For each state and flow with `contract = true`, reports the modules of the state, and those of the flow's
        entries, whose docstring lacks the contract as the config has it. Line breaks do not count.
    Why it is bad:
        Whoever edits the module does not see what holds there. A contract that says something else than
        the config is worse than none.
    How to fix:
        `truthline fix` writes the contract into the docstring, and rewrites it when the config changes.
    How to allow:
        A suppression with a reason, at the first line; for a flow also `allow` in its table, with `code = "TL120"`.
    """

    meta = Meta(
        code="TL120",
        fixable=True,
        name="contract-missing",
        subject="flow",
        valid=(
            Example(title="stated", files={"app/cache.py": _STATED}, config=_STATE + "contract = true\n"),
            Example(title="not asked for", files={"app/cache.py": _CACHE}, config=_STATE),
        ),
        invalid=(
            Example(title="nothing is stated", files={"app/cache.py": _CACHE}, config=_STATE + "contract = true\n"),
            Example(
                title="the config says more by now",
                files={"app/cache.py": _STATED, "app/decide.py": "def decide():\n    return False\n"},
                config=_STATE
                + "contract = true\n"
                + '[flow.activation]\nentry = ["app.decide:decide"]\nmust-not-reach = ["connector-cache"]\n',
            ),
        ),
    )

    def check(self, program: Program) -> Iterable[Violation]:
        """Report each contract that its module does not state."""
        for contract in program.contracts():
            if contract.stated:
                continue
            what = "states an outdated" if contract.outdated else "does not state the"
            yield Violation(
                location=Location(contract.module.file, FILE_START),
                message=f"the docstring of `{contract.module.name}` {what} contract: {contract.text}",
                help="`truthline fix` writes it into the docstring",
                symbol=contract.title,
                flow=contract.flow,
                state=contract.state,
            )

    def fix(self, program: Program, file: "ConcreteFile", violations: Sequence[Violation]) -> Iterable["Edit"]:
        """Write the contracts into the docstring."""
        titles = {each.symbol for each in violations}
        docstring = file.docstring() or ""
        for contract in program.contracts():
            if contract.module.file == file.path and contract.title in titles:
                docstring = contract.amended(docstring)
        return file.with_docstring(docstring)
