"""Write a code base of any size, the same for the same seed, with the imports and calls of an application.

    python benchmarks/generate.py DIRECTORY --lines 100000 [--seed N]

Domains of six modules each: schemas, a driver on a session, an engine, a handler that is registered under its
operation, a cache, and an API that dispatches operations. Domains use a few others, mostly earlier ones, and everything
uses a common core, as layers of an application do. The config declares one flow through the registry, one state and
the dispatch table; the size of the flow's slice does not depend on that of the code base.
"""

import argparse
import random
from collections.abc import Iterator
from pathlib import Path

CORE = {
    "__init__": '"""The core."""\n',
    "session": (
        '"""Sessions."""\n\n\nclass Session:\n    """One connection."""\n\n'
        "    def execute(self, statement, parameters=None):\n        return []\n\n"
        "    def commit(self):\n        return None\n\n\ndef open_session() -> Session:\n    return Session()\n"
    ),
    "registry": (
        '"""Operations by name."""\n\n\nclass Registry:\n    def __init__(self):\n        self._handlers = {}\n\n'
        "    def register(self, name, handler):\n        self._handlers[name] = handler\n\n"
        "    def execute(self, name, context):\n        return self._handlers[name].execute(context)\n\n\n"
        "registry = Registry()\n"
    ),
    "clock": '"""Time."""\n\nimport datetime\n\n\ndef now():\n    return datetime.datetime.now()\n',
}
CONFIG = """\
roots = ["."]

[state.cache]
modules = ["app.domain_0.cache"]

[flow.activation]
entry = ["app.domain_0.api:activate"]
must-not-reach = ["cache"]

[dispatch.operations]
register = "app.core.registry:Registry.register"
execute = "app.core.registry:Registry.execute"
owner = { scope = ["app/{domain}/api.py"], operation = "{domain}.*" }
"""
BOOT = '"""Registers every handler."""\n\n'


def main() -> None:
    """Write domains until there are enough lines."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory", type=Path)
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    lines = sum(write(options.directory / "app/core" / f"{name}.py", text) for name, text in CORE.items())
    domains = 0
    while lines < options.lines:
        chance = random.Random(f"{options.seed} {domains}")  # noqa: S311
        for name, text in domain(domains, chance).items():
            lines += write(options.directory / f"app/domain_{domains}" / f"{name}.py", text)
        domains += 1
    boot = BOOT + "".join(f"import app.domain_{number}.handler\n" for number in range(domains))
    lines += write(options.directory / "app/boot.py", boot) + write(options.directory / "app/__init__.py", "")
    write(options.directory / "truthline.toml", CONFIG)
    print(f"{lines:,} lines, {domains:,} domains")


def write(path: Path, text: str) -> int:
    """Write a file, and tell its lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return text.count("\n")


def domain(number: int, chance: random.Random) -> dict[str, str]:
    """The modules of one domain."""
    used = sorted({chance.randrange(number) for _ in range(min(3, number))})
    size = chance.randint(12, 40)
    return {
        "__init__": f'"""Domain {number}."""\n',
        "schemas": f'"""Values."""\n\nfrom dataclasses import dataclass\n{"".join(schemas(size // 3, chance))}',
        "driver": f'"""Tables of domain {number}."""\n\nfrom app.core.session import Session\n\n\n'
        f"class Driver{number}:\n    def __init__(self, session: Session):\n        self._session = session\n"
        + "".join(queries(number, size)),
        "engine": "".join(engine(number, used, size, chance)),
        "handler": (
            f'"""Operations of domain {number}."""\n\nfrom app.core.registry import registry\n'
            f"from app.core.session import open_session\nfrom app.domain_{number}.engine import Engine{number}\n\n\n"
            f"class Handler{number}:\n    def execute(self, context):\n"
            f"        return Engine{number}(open_session()).step_0(context)\n\n\n"
            f'registry.register("domain_{number}.run", Handler{number}())\n'
        ),
        "cache": (
            f'"""What domain {number} saw last."""\n\n_seen = {{}}\n\n\n'
            f"def remember_{number}(key, value):\n    _seen[key] = value\n\n\n"
            f"def recall_{number}(key):\n    return _seen.get(key)\n"
        ),
        "api": (
            f'"""Requests to domain {number}."""\n\nfrom app.core.registry import registry\n'
            f"from app.domain_{number}.cache import remember_{number}\n\n\n"
            f'def activate(request):\n    return registry.execute("domain_{number}.run", request)\n\n\n'
            f"def note(request):\n    remember_{number}(request.key, activate(request))\n"
        ),
    }


def schemas(count: int, chance: random.Random) -> Iterator[str]:
    """Record classes with a method or two."""
    for each in range(count):
        fields = "".join(f"    field_{one}: {chance.choice(('int', 'str', 'float'))}\n" for one in range(4))
        body = f'        """Whether it holds."""\n        return bool(self.field_{chance.randrange(4)})\n'
        yield f"\n\n@dataclass\nclass Record{each}:\n{fields}\n    def holds(self) -> bool:\n{body}"


def queries(number: int, count: int) -> Iterator[str]:
    """Methods that execute SQL."""
    for each in range(count):
        yield (
            f"\n    def rows_{each}(self, tenant, limit=10):\n"  # noqa: S608
            f'        """Rows {each}."""\n'
            f'        statement = "SELECT id, value FROM table_{number}_{each} WHERE tenant = :tenant"\n'
            '        found = self._session.execute(statement, {"tenant": tenant})\n'
            "        return [row for row in found][:limit]\n"
        )


def engine(number: int, used: list[int], count: int, chance: random.Random) -> Iterator[str]:
    """Steps that call the driver, later steps, and now and then another domain."""
    yield f'"""Decisions of domain {number}."""\n\nimport logging\n\nfrom app.core.clock import now\n'
    yield f"from app.domain_{number}.driver import Driver{number}\nfrom app.domain_{number}.schemas import Record0\n\n"
    yield f"logger = logging.getLogger(__name__)\n\n\nclass Engine{number}:\n    def __init__(self, session):\n"
    yield f"        self._session = session\n        self._driver = Driver{number}(session)\n"
    for each in range(count):
        yield f'\n    def step_{each}(self, context):\n        """Step {each}."""\n'
        yield f"        rows = self._driver.rows_{chance.randrange(count)}(context.tenant)\n"
        yield "        total = 0\n        for row in rows:\n            if row.value > total:\n"
        yield "                total += row.value\n            else:\n"
        yield '                logger.info("small", extra={"row": row.id})\n'
        yield f"        record = Record0({each}, str(now()), 1.0 * total, {chance.randrange(9)})\n"
        if used and chance.random() < 0.1:
            other = chance.choice(used)
            yield f"        from app.domain_{other}.engine import Engine{other}\n\n"
            yield f"        total += Engine{other}(self._session).step_{chance.randrange(12)}(context)\n"
        if each + 1 < count and chance.random() < 0.5:
            yield "        if record.holds():\n"
            yield f"            return self.step_{chance.randrange(each + 1, count)}(context)\n"
        yield "        return total\n"


if __name__ == "__main__":
    main()
