"""A flow's slice as a graph: its functions, who calls whom and where, and what could not be resolved."""

import msgspec

from truthline.model.location import Location


class FlowNode(msgspec.Struct, frozen=True, order=True):
    """A function of the slice, or the body of a class that it defines. `state` is the state to which it belongs."""

    symbol: str
    location: Location
    is_entry: bool = False
    state: str | None = None


class FlowCall(msgspec.Struct, frozen=True):
    """One place at which a function calls another, implicit calls and those of callbacks included."""

    caller: str
    callee: str
    location: Location
    text: str


class OpenCall(msgspec.Struct, frozen=True):
    """A call of which not every target is known, and why."""

    caller: str
    location: Location
    text: str
    reason: str


class FlowGraph(msgspec.Struct, frozen=True):
    """The slice of a flow, in order of symbols and places."""

    flow: str
    nodes: tuple[FlowNode, ...]
    calls: tuple[FlowCall, ...]
    open: tuple[OpenCall, ...]
