"""Secrets that are logged (TL603): each case is run with a secret, and found exactly where it can be read."""

import logging
import os
from pathlib import Path
from textwrap import dedent, indent
from types import SimpleNamespace
from typing import Any

import pytest
from tests.rules.logged import Records, findings

CONFIG = """\
[logging]
secrets = ["*token*", "*secret*", "*password*", "credential_ref"]
redact = ["app.activation:conceal"]
"""
SECRET = "QWXYZJKVPB"
HEAD = """\
import contextlib
import dataclasses
import hashlib
import json
import logging
import os
from typing import NamedTuple

logger = logging.getLogger("app")


def conceal(text):
    return "..." + text[-4:]


def mask(text):
    return text[:2] + "***"


def unmask(text):
    return text


def told(value):
    logger.info("value: %s", value)


class Settings:
    def __init__(self, token):
        self.auth_token = token
        self.max_tokens = 100
        self.other = token


class Denied(Exception):
    pass


class Nothing:
    def __init__(self, value):
        self.other = "none"
        self.value = "none"


class Special(Settings):
    pass


@dataclasses.dataclass
class Record:
    user: str
    held: str = ""
    hidden: str = dataclasses.field(default="", repr=False)


class Pair(NamedTuple):
    left: str
    right: str


@dataclasses.dataclass
class Quiet:
    held: str

    def __repr__(self):
        return "Quiet()"


"""
CASES = {
    "an argument": 'logger.info("connecting with %s", token)',
    "an f-string": 'logger.info(f"connecting with {token}")',
    "a percent sign": 'logger.info("connecting with %s" % token)',
    "format": 'logger.info("connecting with {}".format(token))',
    "a sum": 'logger.info("connecting with " + token)',
    "extra": 'logger.info("connecting", extra={"auth": token})',
    "a variable between": 'value = token\nlogger.info("connecting with %s", value)',
    "whether it is there": 'logger.info("connecting", extra={"has_token": bool(token)})',
    "its truth": 'logger.info("token is %s", "there" if token else "missing")',
    "whether it is none": 'logger.info("%s", token is not None)',
    "set, or what is false": 'logger.info("%s", token and "set")',
    "or something else": 'logger.info("%s", token or "none")',
    "its length": 'logger.info("token of %d characters", len(token))',
    "how it begins": 'logger.info("is a key: %s", token.startswith("QW"))',
    "a comparison": 'logger.info("%s", token == "x")',
    "a membership": 'logger.info("%s", token in ("a", "b"))',
    "its type": 'logger.info("%s", type(token))',
    "a part of it": 'logger.info("token %s", token[:8])',
    "its last four": 'logger.info("token %s", token[-4:])',
    "a digest": 'logger.info("%s", hashlib.sha256(token.encode()).hexdigest())',
    "a redaction of the config": 'logger.info("%s", conceal("0" * 10 + "1" if token else ""))',
    "a function that masks": 'logger.info("%s", mask("0" * len(token)))',
    "a function that says so, and does not": 'logger.info("%s", unmask(token))',
    "a container": 'data = {"user": 1, "auth": token}\nlogger.info("%s", data)',
    "another key of a container": 'data = {"user": 1, "auth": token}\nlogger.info("%s", data["user"])',
    "the key of a container": 'data = {"user": 1, "auth": token}\nlogger.info("%s", data.get("auth"))',
    "a dict made of keywords": 'data = dict(user=1, auth=token)\nlogger.info("%s", data["auth"])',
    "another keyword of it": 'data = dict(user=1, auth=token)\nlogger.info("%s", data["user"])',
    "a list": 'data = []\ndata.append(token)\nlogger.info("%s", data)',
    "json": 'logger.info(json.dumps({"auth": token}))',
    "a helper": "told(token)",
    "a helper by keyword": "told(value=token)",
    "a helper that is told of something else": "told(len(token))",
    "a function that returns it": 'def header():\n    return {"a": f"Bearer {token}"}\nlogger.info("%s", header())',
    "an attribute": 'settings = Settings(token)\nlogger.info("%s", settings.auth_token)',
    "an attribute that is none": 'settings = Settings(token)\nlogger.info("%s", settings.max_tokens)',
    "a key": 'logger.info("%s", data["password"])',
    "a key that is asked for": 'logger.info("%s", data.get("password"))',
    "another key": 'logger.info("%s", data["user"])',
    "the environment": 'logger.info("%s", os.environ["APP_SECRET"])',
    "the environment, asked": 'logger.info("%s", os.getenv("APP_SECRET"))',
    "the environment, something else": 'logger.info("%s", os.environ.get("APP_NAME"))',
    "an exception that is raised": 'raise ValueError(f"bad token {token}")',
    "an exception of one's own": "raise Denied(token)",
    "an exception that says nothing": 'raise ValueError("bad token")',
    "a logged exception": 'try:\n    raise ValueError(token)\nexcept ValueError as e:\n    logger.error("%s", e)',
    "a local name": 'my_secret = data["value"]\nlogger.info("%s", my_secret)',
    "a local name of another's value": 'count = data["user"]\nlogger.info("%s", count)',
    "a closure": 'def tell():\n    logger.info("%s", token)\ntell()',
    "a lambda": 'tell = lambda: logger.info("%s", token)\ntell()',
    "an adapter": 'logging.LoggerAdapter(logger, {"auth": token}).info("x")',
    "a number": 'token_count = 3\nlogger.info("%s", token_count)',
    "overwritten before": 'token = "none"\nlogger.info("%s", token)',
    "only on one way": 'if data:\n    value = token\nelse:\n    value = ""\nlogger.info("%s", value)',
    "something that it is exchanged for": 'answer = {"x": 1}.get(token)\nlogger.info("%s", answer)',
    "an exact name": 'logger.info("%s", data["credential_ref"])',
    "stripped": 'logger.info("%s", token.strip())',
    "unpacked": 'first, rest = token, 1\nlogger.info("%s", first)',
    "the keys of a mapping": 'password = {"a": token}\nfor name, _ in password.items():\n    logger.info("%s", name)',
    "the values of a mapping": 'data = {"main": token}\nfor _, value in data.items():\n    logger.info("%s", value)',
    "a loop over keys": 'data = {"main": token}\nfor name in data:\n    logger.info("%s", name)',
    "a loop": 'for one in [token]:\n    logger.info("%s", one)',
    "a default": 'def tell(value=token):\n    logger.info("%s", value)\ntell()',
    "a default behind a star": 'def tell(*, value=token):\n    logger.info("%s", value)\ntell()',
    "the default of a lambda": 'tell = lambda value=token: logger.info("%s", value)\ntell()',
    "a default that nobody tells": 'def tell(value=token):\n    logger.info("%s", len(value))\ntell()',
    "the default of something else": 'def tell(value=1, other=token):\n    logger.info("%s", value)\ntell()',
    "another attribute of its object": 'settings = Settings(token)\nlogger.info("%s", settings.other)',
    "an attribute of an object that has none": 'logger.info("%s", Nothing(token).other)',
    "an attribute that was set from outside": 'one = Nothing(1)\none.value = token\nlogger.info("%s", one.value)',
    "an attribute of the same name elsewhere": 'Settings(token)\nlogger.info("%s", Nothing(1).other)',
    "an attribute that a subclass inherits": 'logger.info("%s", Special(token).other)',
    "an attribute that a method of a subclass reads": (
        "class Own(Settings):\n    def tell(self):\n        logger.info('%s', self.other)\nOwn(token).tell()"
    ),
    "an attribute that another function reads": (
        "def tell(settings):\n    logger.info('%s', settings.other)\ntell(Settings(token))"
    ),
    "an attribute of a class": 'class Held:\n    value = token\nlogger.info("%s", Held.value)',
    "an attribute of a class, by an object": 'class Held:\n    value = token\nlogger.info("%s", Held().value)',
    "a field of a record": 'logger.info("%s", Record("me", token).held)',
    "another field of a record": 'logger.info("%s", Record("me", token).user)',
    "a record": 'logger.info("%s", Record("me", held=token))',
    "a record that hides the field": 'logger.info("%s", Record("me", hidden=token))',
    "a hidden field of a record": 'logger.info("%s", Record("me", hidden=token).hidden)',
    "a record that another function reads": (
        "def tell(record: Record):\n    logger.info('%s', record.held)\ntell(Record('me', token))"
    ),
    "a named tuple": 'logger.info("%s", Pair("me", token))',
    "a place of a named tuple": 'logger.info("%s", Pair("me", token).right)',
    "another place of a named tuple": 'logger.info("%s", Pair("me", token).left)',
    "a record with a text of its own": 'logger.info("%s", Quiet(token))',
    "an object that keeps it": 'logger.info("%s", type(Settings(token)).__name__)',
    "not a log": "print(len(token))",
    "an assertion": 'assert token, "no token"',
    "an f-string with its name": """
        told(f'{token=}')
    """,
    "a union of mappings": """
        told({'a': 1} | {'b': token})
    """,
    "nested dict": """
        told({'a': {'b': token}})
    """,
    "a generator": """
        told(' '.join(one for one in (token,)))
    """,
    "starred arguments": """
        told(*[token])
    """,
    "a caught exception that says nothing": """
        try:
            raise ValueError('x')
        except ValueError as error:
            told(str(error))
    """,
    "a caught exception that says it": """
        try:
            raise ValueError('x' + token)
        except ValueError as error:
            told(str(error))
    """,
    "a copy without what is secret": """
        clean = dict(data)
        clean.pop('password')
        clean.pop('credential_ref')
        clean.pop('value')
        told(clean)
    """,
    "a comprehension that admits one key": """
        told({k: v for k, v in data.items() if k == 'user'})
    """,
    "a lambda that has it": """
        f = lambda: token
        told(f())
    """,
    "an inner function that returns it": """
        def inner():
            return token
        told(inner())
    """,
    "an object that has it": """
        class Box:
            value = None
        box = Box()
        box.value = token
        told(box)
    """,
    "partial": """
        import functools
        functools.partial(told, token)()
    """,
    "map": """
        list(map(told, [token]))
    """,
    "a percent sign with names": """
        told('%(a)s' % {'a': token})
    """,
    "format with names": """
        told('{a}'.format(a=token))
    """,
    "its length in an f-string": """
        told(f'{len(token)} chars')
    """,
    "a loop that overwrites it": """
        value = token
        for value in ['a', 'b']:
            told(value)
    """,
}


def told_by(text: str) -> str:
    """All that a reader of the log, or of the exception, can read."""
    space: dict[str, Any] = {}
    records = Records()
    exec(compile(text, "activation.py", "exec"), space)
    logger = logging.getLogger("app")
    logger.handlers[:], logger.propagate = [records], False
    logger.setLevel(logging.INFO)
    os.environ["APP_SECRET"], os.environ["APP_NAME"] = SECRET, "app"
    data = {"password": SECRET, "value": SECRET, "user": 1, "credential_ref": SECRET}
    raised = ""
    try:
        space["work"](SECRET, data)
    except (ValueError, AssertionError, space["Denied"]) as error:
        raised = str(error)
    standard = set(logging.LogRecord("", 0, "", 0, "", (), None).__dict__)
    extras = [str(value) for one in records.records for key, value in one.__dict__.items() if key not in standard]
    return " ".join([*records.messages, *extras, raised])


@pytest.mark.parametrize("title", CASES)
def test_a_secret_is_found_where_it_can_be_read(title: str, tmp_path: Path) -> None:
    text = f"{HEAD}def work(token, data):\n{indent(dedent(CASES[title]), '    ')}\n"
    told = told_by(text)
    is_told = any(SECRET[start : start + 4] in told for start in range(len(SECRET) - 3))
    found = [one for one in findings(text, CONFIG, tmp_path) if one.code == "TL603"]
    assert bool(found) == is_told, SimpleNamespace(told=told, found=[one.message for one in found])


STATIC = {
    "a keyword of structlog": ("log.info('x', token=value)", 1),
    "bound": ("log.bind(auth=token).info('x')", 1),
    "a flag": ("log.info('x', token=bool(value))", 0),
    "masked": ("log.info('x', token=mask(value))", 0),
    "a placeholder": ("log.info('x', token='***')", 0),
    "a number of tokens": ("log.info('x', max_tokens=value, tokens=value, total_tokens=value, token_count=value)", 0),
    "what belongs to it": ("log.info('x', token_id=value, token_type=value, secret_name=value)", 0),
    "an annotated number": ("def f(token: int):\n    log.info('x', a=token)", 0),
    "a text that hides itself": (
        "from pydantic import SecretStr\ndef f(token: SecretStr):\n    log.info('x', a=token)",
        0,
    ),
    "and is uncovered": (
        "from pydantic import SecretStr\ndef f(token: SecretStr):\n    log.info('x', a=token.get_secret_value())",
        1,
    ),
    "an optional text": (
        "from typing import Optional\ndef f(token: Optional[str] = None):\n    log.info('x', a=token)",
        1,
    ),
    "a member of an enumeration": (
        "import enum\nclass Kind(enum.Enum):\n    TOKEN = 't'\ndef f():\n    log.info('x', a=Kind.TOKEN)",
        0,
    ),
    "the name of a variable": ("API_TOKEN = 'API_TOKEN'\ndef f():\n    log.info('x', a=API_TOKEN)", 0),
    "a function": ("def get_token():\n    pass\ndef f():\n    log.info('x', a=get_token)", 0),
    "a module's constant": ("API_TOKEN = 'abc123'\ndef f():\n    log.info('x', a=API_TOKEN)", 1),
    "a login": ("session = client.login(token)\nlog.info('x', a=session.user)", 0),
}


@pytest.mark.parametrize("title", STATIC)
def test_names_and_loggers(title: str, tmp_path: Path) -> None:
    code, expected = STATIC[title]
    body = code if "def f" in code else f"def f(token, value, client):\n{indent(code, '    ')}"
    text = f"import structlog\nlog = structlog.get_logger()\n\n{body}\n"
    assert len([one for one in findings(text, CONFIG, tmp_path) if one.code == "TL603"]) == expected


def test_the_witness_leads_from_the_name_to_the_log(tmp_path: Path) -> None:
    text = HEAD + 'def work(token):\n    value = f"Bearer {token}"\n    told(value)\n'
    (found,) = [one for one in findings(text, CONFIG, tmp_path) if one.code == "TL603"]
    assert [step.text for step in found.witness] == [
        "def work(token):",
        'value = f"Bearer {token}"',
        "told(value)",
        "def told(value):",
        'logger.info("value: %s", value)',
    ]


def test_a_redaction_of_the_config_is_believed(tmp_path: Path) -> None:
    text = HEAD + 'def work(token):\n    logger.info("%s %s", conceal(token), mask(token))\n'
    assert not findings(text, CONFIG, tmp_path / "a")
    assert findings(text.replace("conceal(token)", "unmask(token)"), CONFIG, tmp_path / "b")


def test_without_secrets_nothing_is_said(tmp_path: Path) -> None:
    assert not findings(HEAD + "def work(token):\n    told(token)\n", "", tmp_path)
