"""A refused row in one line: the words, and what is said of single columns."""

import pytest

from core.errors import Refused
from core.exchange.applying import words_of
from core.i18n import force_locale
from tests.core.exchange.toy_exchange import SINGLE


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"code": ["no such note"]}, "Number: no such note"),
        ({"code": ["no such note", "twice"]}, "no such note · Number: no such note twice"),
        ({"code": ["not this"]}, "no such note · Number: not this"),
        (
            {"code": ["no such note"], "text": ["no such note"]},
            "no such note · Number: no such note · Note: no such note",
        ),
    ],
)
def test_words_that_are_those_of_the_only_column_are_said_once(app, fields, reason):
    with app.test_request_context(), force_locale("en"):
        assert words_of(Refused("no such note", fields=fields), SINGLE) == reason
