"""`changed_since`: everything is analysed, and what the changes can affect is reported."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.repositories import commit, git

from truthline.checking.options import CheckOptions
from truthline.model.run import Outcome
from truthline.syntax.git import GitError
from truthline.testing import check_files

Lint = Callable[..., Outcome]
Change = Callable[[Path], object]

CACHE = "_seen = {}\n\n\ndef lookup(key):\n    return _seen.get(key)\n"
TREE = {
    "app/__init__.py": "",
    "app/cache.py": CACHE,
    "app/norm.py": "def normal(key):\n    return key.strip()\n",
    "app/decide.py": (
        "from app.cache import lookup\nfrom app.norm import normal\n\n\n"
        "def decide(key):\n    return lookup(normal(key))\n"
    ),
    "app/other.py": "import app.gone\n",
    "app/plain.py": "def plain():\n    return 1\n",
}
CONFIG = """\
[state.seen]
modules = ["app.cache"]
[flow.activation]
entry = ["app.decide:decide"]
must-not-reach = ["seen"]
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with one commit of the tree."""
    git(tmp_path, "init", "-q", "-b", "main")
    for name, text in {**TREE, "truthline.toml": CONFIG}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    commit(tmp_path)
    return tmp_path


def write(name: str, text: str) -> Change:
    return lambda tree: (tree / name).write_text(text, encoding="utf-8")


def rename(old: str, new: str) -> Change:
    return lambda tree: (tree / old).rename(tree / new)


def delete(name: str) -> Change:
    return lambda tree: (tree / name).unlink()


def found(outcome: Outcome) -> list[str]:
    return [f"{finding.code} {finding.location.file}" for finding in outcome.findings]


WAY = "TL103 app/decide.py"
GONE = "TL210 app/other.py"


@pytest.mark.parametrize(
    ("change", "reported"),
    [
        (lambda _tree: None, []),
        (write("app/plain.py", "def plain():\n    return 2\n"), []),
        (write("app/new.py", "x = 1\n"), []),
        (write("notes.md", "nothing of ours"), []),
        (write("app/other.py", "import app.gone  # still\n"), [GONE]),
        (write("app/cache.py", CACHE + "\n"), [WAY]),  # a step of the witness
        (write("app/norm.py", "def normal(key):\n    return key\n"), [WAY]),  # in the slice only
        (delete("app/plain.py"), []),
        (rename("app/other.py", "app/another.py"), ["TL210 app/another.py"]),
        (write("app/norm.py", "from app.plain import plain as normal\n"), [WAY]),  # the slice before
        (write("app/new.py", "import app.lost\n"), ["TL210 app/new.py"]),
        (delete("app/norm.py"), [WAY, "TL210 app/decide.py"]),  # imported by a file that did not change
        (write("truthline.toml", f"# all of it\n{CONFIG}"), [WAY, GONE]),
    ],
)
def test_what_a_change_can_affect(repository: Path, change: Change, reported: list[str], lint: Lint) -> None:
    change(repository)
    config = (repository / "truthline.toml").read_text(encoding="utf-8")
    assert sorted(found(lint({}, config, changed_since="HEAD"))) == sorted(reported)
    commit(repository)
    assert found(lint({}, config, changed_since="HEAD")) == []
    assert sorted(found(lint({}, config, changed_since="HEAD~1"))) == sorted(reported)


def test_a_helper_that_opens_a_way_elsewhere_is_reported(repository: Path, lint: Lint) -> None:
    (repository / "app/decide.py").write_text(
        "from app.norm import normal\n\n\ndef decide(key):\n    return normal(key)\n", encoding="utf-8"
    )
    commit(repository)
    assert found(lint({}, CONFIG, changed_since="HEAD")) == []
    (repository / "app/norm.py").write_text(
        "from app.cache import lookup\n\n\ndef normal(key):\n    return lookup(key)\n", encoding="utf-8"
    )
    assert found(lint({}, CONFIG, changed_since="HEAD")) == ["TL103 app/norm.py"]


def test_a_deleted_module_is_missed_where_it_is_imported(repository: Path, lint: Lint) -> None:
    (repository / "app/__init__.py").write_text("from app.plain import plain\n", encoding="utf-8")
    commit(repository)
    (repository / "app/plain.py").unlink()
    assert found(lint({}, CONFIG, changed_since="HEAD")) == ["TL201 app/__init__.py"]


def test_what_happened_on_the_other_branch_is_no_change_of_ours(repository: Path, lint: Lint) -> None:
    git(repository, "checkout", "-q", "-b", "ours")
    (repository / "app/plain.py").write_text("def plain():\n    return 3\n", encoding="utf-8")
    commit(repository)
    git(repository, "checkout", "-q", "main")
    (repository / "app/other.py").write_text("import app.gone  # theirs\n", encoding="utf-8")
    commit(repository)
    git(repository, "checkout", "-q", "ours")
    assert found(lint({}, CONFIG, changed_since="main")) == []


def test_a_config_below_the_top_of_the_repository(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "-b", "main")
    service = tmp_path / "service"
    options = CheckOptions(jobs=1, changed_since="HEAD")
    for name in ("elsewhere.py", "service/app/a.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x = 1\n", encoding="utf-8")
    (service / "truthline.toml").write_text("", encoding="utf-8")
    commit(tmp_path)
    (tmp_path / "elsewhere.py").write_text("x = 2\n", encoding="utf-8")
    assert found(check_files({"app/__init__.py": "", "app/a.py": "import app.gone\n"}, "", service, options)) == [
        "TL210 app/a.py"
    ]


def test_a_hook_of_git_sees_the_same(repository: Path, lint: Lint, monkeypatch: pytest.MonkeyPatch) -> None:
    write("app/other.py", "import app.gone  # still\n")(repository)
    monkeypatch.setenv("GIT_DIR", "somewhere/.git")
    monkeypatch.setenv("GIT_INDEX_FILE", "somewhere/index")
    assert found(lint({}, CONFIG, changed_since="HEAD")) == [GONE]


def test_what_is_not_saved_yet_has_changed(repository: Path, lint: Lint) -> None:
    overlay = {"app/norm.py": b"def normal(key):\n    return key\n"}
    assert found(lint({}, CONFIG, changed_since="HEAD", overlay=overlay)) == [WAY]


def test_paths_and_changes_together_report_what_either_affects(repository: Path, lint: Lint) -> None:
    write("app/norm.py", "def normal(key):\n    return key\n")(repository)
    assert found(lint({}, CONFIG, changed_since="HEAD", paths=("app/other.py",))) == [WAY, GONE]


@pytest.mark.parametrize("ref", ["nowhere", "--output=/tmp/x", "", "HEAD:app", "HEAD~9"])
def test_a_commit_that_does_not_exist_is_one_sentence(repository: Path, ref: str, lint: Lint) -> None:
    with pytest.raises(GitError, match=r"^--changed-since: git knows no commit `") as raised:
        lint({}, CONFIG, changed_since=ref)
    assert str(repository) in str(raised.value)


def test_a_clone_that_lacks_an_object_is_one_sentence(repository: Path, lint: Lint) -> None:
    lost = git(repository, "rev-parse", "HEAD:app/plain.py")
    (repository / "app/norm.py").write_text("def normal(key):\n    return key\n")
    (repository / ".git/objects" / lost[:2] / lost[2:]).unlink()
    with pytest.raises(GitError, match=f"git lacks the object {lost}.*partial or damaged"):
        lint({}, CONFIG, changed_since="HEAD")


def test_a_directory_outside_of_every_repository_is_one_sentence(lint: Lint, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(GitError, match="not a git repository"):
        lint(TREE, CONFIG, changed_since="HEAD")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(GitError, match="git cannot be run: No such file"):
        lint(TREE, CONFIG, changed_since="HEAD")


def test_names_that_git_would_quote(repository: Path, lint: Lint) -> None:
    write("app/caf\u00e9 x.py", "import app.lost\n")(repository)
    assert found(lint({}, CONFIG, changed_since="HEAD")) == ["TL210 app/caf\u00e9 x.py"]
    commit(repository)
    write("app/caf\u00e9 x.py", "import app.lost  # again\n")(repository)
    assert found(lint({}, CONFIG, changed_since="HEAD")) == ["TL210 app/caf\u00e9 x.py"]


def test_nothing_is_left_behind(repository: Path, lint: Lint, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = repository / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    delete("app/norm.py")(repository)
    lint({}, CONFIG, changed_since="HEAD")
    assert list(scratch.iterdir()) == []
    assert git(repository, "status", "--porcelain").split() == ["D", "app/norm.py"]
