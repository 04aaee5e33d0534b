"""`--changed-since` and use cases: a flow that has changed, and what the documents say of it (TL703)."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from tests.repositories import commit, git

from truthline.checking.options import CheckOptions
from truthline.model.finding import Finding
from truthline.testing import check_files

CONFIG = """\
include = ["app"]

[flow.onboarding]
entry = ["app.onboarding:Handler.execute"]

[dispatch.operations]
register = "app.registry:Registry.register"
execute = "app.registry:Registry.execute"
handler-method = "execute"

[docs.usecases]
index = "docs/INDEX.md"
linkage = "docs/LINKAGE.md"
case = 'UC-\\d+'
roots = [".", "app"]
"""
ONBOARDING = '''\
from app.limits import MOST
from app.steps import advance

LIMIT = 3
UNUSED = 1


class Handler:
    """Takes a tenant in."""

    least = 0

    def execute(self, tenant):
        """Advance."""
        return advance(tenant, LIMIT, self.least, MOST)

    def idle(self):
        return 1


def elsewhere():
    return 1
'''
STEPS = (
    "def advance(tenant, limit, least, most):\n    return least <= len(tenant) < limit\n\n\ndef back():\n    return 1\n"
)
INDEX = """\
| ID | Usecase | Audience | Status |
| --- | --- | --- | --- |
| UC-001 | Onboarding | `cust` | `GREEN` |
| UC-002 | Billing | `cust` | `RED` |
"""
BILLING = "## UC-002: Billing\n- Audience: `cust`\n- Status: `RED`\n"


def linkage(*references: str) -> str:
    lines = "".join(f"- Code: `{reference}`\n" for reference in references)
    return f"# Linkage\n\n## UC-001: Onboarding\n- Audience: `cust`\n- Status: `GREEN`\n{lines}\n{BILLING}"


LINKAGE = linkage("app/onboarding.py::Handler")
TREE = {
    "app/__init__.py": "",
    "app/limits.py": "MOST = 9\n",
    "app/registry.py": (
        "from app.onboarding import Handler\n\n\n"
        "class Registry:\n    def register(self, name, handler): ...\n    def execute(self, name): ...\n\n\n"
        "registry = Registry()\nregistry.register('tenant.onboard', Handler())\nregistry.execute('tenant.onboard')\n"
    ),
    "app/onboarding.py": ONBOARDING,
    "app/steps.py": STEPS,
    "app/billing.py": "def bill():\n    return 1\n",
    "docs/INDEX.md": INDEX,
    "docs/LINKAGE.md": LINKAGE,
}

Compare = Callable[..., list[Finding]]


@pytest.fixture
def compare(tmp_path: Path) -> Compare:
    """TL703 of a tree with some files changed since its one commit."""

    def run(changes: Mapping[str, str], before: Mapping[str, str] = TREE, config: str = CONFIG) -> list[Finding]:
        git(tmp_path, "init", "-q", "-b", "main")
        for name, text in {**before, "truthline.toml": config}.items():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(text, encoding="utf-8")
        commit(tmp_path)
        found = check_files(changes, config, tmp_path, CheckOptions(jobs=1, changed_since="HEAD")).findings
        return [each for each in found if each.code == "TL703"]

    return run


def edited(name: str, old: str, new: str) -> dict[str, str]:
    assert old in TREE[name]
    return {name: TREE[name].replace(old, new)}


STALE = "docs/LINKAGE.md:3 UC-001"
CODE = [
    ("nothing", {}, []),
    ("the entry", edited("app/onboarding.py", "return advance", "return not advance"), [STALE]),
    ("a function that the entry calls", edited("app/steps.py", "< limit", "<= limit"), [STALE]),
    ("a constant that the entry uses", edited("app/onboarding.py", "LIMIT = 3", "LIMIT = 4"), [STALE]),
    ("an attribute of its class", edited("app/onboarding.py", "least = 0", "least = 1"), [STALE]),
    ("what an imported name means", edited("app/onboarding.py", "import advance", "import back as advance"), [STALE]),
    ("a new function of the slice", {
        **edited("app/steps.py", "return least <=", "return new() + least <="), "app/new.py": "def new(): ...\n",
    }, [STALE]),
    ("a default", edited("app/steps.py", "most):", "most=2):"), [STALE]),
    ("a comment", edited("app/onboarding.py", "LIMIT = 3", "LIMIT = 3  # tenants"), []),
    ("a docstring", edited("app/onboarding.py", '"""Advance."""', '"""Go on."""'), []),
    ("its place", edited("app/onboarding.py", "LIMIT = 3", "\n\nLIMIT = 3"), []),
    ("a function beside it", edited("app/onboarding.py", "def elsewhere():\n    ", "def other():\n    2\n    "), []),
    ("a method beside it", edited("app/onboarding.py", "def idle(self):\n       ", "def idle(self):\n        2;"), []),
    ("a constant that it does not use", edited("app/onboarding.py", "UNUSED = 1", "UNUSED = 2"), []),
    ("another module", edited("app/billing.py", "return 1", "return 2"), []),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "expected"), [pytest.param(*case[1:], id=case[0]) for case in CODE])
def test_what_changes_a_flow(changes: dict[str, str], expected: list[str], compare: Compare) -> None:
    assert [shown(each) for each in compare(changes)] == expected


def shown(finding: Finding) -> str:
    case = next(name for name in ("UC-001", "UC-002") if name in finding.message)
    return f"{finding.location.file}:{finding.location.span.line} {case}"


CHANGE = edited("app/onboarding.py", "return advance", "return not advance")
DOCUMENTS = [
    ("a line of the section", {"docs/LINKAGE.md": LINKAGE.replace("Code: ", "Checked again: ")}, []),
    ("a part of the section", {"docs/LINKAGE.md": LINKAGE.replace(BILLING, f"### Proof\nnew\n\n{BILLING}")}, []),
    ("the row of the index", {"docs/INDEX.md": INDEX.replace("| Onboarding", "| Onboarding of 2026")}, []),
    ("another section", {"docs/LINKAGE.md": f"{LINKAGE}- Checked again\n"}, [STALE]),
    ("the text before it", {"docs/LINKAGE.md": LINKAGE.replace("# Linkage", "# Linkage, 2nd")}, [STALE]),
    ("the layout", {"docs/LINKAGE.md": LINKAGE.replace("- Code: ", "-   Code:  ") + "\n\n"}, [STALE]),
    ("the place of the section", {"docs/LINKAGE.md": f"# L\n\n\n\n{LINKAGE[10:]}"}, ["docs/LINKAGE.md:6 UC-001"]),
]  # fmt: skip


@pytest.mark.parametrize(("documents", "expected"), [pytest.param(*case[1:], id=case[0]) for case in DOCUMENTS])
def test_what_touches_a_use_case(documents: dict[str, str], expected: list[str], compare: Compare) -> None:
    found = compare({**CHANGE, **documents})
    assert [shown(each) for each in found if "not touched" in each.message] == expected


LINKS = [
    ("the class", ["app/onboarding.py::Handler"], True),
    ("the method", ["app/onboarding.py::Handler.execute"], True),
    ("the method as tests write it", ["onboarding.py::Handler::execute"], True),
    ("the file", ["app/onboarding.py"], True),
    ("the file by another root", ["onboarding.py"], True),
    ("the operation", ["tenant.onboard"], True),
    ("another method of the file", ["app/onboarding.py::Handler.idle"], False),
    ("another file", ["app/billing.py"], False),
    ("a function of the slice, where no use case names the entry", ["app/steps.py::advance"], True),
    ("a function beside it", ["app/steps.py::back"], False),
    ("nothing", [], False),
]


@pytest.mark.parametrize(("references", "is_linked"), [pytest.param(*case[1:], id=case[0]) for case in LINKS])
def test_which_use_cases_are_those_of_a_flow(references: list[str], is_linked: bool, compare: Compare) -> None:
    found = compare(CHANGE, {**TREE, "docs/LINKAGE.md": linkage(*references)})
    assert [shown(each) for each in found] == [STALE] * is_linked


def test_a_use_case_that_names_the_entry_goes_before_one_that_names_another_function(compare: Compare) -> None:
    both = f"{LINKAGE}- Code: `app/steps.py::advance`\n"
    assert [shown(each) for each in compare(CHANGE, {**TREE, "docs/LINKAGE.md": both})] == [STALE]


def test_each_use_case_of_a_flow_is_asked_for(compare: Compare) -> None:
    both = f"{LINKAGE}- Code: `app/onboarding.py::Handler`\n"
    found = compare({**CHANGE, "docs/LINKAGE.md": f"{both}- Checked again\n"}, {**TREE, "docs/LINKAGE.md": both})
    assert [shown(each) for each in found] == [STALE]


def test_what_is_said(compare: Compare) -> None:
    (finding,) = compare({**CHANGE, **edited("app/steps.py", "< limit", "<= limit")})
    assert finding.message == (
        "flow `onboarding` has changed, and its use case UC-001 was not touched: "
        "`app.onboarding:Handler.execute` (app/onboarding.py:13) and 1 more is not as it was"
    )
    assert finding.flow == "onboarding"
    assert [f"{step.location.file}:{step.location.span.line} {step.text}" for step in finding.witness] == [
        "app/onboarding.py:13 def execute(self, tenant):",
        "app/steps.py:1 def advance(tenant, limit, least, most):",
    ]


def test_a_flow_whose_file_is_new_and_a_section_that_is_new(compare: Compare) -> None:
    before = {name: text for name, text in TREE.items() if name not in ("app/onboarding.py", "app/registry.py")}
    new = {name: TREE[name] for name in ("app/onboarding.py", "app/registry.py")}
    assert [shown(each) for each in compare(new, before)] == [STALE]


def test_documents_that_are_new(compare: Compare) -> None:
    before = {name: text for name, text in TREE.items() if not name.startswith("docs/")}
    documents = {name: text for name, text in TREE.items() if name.startswith("docs/")}
    assert compare({**CHANGE, **documents}, before) == []


def test_a_file_that_could_not_be_read_before(compare: Compare) -> None:
    before = {**TREE, "app/steps.py": "def advance(:\n"}
    assert [shown(each) for each in compare({"app/steps.py": STEPS}, before)] == [STALE]


def test_without_a_commit_to_compare_with_nothing_is_said(tmp_path: Path) -> None:
    found = check_files(TREE, CONFIG, tmp_path, CheckOptions(jobs=1)).findings
    assert [each.code for each in found if each.code.startswith("TL70")] == []
