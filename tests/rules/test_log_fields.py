"""Fields of markers (TL602): each case is run, and reported exactly where a record lacks a field."""

from pathlib import Path
from textwrap import dedent, indent

import pytest
from tests.rules.logged import FLOW, RUNS, findings, module, run

FIELDS = {
    "both in a display": """
        passed = may(row(session))
        logger.info("evaluated", extra={"tenant_id": 1, "source": "db"})
        return passed
    """,
    "one is left out": """
        passed = may(row(session))
        logger.info("evaluated", extra={"tenant_id": 1})
        return passed
    """,
    "no extra": """
        passed = may(row(session))
        logger.info("evaluated for tenant_id=%s source=%s", 1, "db")
        return passed
    """,
    "a dict that was built before": """
        fields = {"tenant_id": 1}
        fields["source"] = "db"
        passed = may(row(session))
        logger.info("evaluated", extra=fields)
        return passed
    """,
    "a key that is only sometimes put in": """
        fields = {"tenant_id": 1}
        passed = may(row(session))
        if passed:
            fields["source"] = "db"
        logger.info("evaluated", extra=fields)
        return passed
    """,
    "a key that is put in too late": """
        fields = {"tenant_id": 1}
        passed = may(row(session))
        logger.info("evaluated", extra=fields)
        fields["source"] = "db"
        return passed
    """,
    "a key in each branch": """
        passed = may(row(session))
        if passed:
            fields = {"tenant_id": 1, "source": "db"}
        else:
            fields = dict(tenant_id=1, source="none")
        logger.info("evaluated", extra=fields)
        return passed
    """,
    "a branch without": """
        passed = may(row(session))
        fields = {"tenant_id": 1, "source": "db"} if passed else {"tenant_id": 1}
        logger.info("evaluated", extra=fields)
        return passed
    """,
    "taken out again": """
        fields = {"tenant_id": 1, "source": "db"}
        fields.pop("source")
        passed = may(row(session))
        logger.info("evaluated", extra=fields)
        return passed
    """,
    "an update": """
        fields = {}
        fields.update({"tenant_id": 1}, source="db")
        passed = may(row(session))
        logger.info("evaluated", extra=fields)
        return passed
    """,
    "a copy": """
        fields = {"tenant_id": 1, "source": "db"}
        passed = may(row(session))
        logger.info("evaluated", extra=fields.copy())
        return passed
    """,
    "a copy of the library": """
        fields = {"tenant_id": 1, "source": "db"}
        passed = may(row(session))
        logger.info("evaluated", extra=copy.copy(fields))
        return passed
    """,
    "a deep copy of what lacks one": """
        fields = {"tenant_id": 1}
        passed = may(row(session))
        logger.info("evaluated", extra=copy.deepcopy(fields))
        return passed
    """,
    "a union": """
        passed = may(row(session))
        logger.info("evaluated", extra={"tenant_id": 1} | {"source": "db"})
        return passed
    """,
    "taken in": """
        base = {"tenant_id": 1}
        passed = may(row(session))
        logger.info("evaluated", extra={**base, "source": "db"})
        return passed
    """,
    "a dict that a helper makes": """
        def fields(source):
            return {"tenant_id": 1, "source": source}
        passed = may(row(session))
        logger.info("evaluated", extra=fields("db"))
        return passed
    """,
    "a helper that takes keywords": """
        def tell(event, **fields):
            logger.info(event, extra=fields)
        passed = may(row(session))
        tell("evaluated", tenant_id=1, source="db")
        return passed
    """,
    "a helper that is not told": """
        def tell(event, **fields):
            logger.info(event, extra=fields)
        tell("other", tenant_id=1, source="db")
        passed = may(row(session))
        tell("evaluated", tenant_id=1)
        return passed
    """,
    "a helper that drops them": """
        def tell(event, **fields):
            logger.info(event)
        passed = may(row(session))
        tell("evaluated", tenant_id=1, source="db")
        return passed
    """,
    "a helper with a dict as parameter": """
        def tell(event, fields):
            logger.info(event, extra={**fields, "source": "db"})
        passed = may(row(session))
        tell("evaluated", {"tenant_id": 1})
        return passed
    """,
    "an adapter": """
        adapter = logging.LoggerAdapter(logger, {"tenant_id": 1, "source": "db"})
        passed = may(row(session))
        adapter.info("evaluated")
        return passed
    """,
    "an adapter that knows one of them": """
        adapter = logging.LoggerAdapter(logger, extra={"tenant_id": 1})
        passed = may(row(session))
        adapter.info("evaluated")
        return passed
    """,
    "an adapter of an object": """
        class Told:
            def __init__(self):
                self.log = logging.LoggerAdapter(logger, {"tenant_id": 1, "source": "db"})
            def tell(self):
                self.log.info("evaluated")
        told = Told()
        passed = may(row(session))
        told.tell()
        return passed
    """,
    "an adapter that a helper makes": """
        def adapted(tenant):
            return logging.LoggerAdapter(logger, {"tenant_id": tenant, "source": "db"})
        passed = may(row(session))
        adapted(1).info("evaluated")
        return passed
    """,
    "an adapter of one's own": """
        class Adapter(logging.LoggerAdapter):
            def process(self, msg, kwargs):
                return super().process(msg, kwargs)
        passed = may(row(session))
        Adapter(logger, {"tenant_id": 1}).info("evaluated")
        return passed
    """,
    "what cannot be known is not reported, and is there": """
        passed = may(row(session))
        logger.info("evaluated", extra={key: 1 for key in ("tenant_id", "source")})
        return passed
    """,
    "a function that puts it in only sometimes": """
        def extra(tenant, source=None):
            fields = {"tenant_id": tenant}
            if source:
                fields["source"] = source
            return fields
        passed = may(row(session))
        logger.info("evaluated", extra=extra(1))
        return passed
    """,
    "a function that fills what it returns": """
        def extra(tenant, source=None):
            fields = {"tenant_id": tenant}
            fields["source"] = source
            return fields
        passed = may(row(session))
        logger.info("evaluated", extra=extra(1, "db"))
        return passed
    """,
    "keywords over defaults": """
        def tell(event, **fields):
            logger.info(event, extra={"source": "db", **fields})
        passed = may(row(session))
        tell("evaluated", tenant_id=1)
        return passed
    """,
    "an extra among keywords that are passed on, one missing": """
        def tell(event, **kwargs):
            logger.info(event, **kwargs)
        passed = may(row(session))
        tell("evaluated", extra={"tenant_id": 1})
        return passed
    """,
    "an extra among keywords that are passed on": """
        def tell(event, **kwargs):
            logger.info(event, **kwargs)
        passed = may(row(session))
        tell("evaluated", extra={"tenant_id": 1, "source": 2})
        return passed
    """,
    "pairs": """
        passed = may(row(session))
        logger.info("evaluated", extra=dict([("tenant_id", 1)]))
        return passed
    """,
    "a record as a dict": """
        import dataclasses
        @dataclasses.dataclass
        class Told:
            tenant_id: int
            source: str
        passed = may(row(session))
        logger.info("evaluated", extra=dataclasses.asdict(Told(1, "db")))
        return passed
    """,
    "a class attribute": """
        class Told:
            extra = {"tenant_id": 1, "source": "db"}
        passed = may(row(session))
        logger.info("evaluated", extra=Told.extra)
        return passed
    """,
    "a method": """
        class Told:
            def __init__(self, tenant):
                self.tenant = tenant
            def extra(self):
                return {"tenant_id": self.tenant}
        passed = may(row(session))
        logger.info("evaluated", extra=Told(1).extra())
        return passed
    """,
    "a property": """
        class Told:
            @property
            def extra(self):
                return {"tenant_id": 1}
        passed = may(row(session))
        logger.info("evaluated", extra=Told().extra)
        return passed
    """,
    "an adapter overrides what a call passes": """
        adapter = logging.LoggerAdapter(logger, {"tenant_id": 1})
        passed = may(row(session))
        adapter.info("evaluated", extra={"source": "db"})
        return passed
    """,
    "an adapter that merges": """
        class Merging(logging.LoggerAdapter):
            def process(self, msg, kwargs):
                kwargs["extra"] = {**self.extra, **kwargs.get("extra", {})}
                return msg, kwargs
        passed = may(row(session))
        Merging(logger, {"tenant_id": 1}).info("evaluated", extra={"source": "db"})
        return passed
    """,
    "an adapter that adds": """
        class Adding(logging.LoggerAdapter):
            def process(self, msg, kwargs):
                kwargs["extra"] = {"tenant_id": 1, "source": "db"}
                return msg, kwargs
        passed = may(row(session))
        Adding(logger, {}).info("evaluated")
        return passed
    """,
    "an adapter that drops": """
        class Dropping(logging.LoggerAdapter):
            def process(self, msg, kwargs):
                return msg, {}
        passed = may(row(session))
        Dropping(logger, {"tenant_id": 1, "source": "db"}).info("evaluated")
        return passed
    """,
    "cleared": """
        fields = {"tenant_id": 1, "source": "db"}
        passed = may(row(session))
        fields.clear()
        logger.info("evaluated", extra=fields)
        return passed
    """,
    "deleted": """
        fields = {"tenant_id": 1, "source": "db"}
        passed = may(row(session))
        del fields["source"]
        logger.info("evaluated", extra=fields)
        return passed
    """,
    "a helper takes it out": """
        def shrink(fields):
            fields.pop("source")
        fields = {"tenant_id": 1, "source": "db"}
        passed = may(row(session))
        shrink(fields)
        logger.info("evaluated", extra=fields)
        return passed
    """,
    "a helper puts it in": """
        def fill(fields):
            fields["source"] = "db"
        fields = {"tenant_id": 1}
        passed = may(row(session))
        fill(fields)
        logger.info("evaluated", extra=fields)
        return passed
    """,
    "what is given, and not the default": """
        def tell(extra=None):
            logger.info("evaluated", extra=extra or {"tenant_id": 1})
        passed = may(row(session))
        tell({"tenant_id": 1, "source": 1})
        return passed
    """,
    "the default, where nothing is given": """
        def tell(extra=None):
            logger.info("evaluated", extra=extra or {"tenant_id": 1})
        passed = may(row(session))
        tell()
        return passed
    """,
}


@pytest.mark.parametrize("title", FIELDS)
def test_a_marker_carries_its_fields(title: str, tmp_path: Path) -> None:
    text = module("activate", FIELDS[title])
    assert _said(text, tmp_path) == _lacking(text)


def _lacking(text: str) -> set[str]:
    """The fields that a record of some run lacks."""
    return {
        name
        for session in RUNS
        for record in run(text, "activate", session).records
        if "evaluated" in record.getMessage()
        for name in ("tenant_id", "source")
        if not hasattr(record, name)
    }


def _said(text: str, directory: Path) -> set[str]:
    """The fields that truthline finds missing."""
    found = [one for one in findings(text, FLOW, directory) if one.code == "TL602"]
    return {name for one in found for name in ("tenant_id", "source") if f"`{name}`" in one.message}


PROCESSES = {
    "given or nothing": """
        extra = kwargs.get("extra") or {}
        extra["source"] = "db"
        kwargs["extra"] = extra
        return msg, kwargs
    """,
    "given or what was carried": """
        kwargs["extra"] = kwargs.get("extra") or self.extra
        return msg, kwargs
    """,
    "two ways, one of which lacks a field": """
        if kwargs.get("stacklevel"):
            extra = {"tenant_id": 1, "source": "db", "more": 2}
        else:
            extra = {"tenant_id": 1}
        kwargs["extra"] = extra
        return msg, kwargs
    """,
    "two ways that both have all": """
        if msg:
            extra = {**self.extra, "source": "db"}
        else:
            extra = {"tenant_id": 2, "source": "none"}
        kwargs["extra"] = extra
        return msg, kwargs
    """,
    "put in on one way only": """
        extra = dict(self.extra)
        if kwargs.get("stacklevel"):
            extra["source"] = "db"
        kwargs["extra"] = extra
        return msg, kwargs
    """,
    "what is passed is filled": """
        kwargs.setdefault("extra", {}).update(source="db")
        kwargs["extra"].update(self.extra)
        return msg, kwargs
    """,
    "taken out again": """
        extra = {**self.extra, "source": "db"}
        extra.pop("source")
        kwargs["extra"] = extra
        return msg, kwargs
    """,
    "put in behind the hand-over": """
        extra = dict(self.extra)
        kwargs["extra"] = extra
        extra["source"] = "db"
        return msg, kwargs
    """,
    "other keywords": """
        return msg, {**kwargs, "extra": {"source": "db"} | self.extra}
    """,
    "keywords by dict()": """
        return msg, dict(kwargs, extra=dict(self.extra, source="db"))
    """,
    "the stock adapter, and more": """
        msg, kwargs = super().process(msg, kwargs)
        kwargs["extra"] = {**kwargs["extra"], "source": "db"}
        return msg, kwargs
    """,
    "another object's extra": """
        kwargs["extra"] = {**FIELDS}
        return msg, kwargs
    """,
    "a function makes it": """
        kwargs["extra"] = made(self.extra)
        return msg, kwargs
    """,
    "by default what was carried": """
        extra = kwargs.setdefault("extra", self.extra)
        return f"[{len(extra)}] {msg}", kwargs
    """,
}
PROCESS_HEAD = """
    class Told(logging.LoggerAdapter):
        def process(self, msg, kwargs):
{process}

    def made(extra):
        return {{**extra, "source": "db"}}

    passed = may(row(session))
    Told(logger, {{"tenant_id": 1}}).info("evaluated"{given})
    return passed
"""


@pytest.mark.parametrize("given", ["", ", extra={'source': 'db'}"])
@pytest.mark.parametrize("title", PROCESSES)
def test_an_adapter_s_own_process_decides(title: str, given: str, tmp_path: Path) -> None:
    process = indent(dedent(PROCESSES[title]).strip("\n"), " " * 12)
    text = module("activate", PROCESS_HEAD.format(process=process, given=given))
    assert _said(text, tmp_path) == _lacking(text)


IN_STRUCTLOG = {
    "keywords": ("logger.info('evaluated', tenant_id=1, source='db')", []),
    "a keyword is left out": ("logger.info('evaluated', tenant_id=1)", [9]),
    "bound": ("logger.bind(tenant_id=1).info('evaluated', source='db')", []),
    "bound twice": ("log = logger.bind(tenant_id=1)\n    log = log.bind(source='db')\n    log.info('evaluated')", []),
    "bound too little": ("log = logger.bind(tenant_id=1)\n    log.info('evaluated')", [10]),
    "spread": ("fields = {'tenant_id': 1, 'source': 'db'}\n    logger.info('evaluated', **fields)", []),
    "spread, one missing": ("fields = {'tenant_id': 1}\n    logger.info('evaluated', **fields)", [10]),
    "context variables": (
        "structlog.contextvars.bind_contextvars(tenant_id=1, source='db')\n    logger.info('evaluated')",
        [],
    ),
    "the event as a keyword": ("logger.info(event='evaluated', tenant_id=1, source='db')", []),
    "asynchronous": ("logger.ainfo('evaluated', tenant_id=1)", [9]),
}


@pytest.mark.parametrize("title", IN_STRUCTLOG)
def test_fields_of_bound_loggers(title: str, tmp_path: Path) -> None:
    told, lines = IN_STRUCTLOG[title]
    head = "import structlog\nlogger = structlog.get_logger()\n\ndef may(has_key):\n    return has_key\n\n"
    text = f"{head}def activate(session):\n    passed = may(session)\n    {told}\n    return passed\n"
    found = findings(text, FLOW, tmp_path)
    assert [one.location.span.line for one in found if one.code == "TL602"] == lines
    assert not [one for one in found if one.code == "TL601"]


METRICS = {
    "the metric is called so": "evaluated = Counter('x', 'x', ['tenant_id', 'source'])|evaluated.labels(1, 2).inc()",
    "it was made under the name": "seen = Counter('evaluated', 'x', ['tenant_id', 'source'])|seen.labels(1, 2).inc()",
    "labels by name": "seen = Counter('evaluated', 'x', ['a', 'b'])|seen.labels(tenant_id=1, source=2).inc()",
}


@pytest.mark.parametrize("title", METRICS)
def test_a_metric_is_a_marker_too(title: str, tmp_path: Path) -> None:
    made, _, counted = METRICS[title].partition("|")
    text = (
        f"from prometheus_client import Counter\n{made}\ndef may(has_key):\n    return has_key\n\n"
        f"def activate(session):\n    passed = may(session)\n    {{}}\n    return passed\n"
    )
    found = findings(text.format(counted), FLOW, tmp_path / "a")
    assert not [one for one in found if one.code.startswith("TL60")]
    found = findings(text.format("pass"), FLOW, tmp_path / "b")
    assert [one.location.span.line for one in found if one.code.startswith("TL60")] == [9]
