"""The page for the browser: one file that loads nothing, and in which text stays text."""

import base64
import hashlib
import re
from collections import Counter
from html.parser import HTMLParser

import pytest
from tests.report.outcomes import DRAWN, FULL, HOSTILE_TEXT, INJECTIONS, NOTHING, hostile, lines

from truthline.model.run import Outcome
from truthline.report.escape import printable
from truthline.report.html.report import render
from truthline.report.style import Style


class Page(HTMLParser):
    """Elements with their attributes, and the text that a reader sees."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.verbatim: dict[str, str] = {}
        self._open = ""
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._open = tag

    def handle_endtag(self, tag: str) -> None:
        self._open = ""

    def handle_data(self, data: str) -> None:
        if self._open in ("script", "style"):
            self.verbatim[self._open] = self.verbatim.get(self._open, "") + data
        else:
            self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def page(outcome: Outcome) -> Page:
    return Page(render(outcome, lines, Style()))


def test_it_loads_nothing() -> None:
    source = render(DRAWN, lines, Style())
    assert not re.findall(r"(?:src|href)=\"(?!#|data:)", source)
    assert not re.findall(r"@import|url\((?!#)|fetch\(|XMLHttpRequest|https?://", source)


def test_only_its_own_script_and_style_may_run() -> None:
    shown = page(DRAWN)
    [policy] = [each["content"] or "" for each in shown.all("meta") if each.get("http-equiv")]
    assert policy.startswith("default-src 'none'; ")
    for element, text in shown.verbatim.items():
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{element}-src 'sha256-{digest}'" in policy
    assert not [attributes for _, attributes in shown.elements if any(name.startswith("on") for name in attributes)]
    assert not [attributes for _, attributes in shown.elements if "style" in attributes]


def test_findings_are_cards_that_can_be_filtered() -> None:
    cards = page(FULL).all("article")
    assert [(each["data-rule"], each["data-domain"], each["data-flow"]) for each in cards] == [
        ("TL103[state-read]", "backend/app", "onboarding-activation"),
        ("TL001[unparsable-file]", "backend/app", ""),
        ("TL305[DYNAMIC_NAME]", "backend/app", ""),
    ]
    filters = {each["data-filter"] for each in page(FULL).all("select") if "data-filter" in each}
    assert filters == {"severity", "rule", "domain", "flow"}


def test_a_witness_is_a_way_through_code_frames() -> None:
    shown = page(FULL)
    assert "The way there, 3 steps" in shown.text
    assert "return _connectors[tenant_id]" in shown.text
    assert "    connectors = get_facade().list_connectors(tenant_id)" in shown.text


def test_what_is_silenced_and_what_rules_say_is_there() -> None:
    text = page(FULL).text
    assert "3 silenced findings" in text
    assert "suppression: names are checked" in text
    assert "Reports each way to the read," in text
    assert "A reference that no longer holds." not in text  # that rule found nothing


def test_a_flow_is_a_picture_with_a_way_from_entry_to_state() -> None:
    boxes = [each for each in page(DRAWN).all("g") if "data-box" in each]
    assert [(each["aria-label"], each["data-column"], each.get("data-routes")) for each in boxes] == [
        ("app.a:decide, entry, open, way, 1 call not resolved", "0", "0"),
        ("app.a:other", "1", None),
        ("app.b:ask, way", "1", "0"),
        ("app.cache:lookup, state, way", "2", "0"),
        ("state connector-cache, state, goal", "3", "0"),
    ]
    arrows = [each for each in page(DRAWN).all("path") if "data-from" in each]
    assert {(each["data-from"], each["data-to"]) for each in arrows if each.get("data-routes")} == {
        ("0", "2"),
        ("2", "3"),
        ("3", "4"),
    }


def test_nothing_found_is_said() -> None:
    assert "Nothing was found." in page(NOTHING).text


@pytest.mark.parametrize("text", [*INJECTIONS, HOSTILE_TEXT])
def test_whatever_the_text_is_it_adds_no_element(text: str) -> None:
    shown, plain = (Counter(tag for tag, _ in page(hostile(each)).elements) for each in (text, "plain"))
    ours = {"code", "span", "mark", "pre"}  # what a sentence or a source line is made of
    assert {tag: count for tag, count in shown.items() if tag not in ours} == {
        tag: count for tag, count in plain.items() if tag not in ours
    }
    assert printable(text).replace("`", "") in page(hostile(text)).text.replace("`", "")
