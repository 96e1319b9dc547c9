"""One rule of what a text may hold, the same for forms, files, programs and services."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.i18n import force_locale
from core.i18n.writing import looks_empty, wrong_text


@pytest.fixture(autouse=True)
def _english():
    with force_locale("en"):
        yield


FINE = [
    "", " ", "工商银行", "Ärger & Söhne", "a\u00a0b", "Ａ公司（北京）", "👩\u200d💻 Ltd", "می\u200cخواهم", "日本\u3000商事",
    "\ufeffname", "x\ufe0f",
]  # fmt: skip
BLANK = [
    "\u3164",
    "\u200b",
    "\u2800",
    "\u200b\u200d\ufeff",
    "\u115f",
    "\u00ad",
    "\ufe0f",
    "\U000e0100",
    "\u180e",
]
TURNING = ["a\u202eb", "\u2066x\u2069", "\u202dx"]
CONTROL = ["a\x00", "a\x07b", "\x1b[31m", "a\x7f", "a\x85b", "a\ud800", "a\uffff"]
BROKEN = ["a\nb", "a\rb", "a\tb", "a\u2028b", "a\r\nb"]


@pytest.mark.parametrize("text", FINE)
def test_ordinary_writing_of_the_world_passes(text):
    assert wrong_text(text) is None


@pytest.mark.parametrize("text", BLANK)
def test_what_cannot_be_seen_is_refused(text):
    assert "cannot be seen" in wrong_text(text)
    assert wrong_text(f"a{text}") is None, "beside something that can be seen it does no harm"


@pytest.mark.parametrize("text", TURNING)
def test_what_turns_the_writing_is_refused_and_named(text):
    assert "U+20" in wrong_text(text, lines=True)


@pytest.mark.parametrize("text", CONTROL)
def test_control_characters_are_refused_and_named(text):
    assert "U+" in wrong_text(text, lines=True)


@pytest.mark.parametrize("text", BROKEN)
def test_only_texts_of_several_lines_may_break(text):
    assert "one line" in wrong_text(text)
    assert wrong_text(text, lines=True) is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text())
def test_what_passes_can_be_stored_and_be_seen(text):
    if wrong_text(text) is None and text.strip():
        assert text.encode()
        assert not looks_empty(text)
        assert len(text.splitlines()) <= 1
