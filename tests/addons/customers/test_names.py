import pytest

from addons.customers.countries import country_code, seat
from addons.customers.names import exact_key, match_key
from core.i18n.sorting import initials


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("远洋国际航空股份有限公司", "远洋国际航空"),
        ("远洋国际航空（股份）有限公司", "远洋 国际航空集团"),
        ("Apple Inc.", "APPLE"),
        ("Ａｐｐｌｅ， Inc", "apple inc."),
        ("The Coca-Cola Company", "Coca Cola Co."),
        ("Telefónica S.A.", "Telefonica SA"),
        ("S&P Global", "S & P Global, Ltd."),
    ],
)
def test_spellings_of_one_company_have_one_key(one, other):
    assert match_key(one) == match_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Fox Corporation (Class A)", "Fox Corporation (Class B)"),
        ("华岳银行股份有限公司", "华岳证券股份有限公司"),
        ("Verizon", "Verizon Wireless"),
    ],
)
def test_different_companies_have_different_keys(one, other):
    assert match_key(one) != match_key(other)


def test_a_name_of_suffixes_only_keeps_them():
    assert match_key("集团") == "集团"
    assert match_key("Group") == "group"


def test_imports_match_names_but_for_width_case_and_blanks_only():
    assert exact_key("ＡＢＣ  Ltd") == exact_key("abc ltd")
    assert exact_key("ABC Ltd") != exact_key("ABC")


def test_pinyin_initials_come_from_the_order_of_the_code_table():
    assert initials("远洋国际航空") == "yygjhk"
    assert initials("中国A") == "zg"
    assert initials("Zebra") == ""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Saint Paul, Minnesota", ("US", "Minnesota")),
        ("Dublin, Ireland", ("IE", "Dublin")),
        ("Warmley, Bristol, United Kingdom", ("GB", "Bristol")),
        ("Columbus, Ohio; Detroit, Michigan", ("US", "Ohio")),
        ("West Falls Church, Virginia[2]", ("US", "Virginia")),
        ("none", ("", "")),
        ("上海", ("", "上海")),
        ("深圳，中国", ("CN", "深圳")),
        ("", ("", "")),
    ],
)
def test_a_seat_becomes_country_and_region(text, found):
    assert seat(text) == found


def test_countries_are_known_by_code_and_by_name_in_both_languages():
    assert country_code("cn") == "CN"
    assert country_code("Germany") == "DE"
    assert country_code("德国") == "DE"
    assert country_code("Atlantis") == ""
