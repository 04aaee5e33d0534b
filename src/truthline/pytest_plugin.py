"""pytest: a test fails when a flow touches the state that it must not reach, while it runs.

    @pytest.mark.authority("onboarding-activation")
    def test_activation(client): ...

    def test_activation(authority, client):
        with authority("onboarding-activation"):
            client.post("/activate")

pytest loads this file in every run of everybody who has truthline installed. It therefore imports nothing of truthline
before a test asks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import pytest

Authority = Callable[..., AbstractContextManager[None]]


def authority(flow: str, *, config: Path | str | None = None) -> AbstractContextManager[None]:
    """Watch a flow for the length of a block; also a decorator.

    The config is found from the working directory upward unless `config` names it. At the end of the block raises
    AuthorityViolation, an AssertionError, where the flow ran into its forbidden state; raises TruthlineError at once
    where no config declares the flow.
    """
    from truthline.trace.guard import guard

    return guard(flow, Path.cwd(), Path(config) if config is not None else None)


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", "authority(flow): fails the test when the flow touches its forbidden state")


@pytest.fixture(name="authority")
def authority_fixture(pytestconfig: pytest.Config) -> Authority:
    """`authority(flow)`, with the config that is found from pytest's root directory upward."""
    from truthline.trace.guard import guard

    def watch(flow: str, *, config: Path | str | None = None) -> AbstractContextManager[None]:
        return guard(flow, pytestconfig.rootpath, Path(config) if config is not None else None)

    return watch


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Watch the flows of a test's markers while it runs."""
    markers = list(item.iter_markers("authority"))
    if not markers:
        return (yield)
    from truthline.trace.guard import guard

    with ExitStack() as watching:
        for marker in markers:
            for flow in marker.args:
                watching.enter_context(guard(flow, item.config.rootpath, None))
        return (yield)
