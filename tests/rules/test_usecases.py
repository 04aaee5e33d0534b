"""Use case documents: what is a reference, what a use case, and what both documents must agree on."""

from pathlib import Path

import pytest

from truthline.testing import check_files

CONFIG = """
include = ["app"]

[docs.usecases]
index = "docs/INDEX.md"
linkage = "docs/LINKAGE.md"
case = 'UC-\\d+'
roots = [".", "backend"]

[dispatch.operations]
register = "app.registry:Registry.register"
execute = "app.registry:Registry.execute"
"""
CODE = {
    "app/__init__.py": "",
    "app/registry.py": (
        "class Registry:\n    def register(self, name, handler): ...\n    def execute(self, name): ...\n\n\n"
        "registry = Registry()\nregistry.register('orders.place', print)\nregistry.register('orders.void', print)\n"
        "registry.execute('orders.place')\n"
    ),
    "app/orders.py": "class Orders:\n    def place(self): ...\n\n\nLIMIT = 3\n",
    "backend/tests/test_orders.py": "class TestOrders:\n    def test_place(self): ...\n",
    "docs/schema.sql": "create table orders (id int);\n",
}
INDEX = "| ID | Usecase | Audience | Status |\n| --- | --- | --- | --- |\n| UC-001 | Orders | `cust` | `GREEN` |\n"
SECTION = "## UC-001: Orders\n- Audience: `cust`\n- Status: `GREEN`\n"

REORDERED = "| Status | Usecase | ID | Audience |\n| - | - | - | - |\n| `GREEN` | Orders | UC-001 | `cust` |\n"

REFERENCES = [
    ("a file", "`app/orders.py`", None),
    ("a file that is gone", "`app/order.py`", "there is no file `app/order.py`"),
    ("its last parts", "`tests/test_orders.py`", None),
    ("its name alone", "`test_orders.py`", None),
    ("a name that is gone", "see `test_order.py` there", "there is no file `test_order.py`"),
    ("a path from another root", "`tests/test_orders.py::TestOrders::test_place`", None),
    ("a method", "`app/orders.py::Orders.place`", None),
    ("a constant", "`app/orders.py::LIMIT`", None),
    ("a symbol that is gone", "`app/orders.py::Orders.void`", "defines no `Orders.void`"),
    ("a symbol of a file that is not analysed", "`test_orders.py::TestOrders::test_void`", "defines no"),
    ("a parametrised test", "`test_orders.py::TestOrders::test_place[1-a]`", None),
    ("a line", "`app/orders.py:2`", None),
    ("a line behind the end", "`app/orders.py:99`", "has no line 99"),
    ("lines", "`app/orders.py:1-5`", None),
    ("lines that go on behind the end", "`app/orders.py:2-99`", "has no line 99"),
    ("a line as a page has it", "`app/orders.py#L2`", None),
    ("lines as a page has them, of a file that is gone", "`app/order.py#L2-L3`", "there is no file"),
    ("lines as a page has them, behind the end", "`app/orders.py#L2-L99`", "has no line 99"),
    ("a path from here", "`./app/orders.py`", None),
    ("a path from here that is gone", "`./app/order.py`", "there is no file"),
    ("a call", "`app/orders.py::Orders.place(order, *, by=None)`", None),
    ("a call of a function that is gone", "`app/orders.py::Orders.void(order)`", "defines no `Orders.void`"),
    ("a class behind another's name", "`app/orders.py::Order`", "defines no `Order`"),
    ("a file under the name of a directory", "`app/orders.py/place.py`", "there is no file"),
    ("a path in another case", "`app/Orders.py`", "there is no file"),
    ("blanks around", "` app/orders.py `", None),
    ("a pattern", "`app/*.py`", None),
    ("two in one line, the second gone", "`app/orders.py` and `app/gone.py`", "there is no file `app/gone.py`"),
    ("in a heading", "### Code in `app/gone.py`", "there is no file"),
    ("in a quotation", "> as `app/gone.py` has it", "there is no file"),
    ("in a link's text", "[`app/gone.py`](https://example.org)", "there is no file"),
    ("tildes around code", "~~~python\n`app/gone.py`\n~~~", None),
    ("code that is indented", "text\n\n    `app/gone.py`", None),
    ("escaped backticks", "\\`app/gone.py\\`", None),
    ("an operation and one that is gone", "dispatches `orders.place` and `orders.gone`", "no operation `orders.gone`"),
    ("an operation's handler", "`orders.place` is `app/registry.py::Registry.execute`", None),
    ("a directory", "`app/`", None),
    ("a directory that is gone", "`app/old/`", "there is no directory `app/old/`"),
    ("an operation", "the operation `orders.place`", None),
    ("one that nobody executes", "`orders.void`", "nothing executes it"),
    ("one that is not registered", "registered as `orders.cancel`", "there is no operation `orders.cancel`"),
    ("a dotted name that is no operation", "the column `orders.status`", None),
    ("a table of another file", "`docs/schema.sql::orders`", None),
    ("code", "`x = a/b.py`", None),
    ("a path outside of code", "app/gone.py", None),
    ("fenced code", "```\n`app/gone.py`\n```", None),
    ("a comment", "<!-- `app/gone.py` -->", None),
    ("two backticks", "``app/gone.py``", "there is no file"),
    ("in a table", "| a |\n| --- |\n| `app/gone.py` |", "there is no file"),
    ("in a list in a list", "- a\n  - b `app/gone.py`", "there is no file"),
]


@pytest.mark.parametrize(("text", "says"), [pytest.param(*case[1:], id=case[0]) for case in REFERENCES])
def test_references(text: str, says: str | None, tmp_path: Path) -> None:
    files = {**CODE, "docs/INDEX.md": INDEX, "docs/LINKAGE.md": f"{SECTION}\n{text}\n"}
    found = [each for each in check_files(files, CONFIG, tmp_path).findings if each.code == "TL701"]
    assert [says in each.message for each in found if says] == ([True] if says else [])
    assert len(found) == (says is not None)
    for each in found:
        line = files["docs/LINKAGE.md"].split("\n")[each.location.span.line - 1]
        reference = line[each.location.span.column - 1 : each.location.span.end_column - 1]
        assert f"`{reference}`" in line


CASES = [
    ("both agree", INDEX, SECTION, []),
    ("marks, case and blanks do not count", INDEX, SECTION.replace("`GREEN`", "**green**"), []),
    ("another order of sections and more headings", INDEX, f"# Title\n### Intro\ntext\n{SECTION}### Part\n", []),
    ("a dash in the heading", INDEX, SECTION.replace(": ", " \u2014 ", 1), []),
    ("another status", INDEX, SECTION.replace("GREEN", "RED"), ["TL703 docs/LINKAGE.md:1"]),
    ("another audience", INDEX, SECTION.replace("cust", "int"), ["TL703 docs/LINKAGE.md:1"]),
    ("another name", INDEX, SECTION.replace("Orders", "Billing"), ["TL703 docs/LINKAGE.md:1"]),
    ("no status", INDEX, SECTION.replace("- Status: `GREEN`\n", ""), ["TL703 docs/LINKAGE.md:1"]),
    ("a status of the next section", INDEX, SECTION + "## Other\n- Status: `RED`\n", []),
    ("missing in the index", INDEX, SECTION + "## UC-002: Two\n", ["TL702 docs/LINKAGE.md:4"]),
    ("missing in the linkage", INDEX, "# nothing\n", ["TL702 docs/INDEX.md:3"]),
    ("a case that is only mentioned", INDEX, SECTION + "As in UC-007, see UC-008.\n", []),
    ("a longer number", INDEX, SECTION + "## UC-0011: Two\n", ["TL702 docs/LINKAGE.md:4"]),
    ("a link to the section", INDEX.replace("| UC-001 |", "| [UC-001](LINKAGE.md#uc-001) |"), SECTION, []),
    ("set apart", INDEX.replace("UC-001", "**UC-001**"), SECTION.replace("UC-001", "`UC-001`"), []),
    ("a heading that is underlined", INDEX, SECTION.replace("## UC-001: Orders\n", "UC-001: Orders\n---\n\n"), []),
    ("a heading of another depth", INDEX, "# Linkage\n## Cases\n#" + SECTION, []),
    ("a section in fenced code", INDEX, SECTION + "```\n## UC-002: Two\n```\n", []),
    ("a section in a comment", INDEX, SECTION + "<!--\n## UC-002: Two\n-->\n", []),
    ("a row in fenced code", INDEX + "\n```\n| UC-002 | Two | `cust` | `RED` |\n```\n", SECTION, []),
    ("a second table", INDEX + "\ntext\n\n| ID |\n| --- |\n| UC-002 |\n", SECTION, ["TL702 docs/INDEX.md:9"]),
    ("a row without outer bars", INDEX.replace("| UC-001", "UC-001").replace("`GREEN` |\n", "`GREEN`\n"), SECTION, []),
    ("columns in another order", REORDERED, SECTION, []),
    ("a status that says more", INDEX, SECTION.replace("`GREEN`", "`GREEN` (partly)"), ["TL703 docs/LINKAGE.md:1"]),
    (
        "two sections, one of which says another thing",
        INDEX,
        SECTION + SECTION.replace("GREEN", "RED"),
        ["TL703 docs/LINKAGE.md:4"],
    ),
    ("line ends of another system", INDEX.replace("\n", "\r\n"), SECTION.replace("\n", "\r\n"), []),
    ("a document that is gone", INDEX, None, ["TL701 docs/LINKAGE.md:1"]),
]


@pytest.mark.parametrize(("index", "linkage", "expected"), [pytest.param(*case[1:], id=case[0]) for case in CASES])
def test_what_both_documents_say(index: str, linkage: str | None, expected: list[str], tmp_path: Path) -> None:
    files = {**CODE, "docs/INDEX.md": index, **({} if linkage is None else {"docs/LINKAGE.md": linkage})}
    found = [each for each in check_files(files, CONFIG, tmp_path).findings if each.code.startswith("TL70")]
    assert [f"{each.code} {each.location.file}:{each.location.span.line}" for each in found] == expected
