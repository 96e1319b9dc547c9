"""Theme, language, sign-out and the like are found in either language and by pinyin initials."""

import re

import pytest

from core.search.own_acts import ACTS


def found(client, text):
    answer = client.get("/api/v1/search", query_string={"q": text}).get_json()
    return {hit["title"]: hit for group in answer for hit in group["hits"]}


@pytest.mark.parametrize(
    ("text", "title", "press"),
    [
        ("dark", "Dark theme", "theme/dark"),
        ("浅色", "Light theme", "theme/light"),
        ("sszt", "Dark theme", "theme/dark"),
        ("语言", "Language: English", "locale/en"),
        ("tcdl", "Sign out", "sign-out"),
        ("API", "My API tokens", ""),
        ("wdtz", "My notifications", ""),
        ("display", "Display settings", ""),
    ],
)
def test_account_acts_are_found_by_words_and_initials(make, login, text, title, press):
    client = login(make.user(locale="en"))
    hit = found(client, text)[title]
    assert hit["press"] == press
    assert client.get(hit["url"]).status_code == 200


def test_whatever_can_be_pressed_stands_in_the_menu_of_every_page(make, login):
    page = login(make.user()).get("/account").text
    buttons = set(re.findall(r'data-press="([^"]+)"', page))
    assert {press for *_words, press in ACTS if press} <= buttons
    for _words, _icon, endpoint, place, _press in ACTS:
        assert endpoint != "accounts.profile" or place is None or f'id="{place}"' in page
