"""The authority contracts that modules state in their docstrings: generated from the config, so that both agree."""

import re
import textwrap
from collections.abc import Iterator

import msgspec

from truthline.config.references import ObjectPattern, compile_modules
from truthline.config.schema import Config, Flow, State
from truthline.program.modules import Modules, SourceModule

WIDTH = 100
"""Columns of a generated paragraph."""


class ModuleContract(msgspec.Struct, frozen=True):
    """What the docstring of a module must state about a state or a flow.

    `text` is one paragraph, unwrapped, and begins with `title`; `stated` says that the docstring has it, whatever
    its line breaks, and `outdated` that it has a paragraph of that title with other words.
    """

    module: SourceModule
    title: str
    text: str
    stated: bool
    outdated: bool
    state: str | None = None
    flow: str | None = None

    def amended(self, docstring: str) -> str:
        """A docstring that states the contract: its outdated paragraph replaced, or a new one added at the end."""
        paragraph = textwrap.fill(self.text, WIDTH, break_long_words=False, break_on_hyphens=False)
        if self.outdated:
            return _paragraph(self.title).sub(lambda _: f"{paragraph}\n", docstring, count=1)
        kept = docstring.rstrip()
        return f"{kept}\n\n{paragraph}\n" if kept else f"{paragraph}\n"


def module_contracts(config: Config, modules: Modules) -> Iterator[ModuleContract]:
    """The contracts of all states and flows that ask for one, in the order of their names and files."""
    for name, state in sorted(config.state.items()):
        if state.contract:
            patterns = compile_modules(state.modules)
            for module in _readable(modules):
                if any(pattern.matches(module.name) for pattern in patterns):
                    yield _contract(module, _state_title(name), _state_text(config, name, state), state=name)
    for name, flow in sorted(config.flow.items()):
        if flow.contract:
            entries = [ObjectPattern.compile(entry).module for entry in flow.entry]
            for module in _readable(modules):
                if any(pattern.matches(module.name) for pattern in entries):
                    yield _contract(module, _flow_title(name), _flow_text(config, flow), flow=name)


def _readable(modules: Modules) -> Iterator[SourceModule]:
    for file in sorted(modules.by_file):
        if modules.by_file[file].outline is not None:
            yield modules.by_file[file]


def _contract(
    module: SourceModule, title: str, sentences: str, *, state: str | None = None, flow: str | None = None
) -> ModuleContract:
    docstring = (module.outline and module.outline.docstring) or ""
    text = f"{title}: {sentences}"
    found = _paragraph(title).search(docstring)
    stated = found is not None and found[0].split() == text.split()
    return ModuleContract(module, title, text, stated, found is not None and not stated, state, flow)


def _paragraph(title: str) -> re.Pattern[str]:
    """The paragraph of a docstring that begins with a title, up to the next blank line."""
    words = r"\s+".join(re.escape(word) for word in title.split())
    return re.compile(rf"^[ \t]*{words}:[ \t]*\n?(?:[^\n]*\S[^\n]*\n?)+", re.MULTILINE)


def _state_title(name: str) -> str:
    return f"Authority contract of state `{name}`"


def _flow_title(name: str) -> str:
    return f"Authority contract of flow `{name}`"


def _state_text(config: Config, name: str, state: State) -> str:
    what = (
        "a runtime cache only. It may be written and remembered; it proves nothing and must never decide."
        if state.role == "cache"
        else "state that no guarded flow may read or write; it proves nothing and must never decide."
    )
    flows = [flow for flow, declared in sorted(config.flow.items()) if name in declared.must_not_reach]
    return f"{what} Flows that must not reach it: {_listed(flows)}." if flows else what


def _flow_text(config: Config, flow: Flow) -> str:
    proof = [_evidence(config, name) for name in flow.must_read]
    decides = f"decides on persistent evidence only: {'; '.join(proof)}." if proof else "decides on evidence only."
    if not flow.must_not_reach:
        return decides
    verb = "must never decide by" if flow.mode == "decide" else "must never reach"
    return f"{decides} It {verb}: {_listed(flow.must_not_reach)}."


def _evidence(config: Config, name: str) -> str:
    evidence = config.evidence[name]
    columns = f" by {', '.join(evidence.columns)}" if evidence.columns else ""
    return f"`{name}` (table {', '.join(evidence.tables)}{columns})"


def _listed(names: list[str] | tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)
