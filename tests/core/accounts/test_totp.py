"""Codes: those of the standard, clocks that differ, each once; the picture and the address."""

import base64
from datetime import UTC, datetime
from urllib.parse import unquote

import pytest

from core.accounts import totp

STANDARD = base64.b32encode(b"12345678901234567890").decode()
VECTORS = {  # RFC 6238, appendix B, the last six of eight digits
    59: "287082",
    1111111109: "081804",
    1111111111: "050471",
    1234567890: "005924",
    2000000000: "279037",
    20000000000: "353130",
}


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


@pytest.mark.parametrize("seconds", VECTORS)
def test_rfc_6238_vectors_are_accepted_at_their_time(seconds):
    step = totp.matching_step(STANDARD, VECTORS[seconds], at(seconds))
    assert step == seconds // 30


@pytest.mark.parametrize(
    ("drift", "good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_a_clock_may_differ_by_one_step_to_either_side(drift, good):
    step = totp.matching_step(STANDARD, VECTORS[1111111111], at(1111111111 - 30 * drift))
    assert (step is not None) is good


def test_a_step_that_was_accepted_and_those_before_it_are_not_again():
    here = 1111111111
    assert totp.matching_step(STANDARD, VECTORS[here], at(here), after=here // 30) is None
    assert totp.matching_step(STANDARD, VECTORS[here], at(here), after=here // 30 - 1) is not None


@pytest.mark.parametrize("typed", ["", "28708", "2870822", "abcdef", "٢٨٧٠٨٢", "-87082"])
def test_what_is_no_six_digits_is_no_code(typed):
    assert totp.matching_step(STANDARD, typed, at(59)) is None


def test_codes_are_read_however_they_are_typed():
    assert totp.plain(" 287 082 ") == "287082"
    assert totp.plain("２８７０８２") == "287082"
    assert totp.plain("abcd-efgh") == "ABCDEFGH"


def test_the_secret_hangs_on_account_seed_and_key(app):
    seed = totp.new_seed()
    secret = totp.secret_of(1, seed)
    assert len(base64.b32decode(secret)) == 20
    assert secret == totp.secret_of(1, seed)
    assert len({secret, totp.secret_of(2, seed), totp.secret_of(1, totp.new_seed())}) == 3
    key = app.config["SUNMAO"].instance / totp.KEY_FILE
    assert key.stat().st_mode & 0o077 == 0
    key.write_bytes(b"another key, as long as a key must be")
    assert totp.secret_of(1, seed) != secret


def test_the_picture_is_drawn_without_style_or_script(app):
    address = totp.address_of("wang", STANDARD, "erp.example.cn")
    assert address.startswith("otpauth://totp/Sunmao:wang%40erp.example.cn?")
    picture = unquote(totp.picture(address))
    assert picture.startswith("data:image/svg+xml")
    assert "<svg" in picture
    assert "style" not in picture
    assert "script" not in picture
