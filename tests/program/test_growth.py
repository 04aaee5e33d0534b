"""The engine's work grows with the program, and not with its square. Steps are counted, never time."""

from pathlib import Path

from tests.program.programs import program

ROUTES = """\
from fastapi import APIRouter, Depends
from app import state

router = APIRouter(prefix="/{name}")


def known():
    return 1


"""
ROUTE = """\
@router.get("/{number}")
def {name}(one=Depends(known)):
    return {number}


"""
MAIN = """\
from fastapi import FastAPI

{imports}
app = FastAPI()
{included}
"""
FLOW = """\
from fastapi import APIRouter
from app import state

router = APIRouter(prefix="/flow")


@router.get("/decide")
def decide():
    return 1
"""


def _application(routers: int) -> dict[str, str]:
    """An application whose flow enters one route of one router; each other router has five."""
    names = [f"area{number}" for number in range(routers)]
    files = {f"app/{name}.py": ROUTES.format(name=name) for name in names}
    for name in names:
        files[f"app/{name}.py"] += "".join(ROUTE.format(number=at, name=f"show{at}") for at in range(5))
    every = [*names, "flow"]
    imports = "".join(f"from app import {name}\n" for name in every)
    included = "".join(f"app.include_router({name}.router)\n" for name in every)
    return {**files, "app/flow.py": FLOW, "app/main.py": MAIN.format(imports=imports, included=included)}


def _steps(directory: Path, files: dict[str, str]) -> int:
    found = program(directory, files)
    assert found.flow("decide").verdict.verdict == "clean"
    return found.engine.solver.spent


def test_one_route_costs_no_more_than_in_proportion_to_the_routes_of_its_application(tmp_path: Path) -> None:
    few, many = (_steps(tmp_path / str(count), _application(count)) for count in (6, 24))
    assert many < 3 * few
