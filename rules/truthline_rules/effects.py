"""Calls with effects when a package is imported (TL206)."""

import re
from collections.abc import Iterator

from truthline.api import Example, Import, Location, Meta, ModuleCall, Program, Rule, SourceModule, Violation

# Calls that compute or construct a value and change nothing outside of it. A module alone ("re.*") stands for all
# that it holds; names without a module are builtins.
HARMLESS = frozenset(
    """
    abs all any bool bytes callable chr classmethod complex dict divmod enumerate filter float format frozenset
    getattr hasattr hash hex int isinstance issubclass iter len list map max min next object oct ord pow property range
    repr reversed round set slice sorted staticmethod str sum super tuple type vars zip

    __future__.* abc.* array.* ast.literal_eval base64.* collections.* collections.abc.* contextvars.* copy.*
    dataclasses.* datetime.* decimal.* enum.* fractions.* functools.* hashlib.* importlib.metadata.*
    importlib.resources.* importlib.util.find_spec inspect.* itertools.* json.dumps json.loads keyword.* math.*
    operator.* os.environ.get os.fspath os.getenv os.getpid os.path.* pathlib.* pkgutil.extend_path platform.*
    re.* statistics.* string.* struct.* sys.getrecursionlimit textwrap.* threading.Condition threading.Event
    threading.Lock threading.RLock threading.Semaphore threading.local time.monotonic time.perf_counter time.time
    types.* typing.* typing_extensions.* unicodedata.* uuid.UUID warnings.warn weakref.* zoneinfo.*

    logging.getLogger logging.NullHandler logging.Formatter structlog.get_logger structlog.getLogger loguru.logger.bind
    """.split()
)

# What a value's own methods do to the value that an `__init__` builds up for itself.
HARMLESS_METHODS = frozenset(
    """
    addHandler append capitalize casefold copy count decode difference encode endswith extend extend_path format get
    getLogger get_logger index insert intersection isdigit items join keys lower lstrip partition removeprefix
    removesuffix replace
    rpartition rsplit rstrip split splitlines startswith strip title union update upper values
    with_suffix joinpath resolve absolute
    """.split()
)

_SCRIPT = re.compile(r"""if\s+__name__\s*==\s*["']__main__["']\s*:""")


class InitSideEffect(Rule):
    """A call with effects when a package is imported.

    What it does:
        Reports a call that importing an `__init__` executes, unless it only makes a value: builtins and standard
        library functions that change nothing, loggers, typing, enums and dataclasses, methods of strings and
        containers, and the construction of an object (a name in CamelCase) that is kept in a variable.
    Why it is bad:
        Importing any module of the package runs it, in an order that nobody chose, in tests and tools too.
    How to fix:
        Move the call into a function that the program calls when it starts.
    How to allow:
        A suppression with a reason, or `warn`/`ignore` with TL206.
    """

    meta = Meta(
        code="TL206",
        name="init-side-effect",
        severity="warning",
        valid=(
            Example(
                title="values",
                files={
                    "app/__init__.py": (
                        "import logging\nimport re\nfrom pathlib import Path\n\n"
                        "logger = logging.getLogger(__name__)\nlogger.addHandler(logging.NullHandler())\n"
                        'WORD = re.compile("a")\nHERE = Path(__file__).parent\nNAMES = frozenset(["a"])\n'
                    )
                },
            ),
        ),
        invalid=(
            Example(
                title="a registration",
                files={
                    "app/__init__.py": "from app.handlers import register_all\n\nregister_all()\n",
                    "app/handlers.py": "def register_all(): ...\n",
                },
            ),
            Example(
                title="logging is configured",
                files={"app/__init__.py": "import logging\n\nlogging.basicConfig()\n"},
            ),
        ),
    )

    def check(self, program: Program) -> Iterator[Violation]:
        """Look at the calls of every `__init__`."""
        by_file = program.modules.by_file
        for module in (by_file[file] for file in sorted(by_file)):
            if not module.is_package or module.outline is None:
                continue
            names = {each.bound: each for each in module.outline.imports if each.bound and not each.scope}
            for call in module.outline.module_calls:
                if not _is_harmless(call, names) and not _is_script(program.modules.source_lines(module.file), call):
                    yield _violation(module, call)


def _violation(module: SourceModule, call: ModuleCall) -> Violation:
    callee = f"`{call.callee}(...)`" if call.callee else "a function"
    return Violation(
        location=Location(module.file, call.span),
        message=f"importing package `{module.name}` calls {callee}",
        help="move the call into a function that the program calls when it starts",
        symbol=call.callee,
    )


def _is_harmless(call: ModuleCall, names: dict[str, Import]) -> bool:
    head, _, rest = call.callee.partition(".")
    last = call.callee.rpartition(".")[2]
    full = ".".join(part for part in (_origin(names[head]) if head in names else head, rest) if part)
    if full in HARMLESS or f"{full.rpartition('.')[0]}.*" in HARMLESS:
        return True
    if last in HARMLESS_METHODS and last != call.callee:
        return True
    return bool(call.bound) and _is_class_name(last)


def _origin(written: Import) -> str:
    """What a name that an import binds stands for, as a dotted name."""
    if written.level:
        return "." * written.level + f"{written.module}.{written.name}"
    if written.name:
        return f"{written.module}.{written.name}"
    return written.module if written.renamed else written.bound


def _is_script(lines: list[str], call: ModuleCall) -> bool:
    """Whether the call stands under `if __name__ == "__main__"`, which importing does not run."""
    indent = call.span.column - 1
    for line in reversed(lines[: call.span.line - 1]):
        text = line.strip()
        if text and len(line) - len(line.lstrip()) < indent:
            indent = len(line) - len(line.lstrip())
            if _SCRIPT.match(text):
                return True
    return False


def _is_class_name(name: str) -> bool:
    bare = name.lstrip("_")
    return bare[:1].isupper() and not bare.isupper()
