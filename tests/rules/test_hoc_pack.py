"""The pack `hoc`: each of its rules finds the small tree that breaks it, and nothing in the one that keeps all."""

from datetime import date
from pathlib import Path

import pytest

from truthline.checking.options import CheckOptions
from truthline.checking.prepare import mistakes
from truthline.checking.run import check
from truthline.config import load
from truthline.model.finding import Finding

CUS = "backend/app/hoc/cus"
SPINE = f"{CUS}/hoc_spine"
HANDLER = f"{SPINE}/orchestrator/handlers/onboarding_handler.py"
REGISTRY = """\
class OperationRegistry:
    def __init__(self):
        self._handlers = {}

    def register(self, name, handler):
        self._handlers[name] = handler

    def execute(self, name, context):
        return self._handlers[name].execute(context)


def get_registry() -> OperationRegistry:
    return OperationRegistry()
"""
EMITTER = """\
from app.hoc.cus.hoc_spine.authority.event_schema_contract import validate_event_payload


def emit(event):
    validate_event_payload(event)
"""
ONBOARDING = f"""\
{EMITTER}

def _check_activation_conditions(session, tenant):
    from app.hoc.cus.hoc_spine.authority.onboarding_policy import check_activation_predicate

    project = session.execute("SELECT id FROM tenants WHERE id = :tid", {{"tid": tenant}}).first()
    key = session.execute("SELECT id FROM api_keys WHERE revoked_at IS NULL AND tenant_id = :tid", {{}}).first()
    connector = session.execute("SELECT id FROM cus_integrations WHERE status = 'enabled'", {{}}).first()
    sdk = session.execute("SELECT id FROM sdk_attestations WHERE tenant_id = :tid", {{}}).first()
    return check_activation_predicate(bool(project), bool(key), bool(connector), bool(sdk))


async def _async_check_activation_conditions(session, tenant):
    return _check_activation_conditions(session, tenant)


async def async_advance_onboarding(session, tenant):
    return _check_activation_conditions(session, tenant)


class AccountOnboardingAdvanceHandler:
    async def execute(self, context):
        return _check_activation_conditions(context.session, context.tenant)
"""
POLICY = """\
def check_activation_predicate(has_project, has_api_key, has_validated_connector, has_sdk_attestation):
    return has_project and has_api_key and has_validated_connector and has_sdk_attestation
"""
CACHE = """\
class ConnectorRegistry:
    def __init__(self):
        self._connectors = {}
        self._tenant_connectors = {}

    def has(self, tenant):
        return tenant in self._tenant_connectors


registry = ConnectorRegistry()
"""
SOUND = {
    "backend/app/main.py": "from app.hoc.app import include_hoc\n\napp = object()\ninclude_hoc(app)\n",
    "backend/app/hoc/app.py": "def include_hoc(app):\n    return app\n",
    "backend/app/db.py": "class Incident: ...\n\n\nclass Session: ...\n",
    "backend/app/hoc/api/cus/logs/logs.py": (
        "from app.hoc.cus.hoc_spine.orchestrator.operation_registry import get_registry\n\n\n"
        'def read(context):\n    return get_registry().execute("logs.read", context)\n'
    ),
    "backend/app/hoc/api/cus/policies/policy_proposals.py": (
        "from app.hoc.cus.hoc_spine.orchestrator.operation_registry import get_registry\n\n\n"
        "def propose(context):\n    registry = get_registry()\n"
        '    return registry.execute("policies.proposals_query", context)\n'
    ),
    f"{CUS}/logs/L5_engines/logs_engine.py": "from app.hoc.cus.logs.L5_schemas import ports\n",
    f"{CUS}/logs/L5_schemas/ports.py": "from typing import Protocol\n\n\nclass Port(Protocol):\n    def a(self): ...\n",
    f"{CUS}/logs/L6_drivers/logs_driver.py": "from sqlalchemy.orm import Session\n",
    f"{CUS}/policies/L5_engines/policies_engine.py": "",
    f"{CUS}/policies/L6_drivers/policies_driver.py": "",
    f"{CUS}/integrations/L6_drivers/connector_registry_driver.py": CACHE,
    f"{SPINE}/authority/event_schema_contract.py": "def validate_event_payload(event): ...\n",
    f"{SPINE}/authority/lifecycle_provider.py": EMITTER,
    f"{SPINE}/authority/runtime_switch.py": EMITTER,
    f"{SPINE}/authority/onboarding_policy.py": POLICY,
    f"{SPINE}/orchestrator/operation_registry.py": REGISTRY,
    f"{SPINE}/orchestrator/bootstrap.py": (
        "from app.hoc.cus.hoc_spine.orchestrator.operation_registry import get_registry\n\n\n"
        "class Reads:\n    def execute(self, context):\n        return context\n\n\n"
        'get_registry().register("logs.read", Reads())\n'
        'get_registry().register("policies.proposals_query", Reads())\n'
    ),
    f"{SPINE}/orchestrator/coordinators/bridges/logs_bridge.py": "class LogsBridge:\n    def a(self): ...\n",
    f"{SPINE}/schemas/rac.py": "# Consumers: logs, policies\nLIMIT = 1\n",
    f"{SPINE}/utilities/clock.py": "import time\n",
    HANDLER: ONBOARDING,
    "backend/app/hoc/int/logs/drivers/a.py": "",
}
ENGINE = f"{CUS}/logs/L5_engines/logs_engine.py"
DRIVER = f"{CUS}/logs/L6_drivers/logs_driver.py"
METHODS = "".join(f"    def m{number}(self): ...\n" for number in range(13))
CACHED = ONBOARDING.replace(
    "    project =",
    "    from app.hoc.cus.integrations.L6_drivers.connector_registry_driver import registry\n\n"
    "    if registry.has(tenant):\n        return True\n    project =",
)
COORDINATOR = "backend/app/optimization/coordinator.py"
ENVELOPE = "backend/app/optimization/envelope.py"
LEARNING = "backend/app/learning/s1_rollback.py"
UNCOORDINATED = """\
class CoordinationManager:
    def check_allowed(self, envelope):
        return True

    def apply(self, envelope):
        self._emit_audit_record(envelope)

    def _emit_audit_record(self, envelope): ...
"""
BROKEN = [
    ("L6_L7_BOUNDARY", DRIVER, "from app.db import Incident\n", 1),
    ("ABOLISHED_PATH", "backend/app/a.py", "def f():\n    import app.services.policy.facade\n", 2),
    ("ABOLISHED_PATH", "backend/app/services/a.py", "from .logs import x\n", 1),
    ("L6_CROSS_DOMAIN", DRIVER, "from app.hoc.cus.policies.L6_drivers import policies_driver\n", 1),
    ("L6_CROSS_DOMAIN", DRIVER, "from ...policies.L6_drivers.policies_driver import x\n", 1),
    ("L6_L5_ENGINE", DRIVER, "import app.hoc.cus.logs.L5_engines.logs_engine\n", 1),
    ("UTILITY_PURITY", f"{SPINE}/utilities/clock.py", "from app import db\n", 1),
    ("L5_CROSS_DOMAIN_L6", ENGINE, "def f():\n    from app.hoc.cus.policies.L6_drivers import policies_driver\n", 2),
    ("NEGATIVE_IMPORT_SPACE", f"{CUS}/logs/L5_schemas/ports.py", "from ..L5_engines import logs_engine\n", 1),
    ("FROZEN_IMPORT_BAN", "backend/app/a.py", "from app.hoc.cus.logs._frozen import old\n", 1),
    ("L5_SESSION_SYMBOL", ENGINE, "from app.db import Session as S\n", 1),
    (
        "ANALYTICS_ENGINE_EXCLUSIVITY",
        "backend/app/a.py",
        "from app.hoc.cus.analytics.L5_engines import cost_anomaly_detector_engine\n",
        1,
    ),
    ("L5_SELECT_IMPORT", ENGINE, "from sqlmodel import select\n", 1),
    ("L5_DB_MODULE", ENGINE, "import sqlalchemy.orm as orm\n", 1),
    ("L5_DB_MODULE", ENGINE, "text = __import__('sqlalchemy').text\n", 1),
    (
        "L2_BYPASS_L4",
        "backend/app/hoc/api/cus/logs/logs.py",
        "from app.hoc.cus.logs.L5_engines import logs_engine\n",
        1,
    ),
    ("L5_CROSS_DOMAIN_L5", ENGINE, "from app.hoc.cus.policies.L5_engines import policies_engine\n", 1),
    (
        "DRIVER_L5_ENGINE",
        "backend/app/hoc/fdr/logs/drivers/a.py",
        "import app.hoc.cus.logs.L5_engines.logs_engine\n",
        1,
    ),
    (
        "LEGACY_SERVICES_IMPORT",
        "backend/app/main.py",
        "from .services import x\nfrom app.hoc.app import include_hoc\n",
        1,
    ),
    ("MAIN_HOC_ROUTER_DIRECTORY", "backend/app/main.py", "from .hoc.api.cus.logs import logs\n", 1),
    ("MAIN_HOC_ROUTER_CALL", "backend/app/main.py", "app = object()\napp.include_router(1)\n", 2),
    ("L5_SESSION_EXECUTE", ENGINE, "class E:\n    def run(self):\n        self._session.execute('q')\n", 3),
    ("EVENT_SCHEMA_CONTRACT", f"{SPINE}/authority/runtime_switch.py", "# validate_event_payload\n", 1),
    (
        "UC-MON-AUTHORITY",
        "backend/app/hoc/api/cus/policies/policy_proposals.py",
        SOUND["backend/app/hoc/api/cus/policies/policy_proposals.py"].replace(
            "policies.proposals_query", "policies.enforce"
        ),
        6,
    ),
    ("SCHEMA_BEHAVIOR", f"{SPINE}/schemas/rac.py", "# Consumers: logs, policies\ndef f(): ...\n", 2),
    (
        "PROTOCOL_SURFACE_CREEP",
        f"{CUS}/logs/L5_schemas/ports.py",
        f"import typing as t\n\n\nclass P(t.Protocol):\n{METHODS}",
        4,
    ),
    ("BRIDGE_SIZE", f"{SPINE}/orchestrator/coordinators/bridges/logs_bridge.py", f"class LogsBridge:\n{METHODS}", 1),
    ("SCHEMA_ADMISSION", f"{SPINE}/schemas/rac.py", "# Consumers: logs\nLIMIT = 1\n", 1),
    ("TOMBSTONE_EXPIRY", "backend/app/hoc/old.py", "# TOMBSTONE\n# TOMBSTONE_EXPIRY: 2026-01-01\n", 2),
    ("L3_ZOMBIE", ENGINE, '"""L3_adapters are gone."""\nfrom app.x.L3_adapters import y  # noqa\n', 2),
    ("STALE_REEXPORT", f"{CUS}/logs/__init__.py", "from .gone import x\n", 1),
    (
        "L2_DOMAIN_OWNERSHIP",
        "backend/app/hoc/api/cus/logs/logs.py",
        SOUND["backend/app/hoc/api/cus/logs/logs.py"].replace('"logs.read"', '\n        "policies.proposals_query"'),
        5,
    ),
    ("L5_SESSION_PARAM", ENGINE, "def run(session): ...\n", 1),
    ("LEGACY_SERVICES_NEW_FILE", "backend/app/services/fresh.py", "", 1),
    ("TOMBSTONE_ZERO_DEPS", "backend/app/hoc/old.py", "# TOMBSTONE: re-export of what moved\n", 1),
    ("THIN_FACADE", f"{SPINE}/services/a_facade.py", "class A:\n    def f(self, x):\n        return self.b.f(x)\n", 1),
    ("SINGLE_FACADE", "backend/app/hoc/fdr/activity_facade.py", "", 1),
    ("DOMAIN_WITHOUT_HTTP", "backend/app/billing/a.py", "from fastapi import APIRouter\n", 1),
    ("OBSERVABILITY_WRITE_ONLY", "backend/app/billing/a.py", "def f(observability):\n    observability.query()\n", 2),
    ("TRANSACTION_BOUNDARY", DRIVER, "def f(self):\n    self._session.commit()\n", 2),
    ("ROW_LOCK", "backend/app/a.py", "def f(q):\n    return q.with_for_update()\n", 2),
    ("OPTIONAL_DISPATCHER", "backend/app/a.py", "def f(dispatcher = None): ...\n", 1),
    ("OVERVIEW_READONLY", f"{CUS}/overview/a.py", "def f(session):\n    session.commit()\n", 2),
    ("OVERVIEW_READONLY_SQL", f"{CUS}/overview/a.py", "Q = 'DELETE FROM runs'\n", 1),
    ("PARALLEL_LIMITS", "backend/app/models/a.py", "class A:\n    __tablename__ = 'team_budget'\n", 2),
    ("SQLMODEL_EXEC_TEXT", "backend/app/a.py", "def f(s, text):\n    s.exec(text('q'))\n", 2),
    ("SECRET_FROM_ENVIRONMENT", "backend/app/a.py", "import os\nos.environ.get('API_KEY')\n", 2),
    ("M7_IMPORT", "backend/app/a.py", "from app.auth.rbac_engine import x\n", 1),
    ("L3_ADAPTER_PURITY", "backend/app/adapters/customer_keys_adapter.py", "import sqlalchemy\n", 1),
    (
        "ACCOUNT_OPERATION_OWNERSHIP",
        f"{SPINE}/orchestrator/handlers/lifecycle_handler.py",
        "from app.hoc.cus.logs.L5_engines import logs_engine\n",
        1,
    ),
    ("GATE_2", "backend/app/hoc/api/cus/logs/a.py", "from app.services.governance import job_executor\n", 1),
    ("GATE_5", "backend/app/services/governance/job_a.py", "from app.api import x\n", 1),
    ("HEALTH_SUPREMACY", "backend/app/services/governance/a.py", "def f(x):\n    x.record_signal()\n", 2),
    ("ACTIVATION_CACHE_READ", HANDLER, CACHED, 13),
    ("PREDICTIONS_ISOLATED", "backend/app/hoc/int/worker/runtime/a.py", "import app.predictions.api\n", 1),
    ("PREDICTIONS_ADVISE", "backend/app/a.py", "# is_advisory = False\nrow = dict(is_advisory=False)\n", 2),
    ("COORDINATION_REQUIRED", COORDINATOR, UNCOORDINATED, 5),
    ("COORDINATION_AUDITED", COORDINATOR, UNCOORDINATED, 2),
    ("ENVELOPE_PRIORITY", ENVELOPE, "ENVELOPE_CLASS_PRIORITY = {EnvelopeClass.SAFETY: 4}\n", 1),
    ("ENVELOPE_PRIORITY_FIXED", ENVELOPE, "def set_priority(envelope): ...\n", 1),
    ("AUDIT_ISOLATED", COORDINATOR, "from app import learning\n", 1),
    ("COORDINATION_RECORDS_IMMUTABLE", "backend/app/a.py", "Q = 'delete from coordination_audit_records'\n", 1),
    ("LEARNING_ISOLATED", LEARNING, "from app.optimization import coordinator\n", 1),
    ("LEARNING_ISOLATED", LEARNING, "from app.optimization.envelope import EnvelopeManager\n", 1),
    ("LEARNING_METADATA_ONLY", LEARNING, "from app.models.run import Run\n", 1),
    ("LEARNING_OFF_BY_DEFAULT", "backend/app/learning/config.py", "_LEARNING_ENABLED: bool = True\n", 1),
    ("LEARNING_APPLIES_NOTHING", LEARNING, "def f(coordinator, e):\n    coordinator.apply(e)\n", 2),
    ("LEARNING_APPROVES_NOTHING", LEARNING, "def f(row):\n    row.approved = True\n", 2),
    ("SUGGESTIONS_IMMUTABLE", LEARNING, "Q = 'UPDATE learning_suggestions SET x = 1'\n", 1),
    ("LOCKED_MUTATION", "backend/app/a.py", "def f(self):\n    self.db_session.lock_row(1)\n", 2),
]


MISSING = {"STUB_ENGINE_IMPORTED", "OPERATION_OWNERSHIP", "ACCOUNT_BOUNDARY"}
"""Rules of two files or of a capture that have no tree of one file here."""


def findings(directory: Path, files: dict[str, str]) -> list[Finding]:
    for name, text in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    config = load(directory, packs=("hoc",), further=mistakes)
    options = CheckOptions(jobs=1, today=date(2026, 2, 21))
    passed_over = ("TL003", "TL090", "TL303")  # the small tree lacks much of what the pack speaks of
    return [
        each
        for each in check(config, options).findings
        if each.code not in passed_over and each.location.file.startswith("backend/")
    ]


def test_a_tree_that_keeps_every_contract(tmp_path: Path) -> None:
    assert [f"{each.location.file}: {each.message}" for each in findings(tmp_path, SOUND)] == []


@pytest.mark.parametrize(("rule", "file", "text", "line"), BROKEN, ids=[f"{each[0]}-{each[3]}" for each in BROKEN])
def test_what_breaks_a_rule_is_found(tmp_path: Path, rule: str, file: str, text: str, line: int) -> None:
    found = [each for each in findings(tmp_path, {**SOUND, file: text}) if each.id == rule]
    assert [(each.location.file, each.location.span.line) for each in found] == [(file, line)]


def test_every_rule_of_the_pack_has_a_tree_that_breaks_it(tmp_path: Path) -> None:
    (tmp_path / "backend/app").mkdir(parents=True)
    config = load(tmp_path, packs=("hoc",))
    covered = {each[0] for each in BROKEN} | MISSING
    assert {rule.id for rule in config.rule if rule.kind != "assign"} - covered == set()


def test_what_is_not_remediated_yet_only_warns(tmp_path: Path) -> None:
    file = "backend/app/hoc/int/logs/drivers/a.py"
    files = {**SOUND, file: "import app.hoc.cus.logs.L5_engines.logs_engine\n"}
    assert [(each.id, each.severity) for each in findings(tmp_path, files)] == [("DRIVER_L5_ENGINE", "warning")]
