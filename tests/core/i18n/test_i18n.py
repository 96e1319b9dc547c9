import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner
from jinja2 import DictLoader

from core.actor import Actor, acting_as
from core.cli.i18n import i18n
from core.clock import frozen
from core.config import ROOT
from core.i18n import (
    add_package,
    current_locale,
    day_reader,
    force_locale,
    format_date,
    format_datetime,
    format_money,
    format_number,
    gettext,
    join_sentences,
    lazy_gettext,
    localized,
    ngettext,
)
from core.i18n.extraction import messages_of, obsolete, untranslated, updated

PO = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

msgid "Test hello %(name)s"
msgstr "测试你好 %(name)s"

msgid "%(num)s test cat"
msgid_plural "%(num)s test cats"
msgstr[0] "%(num)s 只测试猫"

#, fuzzy
msgid "Test fuzzy"
msgstr "不确定"

msgid "Test empty"
msgstr ""
"""


@pytest.fixture
def package(tmp_path):
    place = tmp_path / "translations" / "zh_Hans_CN" / "LC_MESSAGES"
    place.mkdir(parents=True)
    (place / "messages.po").write_text(PO, encoding="utf-8")
    (tmp_path / "code.py").write_text(
        '_("Test hello %(name)s"); _("Test new"); ngettext("%(num)s test cat", "%(num)s test cats", 2)\n'
    )
    (tmp_path / "page.html").write_text('{{ _("Test page") }}{# _("not this") #}')
    return tmp_path


def test_a_package_brings_its_own_chinese(package):
    add_package(package)
    with force_locale("zh_Hans_CN"):
        assert gettext("Test hello %(name)s", name="张伟") == "测试你好 张伟"
        assert ngettext("%(num)s test cat", "%(num)s test cats", 1) == "1 只测试猫"
    with force_locale("en"):
        assert gettext("Test hello %(name)s", name="Li") == "Test hello Li"
        assert ngettext("%(num)s test cat", "%(num)s test cats", 1) == "1 test cat"
        assert ngettext("%(num)s test cat", "%(num)s test cats", 3) == "3 test cats"


def test_what_has_no_chinese_stays_english(package):
    add_package(package)
    with force_locale("zh_Hans_CN"):
        assert gettext("Test fuzzy") == "Test fuzzy"
        assert gettext("Test empty") == "Test empty"
        assert gettext("Test unknown 100%") == "Test unknown 100%"


def test_lazy_words_follow_the_reader(package):
    add_package(package)
    words = lazy_gettext("Test hello %(name)s", name="x")
    with force_locale("zh_Hans_CN"):
        assert str(words) == "测试你好 x"
    with force_locale("en"):
        assert str(words) == "Test hello x"


def test_outside_of_requests_the_site_speaks_chinese_and_users_their_own():
    assert current_locale() == "zh_Hans_CN"
    with acting_as(Actor("user", user_id=1, locale="en")):
        assert current_locale() == "en"


@pytest.mark.parametrize(
    ("header", "cookie", "code"),
    [
        ("zh-CN", None, "zh_Hans_CN"), ("zh-TW,en", None, "zh_Hans_CN"), ("en-GB,zh", None, "en"),
        ("fr,en;q=0.5", None, "en"), ("fr", None, "zh_Hans_CN"), ("", None, "zh_Hans_CN"),
        ("zh-CN", "en", "en"), ("en", "klingon", "en"),
    ],
)  # fmt: skip
def test_the_browser_or_the_cookie_chooses(app, header, cookie, code):
    headers = [("Accept-Language", header)] + ([("Cookie", f"locale={cookie}")] if cookie else [])
    with app.test_request_context("/", headers=headers):
        assert current_locale() == code


def test_names_fall_back_on_the_other_language():
    with force_locale("en"):
        assert localized({"zh": "甲", "en": "A"}) == "A"
        assert localized({"zh": "甲"}) == "甲"
        assert localized("plain") == "plain"
        assert localized(None) == ""


def test_formats():
    with frozen(datetime(2026, 11, 24, 1, tzinfo=UTC)), force_locale("zh_Hans_CN"):
        assert format_date(date(2026, 11, 21)) == "2026-11-21"
        assert day_reader()(date(2026, 11, 21)) == "11-21"
        assert day_reader()(date(2025, 11, 21)) == "2025-11-21"
        assert format_datetime(datetime(2026, 11, 23, 20, 5, tzinfo=UTC)) == "2026-11-24 04:05"
        assert format_date(datetime(2026, 11, 23, 20, 5, tzinfo=UTC)) == "2026-11-24"
        assert format_money(Decimal("-1234567.8")) == "−1,234,567.80"
        assert format_number(1234567) == "1,234,567"
        assert format_money(None) == "–"
    with frozen(datetime(2026, 11, 24, 1, tzinfo=UTC)), force_locale("en"):
        assert day_reader()(date(2026, 11, 21)) == "21 Nov"


def test_extraction_finds_code_and_templates_and_what_is_missing(package):
    assert set(messages_of(package)) == {
        "Test hello %(name)s", "Test new", "Test page", ("%(num)s test cat", "%(num)s test cats"),
    }  # fmt: skip
    assert list(untranslated(package)) == ["Test new", "Test page"]
    assert obsolete(package) == []
    kept = updated(package)
    assert kept.get("Test hello %(name)s").string == "测试你好 %(name)s"
    assert kept.get("Test fuzzy") is None


def test_what_lacks_chinese_is_told_with_its_place_and_the_remedy(package, monkeypatch):
    monkeypatch.chdir(package.parent)
    told = CliRunner().invoke(i18n, ["missing", str(package)])
    assert told.exit_code == 1
    where = rf"no Chinese: Test new \({package.name}/.+, line \d+\)"
    assert re.search(where, told.output)
    assert f"Run sunmao i18n update {package.name}, then fill in" in told.output
    said = CliRunner().invoke(i18n, ["missing", str(ROOT / "core" / "search")])
    assert (said.exit_code, said.output) == (0, "")


PACKAGES = sorted(
    path.parent for top in ("core", "addons") for path in (ROOT / top).glob("*/__init__.py")
)


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.name)
def test_every_message_of_the_house_has_its_chinese(package: Path):
    assert untranslated(package) == {}


@pytest.fixture
def two(tmp_path):
    """Two add-ons that translate one message differently, the first also one of the core's."""
    for name, words in (("aaa", "甲"), ("bbb", "乙")):
        place = tmp_path / name / "translations" / "zh_Hans_CN" / "LC_MESSAGES"
        place.mkdir(parents=True)
        text = f'msgid "Contested"\nmsgstr "{words}"\n\nmsgid "Save"\nmsgstr "{words}"\n'
        (place / "messages.po").write_text(text, encoding="utf-8")
        add_package(tmp_path / name)


def spoken_in(module, text):
    """Return what a message is in a module: said at once, later, and by number."""
    code = "now = gettext(text)\nlate = lazy(text)\nmany = ngettext(text, 'x', 1)\n"
    found = {
        "__name__": module, "text": text, "gettext": gettext, "lazy": lazy_gettext,
        "ngettext": ngettext,
    }  # fmt: skip
    exec(code, found)  # noqa: S102 - the module's name is what is asked for
    return found["now"], str(found["late"]), found["many"]


@pytest.mark.parametrize(
    ("module", "words"), [("addons.aaa.views", "甲"), ("bbb.views", "乙"), ("addons.bbb", "乙")]
)
def test_each_package_has_its_own_words_for_a_message(app, two, module, words):
    with app.app_context(), force_locale("zh_Hans_CN"):
        assert spoken_in(module, "Contested") == (words, words, words)


def test_an_addon_changes_no_word_of_anybody_else(app, two):
    with app.app_context(), force_locale("zh_Hans_CN"):
        assert spoken_in("core.web.views", "Save") == ("保存", "保存", "保存")
        assert spoken_in("addons.customers.views", "Save") == ("保存", "保存", "保存")
        assert spoken_in("addons.aaa.views", "Save") == ("甲", "甲", "甲")


def test_a_template_speaks_the_words_of_its_package(app, two):
    page = "{{ _('Contested') }}"
    loader = DictLoader({"aaa/page.html": page, "bbb/page.html": page})
    with app.app_context(), force_locale("zh_Hans_CN"):
        environment = app.jinja_env.overlay(loader=loader)
        assert environment.get_template("aaa/page.html").render() == "甲"
        assert environment.get_template("bbb/page.html").render() == "乙"


def test_chinese_sentences_touch_and_english_ones_do_not(app):
    with app.test_request_context(), force_locale("zh_Hans_CN"):
        assert join_sentences(["已保存。", "", "请再试。"]) == "已保存。请再试。"
    with app.test_request_context(), force_locale("en"):
        assert join_sentences(["Saved.", None, "Try again."]) == "Saved. Try again."
