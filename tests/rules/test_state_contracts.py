"""Twins of a state's module (TL107) and contracts in docstrings (TL120), where examples do not reach."""

from pathlib import Path

import pytest

from truthline.testing import check_files

CLASS = '''"""The registry."""
import threading


class ConnectorRegistry:
    """Connectors by tenant."""

    def __init__(self):
        self._lock = threading.Lock()
        self._connectors = {}

    def put(self, tenant, connector):
        with self._lock:
            self._connectors[tenant] = connector

    def get(self, tenant):
        return self._connectors.get(tenant)
'''
OBJECTS = 'objects = ["app.cache:ConnectorRegistry._connectors"]\n'
STATE = '[state.connector-cache]\nmodules = ["app.cache"]\n'
TWINS = [
    ("word for word", CLASS, STATE, True),
    (
        "other comments, docstrings and quotes",
        CLASS.replace('"""The registry."""', "# moved\nimport threading"),
        STATE,
        True,
    ),
    ("the class has another name", CLASS.replace("ConnectorRegistry", "LegacyRegistry"), STATE + OBJECTS, True),
    ("it is declared too", CLASS, STATE.replace('"app.cache"', '"app.cache", "app.old"'), False),
    ("another state declares it", CLASS, STATE + '[state.old]\nmodules = ["app.old"]\n', False),
    ("the same methods, other code", CLASS.replace("_connectors", "_names").replace("_lock", "_guard"), STATE, False),
    ("the declared object is not in it", CLASS.replace("_connectors", "_names"), STATE + OBJECTS, False),
    ("it cannot be read", CLASS + "(", STATE, False),
]


@pytest.mark.parametrize(("copy", "config", "found"), [pytest.param(*case[1:], id=case[0]) for case in TWINS])
def test_twins(copy: str, config: str, found: bool, tmp_path: Path) -> None:
    outcome = check_files({"app/cache.py": CLASS, "app/old.py": copy}, config, tmp_path)
    twins = [finding for finding in outcome.findings if finding.code == "TL107"]
    assert [finding.location.file for finding in twins] == (["app/old.py"] if found else [])


FLOW = (
    STATE
    + '[evidence.validated]\ntables = ["connectors"]\ncolumns = ["status"]\n'
    + '[flow.activation]\nentry = ["app.decide:decide", "app.decide:again"]\nmust-not-reach = ["connector-cache"]\n'
    + 'must-read = ["validated"]\ncontract = true\n'
)
STATED = """Authority contract of flow `activation`: decides on persistent evidence only: `validated` (table
connectors by status). It must never reach: `connector-cache`."""
DECIDE = """
def decide(session):
    return session.execute("SELECT 1 FROM connectors WHERE status = 1")


again = decide
"""
CONTRACTS = [
    ("no docstring", "", 1),
    ("stated", f'"""Decides.\n\n    {STATED}\n"""\n', 0),
    ("stated below its title", f'"""{STATED.replace("`: decides", "`:" + chr(10) + "decides")}\n\n    More."""\n', 0),
    ("an empty title", '"""Authority contract of flow `activation`:\n\nOther words."""\n', 1),
    ("stated as the first thing", f'"""{STATED}"""\n', 0),
    ("the words without the evidence", '"""Authority contract of flow `activation`: decides on evidence only."""\n', 1),
    ("in a comment", "# " + STATED.replace("\n", "\n# ") + "\n", 1),
    ("in another text", f'X = """{STATED}"""\n', 1),
]


@pytest.mark.parametrize(("docstring", "count"), [pytest.param(*case[1:], id=case[0]) for case in CONTRACTS])
def test_a_flow_states_its_contract_once_a_module(docstring: str, count: int, tmp_path: Path) -> None:
    outcome = check_files({"app/cache.py": "_x = {}\n", "app/decide.py": docstring + DECIDE}, FLOW, tmp_path)
    assert [finding.code for finding in outcome.findings].count("TL120") == count
