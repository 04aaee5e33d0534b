"""A fixture that checks a small code base."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from truthline.checking.options import CheckOptions
from truthline.model.run import Outcome
from truthline.testing import check_files

Lint = Callable[..., Outcome]


@pytest.fixture
def lint(tmp_path: Path) -> Lint:
    """Check `{path: text}` under a config; keyword arguments are CheckOptions."""

    def run(files: Mapping[str, str], config: str = "", **options: object) -> Outcome:
        return check_files(files, config, tmp_path, CheckOptions(jobs=1, **options))  # type: ignore[arg-type]

    return run
