"""What everybody of the department does in a day, and what must be true of every page meanwhile."""

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.browser.inspection import chinese_messages, english_messages, in_chinese, untranslated

DRAWN = """() => {
  const shown = [...document.querySelectorAll('canvas')].filter(one => one.checkVisibility());
  return window.Chart && shown.length && shown.every(one =>
    one.getContext('2d').getImageData(0, 0, one.width, one.height).data.some(value => value));
}"""
TABLES = """() => {
  const charts = [...document.querySelectorAll('figure:has(canvas)')];
  return !window.Chart && charts.length && charts.every(one =>
    one.querySelector('[data-chart-missing]').checkVisibility()
    && one.querySelector('table').checkVisibility() && !one.querySelector('canvas').checkVisibility());
}"""
OTHER = {"zh": "en", "en": "zh"}
LOCALES = {"zh": "zh_Hans_CN", "en": "en"}


@cache
def messages_of(language: str) -> tuple[re.Pattern[str], ...]:
    """Return what the product says in the other language, for readers of `language`."""
    return tuple(english_messages() if language == "zh" else chinese_messages())


@dataclass
class Day:
    """One person before one window, in one language, with the network in one state."""

    page: Any
    login: str
    password: str
    language: str
    network: str
    cdn: tuple[str, ...]
    said: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Listen to what the browser complains about."""
        self.page.on("console", self._note)
        self.page.on("response", self._note_status)

    def words(self, zh: str, en: str) -> str:
        """Choose what this reader would read or write."""
        return zh if self.language == "zh" else en

    def go(self, path: str) -> None:
        """Open an address of the site."""
        self.page.goto(path)
        self.read()

    def press(self, selector: str, place: str) -> None:
        """Click, and read the page to which it leads; `place` is a pattern of its address."""
        with self.page.expect_navigation(url=re.compile(place)):
            self.page.locator(selector).first.click()
        self.read()

    def choose(self, menu: str, entry: str) -> Any:
        """Open a menu and return one of its entries."""
        self.page.locator(menu).first.click()
        return self.page.locator(entry).first

    def save(self, place: str, **fields: str) -> None:
        """Fill the page's form, send it and read what follows."""
        for name, value in fields.items():
            one = self.page.locator(f"main form.panel [name='{name}']")
            if one.evaluate("e => e.tagName") == "SELECT":
                one.select_option(value)
            else:
                one.fill(value)
        self.press("form.panel .savebar button[type=submit]", place)

    def read(self) -> None:
        """See that the page is a page of this site in the reader's language."""
        assert self.page.locator("h1").first.inner_text().strip()
        tag = self.page.locator("html").get_attribute("lang")
        assert tag.startswith(self.language), f"{self.page.url} speaks {tag}"
        look = untranslated if self.language == "zh" else in_chinese
        found = look(self.page, messages_of(self.language))
        assert not found, f"{self.page.url} says {found}"

    def heading(self) -> str:
        """Return what the page is called."""
        return str(self.page.locator("h1").first.inner_text()).strip()

    def see_charts(self) -> None:
        """See charts, or what stands for them where the network is dead and no copy is kept."""
        self.page.wait_for_function(TABLES if self.network == "dead" else DRAWN)
        sources = self.page.evaluate("[...document.scripts].map(one => one.getAttribute('src'))")
        copies = [one for one in sources if one and one.startswith("/assets/")]
        assert bool(copies) == (self.network != "answered"), sources
        self.read()

    def sign_in(self) -> None:
        """Sign in by the form and arrive at the start page with its cards."""
        self.go("/login")
        self.page.fill("input[name=login]", self.login)
        self.page.fill("input[name=password]", self.password)
        self.press("form[aria-labelledby=lg] button[type=submit]", r"/$")
        assert self.page.locator("main section.panel").count() >= 2

    def look_at_business(self) -> None:
        """See the charts of the pipeline."""
        self.go("/customers/pipeline")
        self.see_charts()
        assert self.page.locator("figure canvas").count() >= 2

    def find_a_record(self) -> str:
        """Open the list, filter it by a facet, open a record, go on and back; return its address."""
        self.press(".side a[href='/customers/']", r"/customers/$")
        every = self.page.locator("tbody a.key").count()
        option = self.page.locator("#facets label:has(input[name=grade][value=B])")
        number = int(option.locator("span").last.inner_text())
        option.locator("input").check()
        self.page.wait_for_url("**grade=B*")
        self.read()
        assert 0 < self.page.locator("tbody a.key").count() <= min(number, every)
        assert self.page.locator(".searchbox .chip").count() == 1
        self.press("tbody a.key", r"/customers/\d+\?")
        first, place = self.heading(), self.page.url
        assert re.match(r"1 / \d+", self.page.locator("nav.walk").inner_text().strip())
        self.press("nav.walk a[rel=next]", r"/customers/\d+\?")
        assert self.heading() != first
        self.press("nav.walk a[rel=prev]", r"/customers/\d+\?")
        assert self.heading() == first
        return urlsplit(place).path

    def write_a_remark(self) -> None:
        """Write on the record that is open."""
        words = self.words(
            "周四前给客户回话，附件随后。", "Call back before Thursday; files follow."
        )
        self.page.fill("#remark", words)
        with self.page.expect_navigation():
            self.page.locator("form.remark button").click()
        self.read()
        assert self.page.locator(".hist .say").first.inner_text() == words

    def export(self, kind: str) -> bytes:
        """Take the list that is open along as a file."""
        entry = self.choose(".head details.menu > summary", f".head a[href*='format={kind}']")
        with self.page.expect_download() as waiting:
            entry.click()
        return Path(waiting.value.path()).read_bytes()

    def share_a_view(self) -> None:
        """Keep the list as it is filtered now, for everybody of the unit."""
        name = self.words("重点客户", "Key accounts")
        self.page.locator(".tabs-row details.menu > summary").click()
        form = self.page.locator("form.save-view")
        form.locator("input[name=name]").fill(name)
        form.locator("input[name=shared]").check()
        with self.page.expect_navigation():
            form.locator("button").click()
        self.read()
        here = self.page.locator("ul.tabs a[aria-current=true]")
        assert name in here.inner_text()
        assert self.page.locator("ul.tabs a[aria-current=true] svg.i").count() == 1

    def change_looks(self) -> None:
        """Turn to the other language and the other theme, and back."""
        self.go("/account")
        for language in (OTHER[self.language], self.language):
            with self.page.expect_navigation():
                self.page.locator(f".topbar button.iconbtn[value='{LOCALES[language]}']").click()
            self.language = language
            self.read()
        self._change_theme("dark")
        self._change_theme("light")

    def _change_theme(self, theme: str) -> None:
        with self.page.expect_navigation():
            self.page.locator("[data-theme-button]").click()
        assert self.page.locator("html").get_attribute("data-bs-theme") == theme

    def sign_out(self) -> None:
        """Leave; no page is shown any more."""
        self.choose("details.menu > .me", ".menu-end button").click()
        self.page.wait_for_url("**/login*")
        self.read()
        self.page.goto("/customers/")
        assert "/login" in self.page.url

    def complaints(self) -> list[str]:
        """Return what the browser said beside files of the network that it refused."""
        refused = {"answered": (), "tampered": self.cdn, "dead": (*self.cdn, "/assets/")}
        return [
            f"{place}: {words}"
            for place, words in self.said
            if not any(one in place + words for one in refused[self.network])
        ]

    def _note(self, message: Any) -> None:
        if message.type in {"error", "warning"}:
            self.said.append((message.location["url"] or self.page.url, message.text))

    def _note_status(self, answer: Any) -> None:
        if answer.status >= 400:
            self.said.append((answer.url, f"status {answer.status}"))
