"""The report, opened in headless Chromium as its readers do."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.report.charts import CHARTS

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium to open the report with")

#: Colours of text, each on the colours it is written on.
TEXTS = ("ink", "soft", "strong", "good", "bad")
GROUNDS = ("card", "paper")


@pytest.fixture(scope="module")
def browser() -> Iterator[sync_api.Browser]:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def address(published: Path) -> str:
    return (published / "report" / "index.html").absolute().as_uri()


class Visit:
    """A page that is open, and whatever it complained of or asked the network for."""

    def __init__(
        self, browser, address: str, *, width: int = 1280, scheme: str = "light", locale: str = "en-GB"
    ):
        self.context = browser.new_context(
            viewport={"width": width, "height": 800}, color_scheme=scheme, locale=locale
        )
        self.page = self.context.new_page()
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(address)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.context.close()


def luminance(colour: str) -> float:
    """The relative luminance (WCAG 2.2) of #rrggbb, rgb(r, g, b) or color(srgb r g b)."""
    colour = colour.strip()
    if colour.startswith("#"):
        channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    else:
        whole = 1 if colour.startswith("color(srgb") else 255
        channels = [float(number) / whole for number in re.findall(r"[\d.]+(?:e-\d+)?", colour)[:3]]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(("locale", "language"), [("en-GB", "en"), ("ru-RU", "ru"), ("de-DE", "en")])
def test_it_opens_in_the_language_of_its_reader_and_asks_nobody(browser, address, locale, language):
    with Visit(browser, address, locale=locale) as visit:
        assert visit.page.evaluate("document.documentElement.lang") == language
        assert visit.complaints == []
        assert [url for url in visit.requests if not url.startswith(("file:", "data:"))] == []
        heading = visit.page.locator("h1").inner_text()
        assert heading == {"en": "The loyalty ladder", "ru": "Лестница лояльности"}[language]


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_chart_can_be_seen(browser, address, language):
    with Visit(browser, f"{address}?lang={language}") as visit:
        seen = visit.page.evaluate(
            """() => [...document.querySelectorAll(".chart svg")].map((svg) => [
                svg.getBoundingClientRect().height, svg.querySelectorAll("path, rect").length,
                [...svg.querySelectorAll("text")].filter((text) => text.textContent).length])"""
        )
        drawn = [(marks, texts) for height, marks, texts in seen if height > 100]
        assert len(drawn) == len(CHARTS)
        assert all(marks > 3 and texts > 3 for marks, texts in drawn)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_no_chart_is_wider_than_its_panel_on_a_phone_and_the_page_does_not_scroll(browser, address, language):
    with Visit(browser, f"{address}?lang={language}", width=360) as visit:
        assert visit.page.evaluate("document.documentElement.scrollWidth") == 360
        too_wide = visit.page.evaluate(
            """() => [...document.querySelectorAll(".chart text")]
                .filter((text) => text.getBoundingClientRect().width)
                .map((text) => [text.textContent, text.getBoundingClientRect()])
                .filter(([, box]) => box.left < 0 || box.right > 360).map(([text]) => text)"""
        )
        assert too_wide == []


def test_the_language_is_switched_by_keyboard_with_texts_and_numbers(browser, address):
    with Visit(browser, address) as visit:
        number = visit.page.locator("#content .figure data").nth(1)
        before = number.inner_text()
        visit.page.keyboard.press("Tab")  # to the content
        visit.page.keyboard.press("Tab")
        assert visit.page.evaluate("document.activeElement.id") == "language"
        visit.page.keyboard.press("Enter")
        assert visit.page.evaluate("document.documentElement.lang") == "ru"
        assert visit.page.locator("#rungs-title").inner_text() == "Лестница сейчас"
        assert "," in before
        assert "," not in number.inner_text()
        assert number.inner_text().endswith("₽")
        assert visit.complaints == []


def test_the_theme_follows_the_reader_until_switched(browser, address):
    ground = "getComputedStyle(document.body).backgroundColor"
    with Visit(browser, address) as light, Visit(browser, address, scheme="dark") as dark:
        bright, dim = light.page.evaluate(ground), dark.page.evaluate(ground)
        assert bright != dim
        light.page.locator("#theme").click()
        assert light.page.evaluate(ground) == dim
        assert light.page.locator("#theme").get_attribute("aria-pressed") == "true"
        light.page.reload()
        assert light.page.evaluate(ground) == dim
        dark.page.locator("#theme").click()
        assert dark.page.evaluate(ground) == bright


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(browser, address, scheme):
    with Visit(browser, address, scheme=scheme) as visit:
        colour = {
            name: visit.page.evaluate(
                f"getComputedStyle(document.documentElement).getPropertyValue('--{name}')"
            )
            for name in TEXTS + GROUNDS
        }
        weak = {
            (text, ground): round(contrast(colour[text], colour[ground]), 2)
            for text in TEXTS
            for ground in GROUNDS
            if contrast(colour[text], colour[ground]) < 4.5
        }
        assert weak == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_number_can_be_read_on_the_darkest_cell_of_a_heat_map(browser, address, scheme):
    with Visit(browser, address, scheme=scheme) as visit:
        cells = visit.page.evaluate(
            """() => [...document.querySelectorAll(".heat td")].map((cell) => {
                const style = getComputedStyle(cell);
                return [style.color, style.backgroundColor];
            })"""
        )
        assert len(cells) > 100
        assert min(contrast(text, ground) for text, ground in cells) >= 4.5


def test_without_a_script_it_is_whole_and_in_english(browser, address):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    assert page.locator("h1").inner_text() == "The loyalty ladder"
    assert page.locator("#rungs data").first.text_content()
    context.close()
