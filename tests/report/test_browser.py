"""The page in a real browser: with a mouse, a keyboard, a phone and no script at all."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.report.outcomes import DRAWN, DYNAMIC, INJECTIONS, hostile, lines

from truthline.model.run import Outcome
from truthline.report.html.report import render
from truthline.report.style import Style

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium"),
    pytest.mark.xdist_group("browser"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright: pip install playwright")
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def show(browser: Any, tmp_path: Path) -> Iterator[Any]:
    """Open the page of an outcome; what the browser complains about, or asks the network for, fails the test."""
    wrong: list[str] = []
    contexts = []

    def open_page(outcome: Outcome, **settings: Any) -> Any:
        file = tmp_path / "report.html"
        file.write_text(render(outcome, lines, Style()), encoding="utf-8")
        context = browser.new_context(**settings)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: wrong.append(message.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("dialog", lambda dialog: wrong.append(dialog.message))
        page.on("request", lambda request: wrong.append(request.url) if request.url.startswith("http") else None)
        page.goto(file.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []


WARNINGS = (msgspec.structs.replace(DYNAMIC, message=f"call {n}", fingerprint=f"{n}") for n in range(5))
MANY = msgspec.structs.replace(DRAWN, findings=(*DRAWN.findings, *WARNINGS))
TITLES = "boxes => boxes.map(box => box.querySelector('title').textContent)"
BRIGHTNESS = "getComputedStyle(document.body).backgroundColor.match(/[0-9]+/g).slice(0, 3).reduce((a, b) => +a + +b, 0)"


def visible(page: Any) -> int:
    return int(page.locator("article.card:visible").count())


def test_search_and_filters_leave_what_fits(show: Any) -> None:
    page = show(MANY)
    assert visible(page) == 8
    page.keyboard.press("/")
    page.keyboard.type("never decide")
    assert visible(page) == 1
    assert page.locator("#shown").inner_text() == "1 of 8 findings"
    page.keyboard.press("Escape")
    assert visible(page) == 8
    page.select_option("[data-filter=severity]", "warning")
    assert visible(page) == 6
    page.click("text=Clear")
    page.click(".counts button:has-text('TL001')")
    assert visible(page) == 1


def test_findings_are_grouped_by_rule_domain_file_or_flow(show: Any) -> None:
    page = show(MANY)
    headings = page.locator(".group > h3 span")
    assert headings.all_inner_texts() == ["TL103[state-read]", "TL001[unparsable-file]", "TL305[DYNAMIC_NAME]"]
    page.select_option("#group", "domain")
    assert headings.all_inner_texts() == ["backend/app"]
    page.select_option("#group", "flow")
    assert headings.all_inner_texts() == ["onboarding-activation", "no flow"]


def test_the_keyboard_goes_from_finding_to_finding(show: Any) -> None:
    page = show(MANY)
    page.keyboard.press("j")
    assert "TL103" in page.locator("article:focus").inner_text()
    was_open = page.locator("article:focus details").evaluate("way => way.open")
    page.keyboard.press("o")
    assert page.locator("article:focus details").evaluate("way => way.open") != was_open
    page.keyboard.press("j")
    assert "TL001" in page.locator("article:focus").inner_text()
    page.keyboard.press("?")
    assert page.locator("dialog").is_visible()


def test_a_way_can_be_followed_in_the_picture(show: Any) -> None:
    page = show(DRAWN)
    page.click("text=show in the picture")
    assert page.locator(".box.near").evaluate_all(TITLES) == [
        "app.a:decide",
        "app.b:ask",
        "app.cache:lookup",
        "state connector-cache",
    ]
    assert page.locator(".route").get_attribute("aria-pressed") == "true"


@pytest.mark.parametrize("width", [320, 390])
def test_a_way_on_a_phone_is_large_enough_to_read(show: Any, width: int) -> None:
    page = show(DRAWN, viewport={"width": width, "height": 800})
    page.click("text=show in the picture")
    entry = page.locator(".box.entry.near")
    letters = entry.locator(".name").evaluate("name => 12 * name.getScreenCTM().a")
    assert letters >= 7
    assert 0 <= entry.bounding_box()["x"] <= width / 2


def test_a_box_tells_what_stands_behind_it(show: Any) -> None:
    page = show(DRAWN)
    page.locator(".box.open").click()
    details = page.locator(".details section.selected").inner_text()
    assert "handlers[name]()" in details
    assert "the key is not known" in details
    page.click(".details section.selected button:has-text('app.b:ask')")
    assert page.locator(".details section.selected h4").inner_text() == "app.b:ask"


def test_the_keyboard_walks_from_the_entry_to_the_state(show: Any) -> None:
    page = show(DRAWN)
    page.locator(".box.entry").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    assert page.locator(".box:focus title").evaluate("title => title.textContent") == "state connector-cache"
    page.keyboard.press("ArrowLeft")
    assert page.locator(".details section.selected h4").inner_text() == "app.cache:lookup"


def test_the_picture_zooms(show: Any) -> None:
    page = show(DRAWN)
    width = "svg => svg.viewBox.baseVal.width"
    whole = page.locator("figure svg").evaluate(width)
    page.click("[data-zoom='zoom in']")
    assert page.locator("figure svg").evaluate(width) < whole
    page.locator("figure svg").focus()
    page.keyboard.press("0")
    assert page.locator("figure svg").evaluate(width) == whole


@pytest.mark.parametrize("width", [320, 390, 1200])
def test_nothing_is_wider_than_the_screen(show: Any, width: int) -> None:
    page = show(MANY, viewport={"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_dark_system_gets_a_dark_page(show: Any) -> None:
    dark = show(DRAWN, color_scheme="dark")
    assert dark.evaluate(BRIGHTNESS) < 150
    dark.click("#theme")
    assert dark.evaluate(BRIGHTNESS) > 600
    assert show(DRAWN, color_scheme="light").evaluate(BRIGHTNESS) > 600


def test_without_scripts_everything_can_still_be_read(show: Any) -> None:
    page = show(DRAWN, java_script_enabled=False)
    assert page.locator("article.card").count() == 3
    assert page.locator(".details section").first.is_visible()
    assert not page.locator("#filters").is_visible()


def test_no_text_runs(show: Any) -> None:
    page = show(hostile("".join(INJECTIONS)))
    assert page.locator("article.card").count() == 1
    page.fill("#search", "nothing like this")
    assert visible(page) == 0
