"""`check --watch`."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.projects import CLEAN, READS, VIOLATED, environment, project, truthline


@pytest.mark.skipif(sys.platform == "win32", reason="it is interrupted by a signal")
def test_a_saved_file_is_answered_until_the_run_is_interrupted(tmp_path: Path) -> None:
    pytest.importorskip("watchfiles")
    base = project(tmp_path, CLEAN)
    command = [sys.executable, "-m", "truthline", "check", "--watch", "--output-format", "concise"]
    with subprocess.Popen(command, cwd=base, env=environment(), stdout=subprocess.PIPE, text=True) as watching:
        assert watching.stdout is not None
        assert "clean" in watching.stdout.readline()
        for more in ("", "# once more\n"):  # that it answers again says that the answer before was given to its end
            (base / "app/decide.py").write_text(READS + more)
            assert "TL103" in watching.stdout.readline()
            assert "violated" in watching.stdout.readline()
        watching.send_signal(signal.SIGINT)
        assert watching.wait(timeout=60) == 1


def test_a_missing_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "watchfiles", None)
    result = truthline(project(tmp_path, VIOLATED), "check", "--watch")
    assert (result.status, result.out) == (2, "")
    assert "pip install 'truthline[watch]'" in result.err
