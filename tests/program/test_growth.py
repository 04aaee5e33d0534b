"""What a flow reaches does not depend on how much else there is in the program, and the work only in proportion.

Steps are counted, never time.
"""

from pathlib import Path

import pytest
from tests.program.programs import program

from truthline.program.program import Program

ROUTER = """\
from fastapi import APIRouter, Depends
from app import state

def known():
    return state.get("key")

router = APIRouter(prefix="/{name}", dependencies=[Depends(known)])
"""
ROUTE = """
@router.get("/{number}")
def show{number}(one=Depends(known)):
    return {number}
"""
MAIN = """\
from fastapi import FastAPI

{imports}
app = FastAPI()
{included}
"""
FLOW = """\
from fastapi import APIRouter, Depends

def checked():
    return 1

router = APIRouter(prefix="/flow", dependencies=[Depends(checked)])

@router.get("/decide")
def decide(one=Depends(checked)):
    return 1
"""
LISTS = """\
from app import state

def known():
    return state.get("key")

def harmless():
    return 1

class Handlers:
    def __init__(self, name):
        self.name = name
        self.found = []

    def add(self, function):
        self.found.append(function)

    def run(self):
        for function in self.found:
            function()

{made}
def decide():
    {asked}.run()
"""


def _application(routers: int) -> dict[str, str]:
    """An application whose flow enters one route of one router; each other router has five that depend on the state."""
    names = [f"area{number}" for number in range(routers)]
    every = [*names, "flow"]
    imports = "".join(f"from app import {name}\n" for name in every)
    included = "".join(f"app.include_router({name}.router)\n" for name in every)
    routes = "".join(ROUTE.format(number=at) for at in range(5))
    return {
        **{f"app/{name}.py": ROUTER.format(name=name) + routes for name in names},
        "app/flow.py": FLOW,
        "app/main.py": MAIN.format(imports=imports, included=included),
    }


def _lists(count: int, asked: int) -> dict[str, str]:
    """As many objects with a list of handlers each, every other of which asks the state."""
    made = "".join(
        f"one{at} = Handlers('{at}')\none{at}.add({'known' if at % 2 else 'harmless'})\n" for at in range(count)
    )
    return {"app/flow.py": LISTS.format(made=made, asked=f"one{asked}")}


def _clean(directory: Path, files: dict[str, str]) -> Program:
    found = program(directory, files)
    assert found.flow("decide").verdict.verdict == "clean"
    return found


def test_one_route_costs_no_more_than_in_proportion_to_the_routes_of_its_application(tmp_path: Path) -> None:
    few, many = (_clean(tmp_path / str(count), _application(count)).engine.solver.spent for count in (6, 24))
    assert many < 3 * few


def test_a_route_does_not_pass_what_stands_around_the_routes_of_seventy_other_routers(tmp_path: Path) -> None:
    _clean(tmp_path, _application(70))


@pytest.mark.parametrize("count", [5, 40, 200])
def test_what_one_of_many_lists_holds_is_not_what_all_of_them_hold(count: int, tmp_path: Path) -> None:
    _clean(tmp_path / "even", _lists(count, 2))
    odd = program(tmp_path / "odd", _lists(count, 3)).flow("decide")
    assert odd.verdict.verdict == "violated"
