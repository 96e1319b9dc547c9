from core.i18n.sorting import collation_key


def test_latin_names_come_first_then_chinese_ones_by_pinyin():
    names = ["中国移动", "阿里", "Zoë", "华为", "Über", "北京", "apple", "安徽", "12306"]
    assert sorted(names, key=collation_key) == [
        "12306",
        "apple",
        "Über",
        "Zoë",
        "阿里",
        "安徽",
        "北京",
        "华为",
        "中国移动",
    ]


def test_width_and_case_make_no_difference():
    assert collation_key("ＡＣＭＥ") == collation_key("acme")


def test_the_key_of_any_text_fits_its_column():
    assert len(collation_key("\U00020000" * 300)) <= 400
    assert len(collation_key("国" * 300)) <= 400
