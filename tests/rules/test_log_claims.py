"""Claims about the source of a decision's inputs (TL605): each case is run against an empty database.

A record that says `db_only` of an input that is true all the same is contradicted.
"""

from pathlib import Path
from textwrap import dedent, indent

import pytest
from tests.rules.logged import FLOW, HEAD, Session, findings, run

from truthline.config import ConfigError, load

CONFIG = FLOW + '\n[logging]\nsources = { db_only = "evidence" }\n'
CLAIM = 'logger.info("evaluated", extra={"tenant_id": 1, "source": "db_only"})'
CASES = {
    "a constant": f"""
        passed = may(True)
        {CLAIM}
        return passed
    """,
    "a constant in a variable": f"""
        has_key = True
        passed = may(has_key=has_key)
        {CLAIM}
        return passed
    """,
    "evidence": f"""
        passed = may(row(session) is not None)
        {CLAIM}
        return passed
    """,
    "evidence, with a false default": f"""
        has_key = False
        if row(session):
            has_key = True
        passed = may(has_key)
        {CLAIM}
        return passed
    """,
    "evidence, or true": f"""
        passed = may(row(session) or True)
        {CLAIM}
        return passed
    """,
    "what the caller passed": f"""
        passed = may(trusted)
        {CLAIM}
        return passed
    """,
    "a constant, and no claim": """
        passed = may(True)
        logger.info("evaluated", extra={"tenant_id": 1, "source": "code"})
        return passed
    """,
    "a constant, claimed by another event": """
        passed = may(True)
        logger.info("evaluated", extra={"tenant_id": 1, "source": "code"})
        logger.info("loaded", extra={"source": "db_only"})
        return passed
    """,
    "a dict that was built before": """
        claim = {"tenant_id": 1}
        claim["source"] = "db_only"
        passed = may(True)
        logger.info("evaluated", extra=claim)
        return passed
    """,
    "an adapter": """
        told = logging.LoggerAdapter(logger, {"tenant_id": 1, "source": "db_only"})
        passed = may(True)
        told.info("evaluated")
        return passed
    """,
    "a helper": """
        def tell(source):
            logger.info("evaluated", extra={"tenant_id": 1, "source": source})
        passed = may(True)
        tell("db_only")
        return passed
    """,
    "an input by another name of a constant": f"""
        always = {{"key": True}}
        passed = may(always["key"])
        {CLAIM}
        return passed
    """,
    "a constant on one way": f"""
        if session is None:
            has_key = bool(row(session))
        else:
            has_key = True
        passed = may(has_key)
        {CLAIM}
        return passed
    """,
    "a default of a function": f"""
        def asked(has_key=True):
            return has_key
        passed = may(asked())
        {CLAIM}
        return passed
    """,
    "a query whose answer nobody looks at": f"""
        row(session)
        passed = may(True)
        {CLAIM}
        return passed
    """,
    "an error that counts as a yes": f"""
        try:
            has_key = row(session)["id"] > 0
        except (TypeError, KeyError):
            has_key = True
        passed = may(has_key)
        {CLAIM}
        return passed
    """,
    "an error that counts as a no": f"""
        try:
            has_key = row(session)["id"] > 0
        except (TypeError, KeyError):
            has_key = False
        passed = may(has_key)
        {CLAIM}
        return passed
    """,
    "a claim that is put together": """
        passed = may(True)
        logger.info("evaluated", extra={"tenant_id": 1, "source": "db" + "_only"})
        return passed
    """,
    "a claim of a constant of a class": """
        class Source:
            DB = "db_only"
        passed = may(True)
        logger.info("evaluated", extra={"tenant_id": 1, "source": Source.DB})
        return passed
    """,
    "claimed by dict()": """
        passed = may(True)
        logger.info("evaluated", extra=dict(tenant_id=1, source="db_only"))
        return passed
    """,
    "claimed with an update": """
        extra = {"tenant_id": 1}
        extra.update(source="db_only")
        passed = may(True)
        logger.info("evaluated", extra=extra)
        return passed
    """,
    "claimed in a dict that is spread": """
        claim = {"source": "db_only"}
        passed = may(True)
        logger.info("evaluated", extra={"tenant_id": 1, **claim})
        return passed
    """,
    "claimed in a dict that is spread, and written over": """
        claim = {"source": "db_only"}
        passed = may(True)
        logger.info("evaluated", extra={**claim, "tenant_id": 1, "source": "code"})
        return passed
    """,
    "written over too late": """
        extra = {"tenant_id": 1, "source": "db_only"}
        passed = may(True)
        logger.info("evaluated", extra=extra)
        extra["source"] = "code"
        return passed
    """,
    "written over on one way": """
        extra = {"tenant_id": 1, "source": "db_only"}
        passed = may(True)
        if session is None:
            extra["source"] = "code"
        logger.info("evaluated", extra=extra)
        return passed
    """,
    "claimed at a level by its name": """
        passed = may(True)
        logger.log(logging.INFO, "evaluated", extra={"tenant_id": 1, "source": "db_only"})
        return passed
    """,
    "claimed before the decision": f"""
        has_key = True
        {CLAIM}
        return may(has_key)
    """,
    "a claim that is written over": """
        extra = {"tenant_id": 1, "source": "db_only"}
        extra["source"] = "code"
        passed = may(True)
        logger.info("evaluated", extra=extra)
        return passed
    """,
    "evidence, negated twice": f"""
        passed = may(not (row(session) is None))
        {CLAIM}
        return passed
    """,
    "evidence through a function that asks": f"""
        def has_key():
            found = row(session)
            return found is not None and len([found]) > 0
        passed = may(has_key())
        {CLAIM}
        return passed
    """,
    "the inputs as a dict": f"""
        inputs = {{"has_key": True}}
        passed = may(**inputs)
        {CLAIM}
        return passed
    """,
    "the evidence as a dict": f"""
        inputs = {{"has_key": row(session) is not None}}
        passed = may(**inputs)
        {CLAIM}
        return passed
    """,
    "a helper that is told the truth": """
        def tell(source):
            logger.info("evaluated", extra={"tenant_id": 1, "source": source})
        passed = may(row(session))
        tell("db_only")
        return passed
    """,
}


def module(body: str) -> str:
    return f"{HEAD}def activate(session, trusted=True):\n{indent(dedent(body).strip(), '    ')}\n"


@pytest.mark.parametrize("title", CASES)
def test_a_claim_is_held_against_the_data_flow(title: str, tmp_path: Path) -> None:
    text = module(CASES[title])
    seen = run(text, "activate", Session(None))
    claims = [one for one in seen.records if one.getMessage() == "evaluated" and one.__dict__["source"] == "db_only"]
    found = [one for one in findings(text, CONFIG, tmp_path) if one.code == "TL605"]
    assert bool(found) == (bool(claims) and bool(seen.result))


def test_it_stands_at_the_claim_and_leads_to_the_source(tmp_path: Path) -> None:
    text = module(CASES["a constant in a variable"])
    (found,) = [one for one in findings(text, CONFIG, tmp_path) if one.code == "TL605"]
    lines = text.splitlines()
    assert lines[found.location.span.line - 1].strip() == CLAIM
    assert "`has_key` is the constant True" in found.message
    assert [step.text for step in found.witness] == ["has_key = True", "passed = may(has_key=has_key)", CLAIM]


def test_a_decision_elsewhere_does_not_contradict(tmp_path: Path) -> None:
    sound = indent(dedent(CASES["evidence"]).strip(), "    ")
    text = f"{module(CASES['a constant'])}\n\ndef other(session):\n{sound}\n"
    config = CONFIG.replace('["app.activation:activate"]', '["app.activation:activate", "app.activation:other"]')
    found = [one for one in findings(text, config, tmp_path) if one.code == "TL605"]
    assert len(found) == 1


@pytest.mark.parametrize("claimed", ["evidenc", "evidence:nothing", "state:nothing", "database"])
def test_a_source_that_there_is_not_is_a_mistake(claimed: str, tmp_path: Path) -> None:
    (tmp_path / "truthline.toml").write_text(f'[logging]\nsources = {{ db_only = "{claimed}" }}\n', encoding="utf-8")
    with pytest.raises(ConfigError, match=r"truthline.toml:2: logging.sources.db_only"):
        load(tmp_path)
