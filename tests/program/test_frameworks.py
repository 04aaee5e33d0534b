"""What runs around a function that a framework enters, where the entry is a method or part of a larger program."""

from pathlib import Path

import pytest
from tests.program.programs import analyse, program

SETTINGS = """\
INSTALLED_APPS = ["app"]
MIDDLEWARE = ["app.middleware.Attaching"]
"""
MIDDLEWARE = """\
class Attaching:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)
"""
VIEW = """\
from django.contrib.auth.decorators import login_required
from django.urls import include, path
from django.views.generic import UpdateView
from app import state


class Asking:
    def dispatch(self, request, *args, **kwargs):
        {dispatch}
        return super().dispatch(request, *args, **kwargs)


class Page(Asking, UpdateView):
    def get_object(self, queryset=None):
        return 1

    def get(self, request):
        return 1

    def post(self, request):
        state.get("t1")


pages = [path("page", login_required(Page.as_view()))]
urlpatterns = [path("", include(pages))]
decide = None
"""


@pytest.mark.parametrize(
    ("entry", "dispatch", "expected"),
    [
        ("Page.get", "pass", "clean"),
        ("Page.post", "pass", "violated"),
        ("Page.get", "state.get('t1')", "violated"),
        ("Page.get_object", "state.get('t1')", "violated"),
    ],
)
def test_a_method_of_a_class_based_view_is_entered_by_its_own_kind_of_request(
    entry: str, dispatch: str, expected: str, tmp_path: Path
) -> None:
    files = {
        "app/settings.py": SETTINGS,
        "app/middleware.py": MIDDLEWARE,
        "app/flow.py": VIEW.format(dispatch=dispatch),
    }
    other = f"[flow.other]\nentry = ['app.flow:{entry}']\nmust-not-reach = ['cache']"
    assert program(tmp_path, files, other).flow("other").verdict.verdict == expected


MODELS_THAT_MAKE_THEMSELVES = """\
from fastapi import Depends, FastAPI
from pydantic import BaseModel, Field
from app import state

app = FastAPI()


class Tree(BaseModel):
    left: "Tree" = Field(default_factory=lambda: Tree())
    ask: object = Field(default_factory=lambda: state.get)


@app.get("/")
def decide(tree: Tree = Depends()):
    return tree.left.left.ask("t1")
"""


def test_a_model_whose_default_is_another_of_its_kind_ends(tmp_path: Path) -> None:
    assert analyse(tmp_path, {"app/flow.py": MODELS_THAT_MAKE_THEMSELVES}).verdict.verdict == "violated"
