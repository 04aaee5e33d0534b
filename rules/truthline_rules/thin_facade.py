"""The kind `thin-facade` (TL511): facades that only pass on what they are asked, wanted or not."""

import ast
from collections.abc import Iterable, Iterator
from typing import Annotated, Literal

import msgspec

from truthline.api import (
    Example,
    FileRule,
    FileView,
    Location,
    Meta,
    NamePattern,
    NameRef,
    OneOrMore,
    Options,
    Setup,
    Violation,
)
from truthline_rules.defined import Defined, FunctionNode, defined, heading
from truthline_rules.delegation import is_delegation, is_stub

_FORBIDDEN = """\
[[rule]]
id = "FACADE_LOGIC"
kind = "thin-facade"
scope = ["app/**/*_facade.py"]
thin = "forbidden"
"""
_REQUIRED = """\
[[rule]]
id = "FACADES_ARE_THIN"
kind = "thin-facade"
scope = ["app/**/*_facade.py"]
thin = "required"
"""


class ThinFacadeOptions(Options, frozen=True, kw_only=True):
    """The keys of a `thin-facade` rule."""

    thin: Literal["required", "forbidden"]
    of: Literal["class", "module"] = "class"
    classes: Annotated[tuple[NameRef, ...], OneOrMore] = ("**",)
    count: Literal["public", "all"] = "public"
    at_least: Annotated[int, msgspec.Meta(ge=1)] = 1


class ThinFacade(FileRule):
    """A facade that does nothing but pass on, or one that does more.

    What it does:
        A function passes on if all that it does is one call, given parameters, attributes, constants and lists of
        these, whose result it returns or drops. Imports inside it, its docstring and a name for the result do not
        count.
        `thin = "forbidden"` reports each class or module of which every function does only that; `"required"` reports
        each function that does more. Stubs, and functions that return a constant, are neither.
    Why it is bad:
        A facade without logic is one more name for the same thing; one with logic is a layer that nobody planned.
    How to fix:
        Call what stands behind it, or move the logic there.
    How to allow:
        `allow = [{ path = "...", symbol = "...", reason = "..." }]` in the rule, or a suppression.
    Options:
        scope: the files that the rule looks at. Default: all.
        thin: `forbidden` or `required`.
        of: what is judged as a whole: a `class` with its methods, or a `module` with these and its functions. Default:
            class.
        classes: patterns of the names of classes within the module (one or more). Default: `**`, all.
        count: `public` functions, or `all`. Default: public.
        at-least: how many functions must pass on for a whole to be a facade. Default: 1.
    """

    options_type = ThinFacadeOptions
    options: ThinFacadeOptions
    meta = Meta(
        code="TL511",
        name="thin-facade",
        kind=True,
        placeholders=("name", "count"),
        valid=(
            Example(
                title="a facade that decides something",
                files={
                    "app/logs_facade.py": (
                        "class LogsFacade:\n"
                        "    def read(self, tenant):\n        return self._driver.read(tenant)\n\n"
                        "    def write(self, tenant, row):\n"
                        "        if not row:\n            raise ValueError\n"
                        "        return self._driver.write(tenant, row)\n"
                    )
                },
                config=_FORBIDDEN,
            ),
            Example(
                title="a facade that only passes on",
                files={
                    "app/logs_facade.py": (
                        "class LogsFacade:\n    async def read(self, tenant, *, limit=10):\n"
                        '        """Read."""\n        from app.driver import get_driver\n\n'
                        "        rows = await get_driver(self._session).read(tenant, limit=limit)\n"
                        "        return rows\n"
                    )
                },
                config=_REQUIRED,
            ),
        ),
        invalid=(
            Example(
                title="nothing but passing on",
                files={
                    "app/logs_facade.py": (
                        "class LogsFacade:\n    async def read(self, tenant):\n"
                        '        """Read."""\n        return await self._driver.read(tenant)\n'
                    )
                },
                config=_FORBIDDEN,
            ),
            Example(
                title="a decision in a facade",
                files={
                    "app/logs_facade.py": (
                        "class LogsFacade:\n    def read(self, tenant):\n"
                        "        return self._driver.read(tenant or 'all')\n"
                    )
                },
                config=_REQUIRED,
            ),
        ),
    )

    def __init__(self, setup: Setup) -> None:
        super().__init__(setup)
        self._classes = tuple(NamePattern.compile(text) for text in self.options.classes)

    def check_file(self, file: FileView) -> Iterator[Violation]:
        """Look at the functions of a file by the whole that they belong to."""
        every = defined(file)
        if self.options.of == "module":
            functions = [each for each in every if not each.around or isinstance(each.around[-1], ast.ClassDef)]
            yield from self._judged(file, f"module `{file.module}`", file.at(), functions)
            return
        captures = self.captures(file.path)
        for owner in every:
            named = any(pattern.matches(owner.qualname, captures) for pattern in self._classes)
            if named and isinstance(owner.node, ast.ClassDef):
                methods = [each for each in every if each.around[-1:] == (owner.node,)]
                place = file.at(heading(file, owner.node))
                yield from self._judged(file, f"class `{owner.qualname}`", place, methods)

    def _judged(self, file: FileView, whole: str, place: Location, members: Iterable[Defined]) -> Iterator[Violation]:
        """What is wrong with a class or module, and with its functions."""
        functions = [(each, each.node) for each in members if not isinstance(each.node, ast.ClassDef)]
        counted = [(each, node) for each, node in functions if self._counts(node) and not is_stub(node)]
        thick = [each for each, node in counted if not is_delegation(node)]
        if self.options.thin == "required":
            for each in thick:
                sentence = f"`{each.qualname}` does more than pass on"
                yield _violation(file.at(heading(file, each.node)), sentence, each.qualname, 1)
        elif not thick and len(counted) >= self.options.at_least:
            number = f"{len(counted)} function{'s' if len(counted) > 1 else ''}"
            sentence = f"{whole} has {number} and no logic: it only passes on"
            yield _violation(place, sentence, whole.split("`")[1], len(counted))

    def _counts(self, node: FunctionNode) -> bool:
        return self.options.count == "all" or not node.name.startswith("_")


def _violation(place: Location, sentence: str, name: str, count: int) -> Violation:
    return Violation(location=place, message=sentence, symbol=name, details={"name": name, "count": str(count)})
