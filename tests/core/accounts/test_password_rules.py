"""Password rules, one table a requirement of ASVS 5.0."""

import pytest

from core.accounts.passwords import (
    check_password,
    hash_password,
    is_common,
    needs_rehash,
    verify_password,
    weak_passwords,
)
from core.errors import Refused

GOOD = "three calm herons wait"


def refused(password: str, *context: str) -> bool:
    try:
        check_password(password, context=context)
    except Refused as error:
        return bool(error.fields["password"])
    return False


@pytest.mark.parametrize("password", ["", "a", "kV7#pq2", "鸟飞过山河海洋"])
def test_asvs_6_2_1_fewer_than_eight_characters_are_refused(password):
    assert refused(password)


@pytest.mark.parametrize("password", ["kV7#pq2x", GOOD, "x9" * 3 + GOOD, "鸟飞过山河海洋岸"])
def test_asvs_6_2_1_eight_characters_of_any_script_are_enough(password):
    assert not refused(password)


@pytest.mark.parametrize("length", [64, 100, 128])
def test_asvs_6_2_9_long_passwords_are_taken_whole(length):
    password = (GOOD + " on one leg beside the old mill; ") * 4
    password = password[:length]
    assert not refused(password)
    assert verify_password(hash_password(password), password)
    assert not verify_password(hash_password(password), password[:-1])


def test_more_than_128_characters_are_refused_and_never_verify():
    long = "ab cd ef gh " * 11
    assert len(long) == 132
    assert refused(long)
    assert not verify_password(hash_password(long[:128]), long)


@pytest.mark.parametrize(
    "password",
    ["qxtwlmzhnv", "QXTWLMZHNV", "8402957163051", "herons and kettles", "&%)(/=?}]["],
)
def test_asvs_6_2_5_no_recipe_of_characters_is_demanded(password):
    assert not refused(password)


def test_asvs_6_2_4_the_list_holds_well_over_3000_usable_entries():
    usable = [text for text in weak_passwords() if 8 <= len(text) <= 128]
    assert len(usable) > 3000
    assert len(usable) == len(weak_passwords())


@pytest.mark.parametrize(
    "password",
    [
        *("password", "Password1", "P@ssw0rd!", "password123", "passw0rd2024", "12345678"),
        *("123456789", "1234567890", "87654321", "11111111", "88888888", "66666666", "qwertyui"),
        *("qwerty123", "1qaz2wsx", "1q2w3e4r", "asdfghjkl", "zxcvbnm123", "abcd1234", "abc12345"),
        *("iloveyou", "woaini1314", "woaini520", "5201314520", "5201314a", "zhangwei123"),
        *("wangwei888", "admin123", "Admin@123", "admin888", "welcome1", "welcome2025", "letmein1"),
        *("changeme", "sunshine1", "football1", "monkey12", "dragon123", "trustno1", "superman"),
        *("baseball", "princess1", "starwars", "michael1", "jennifer", "19900101", "1990-01-01"),
        *("20001231", "abcdefgh", "aaaaaaaa", "abcabcabc", "12121212", "qazwsxedc", "1a2b3c4d"),
        *("a1b2c3d4", "beijing2008", "zhongguo1", "china123", "company1", "test1234", "user1234"),
        *("asdf1234", "qwer1234", "a123456789", "aa123456", "123456aa", "123456abc", "123qweasd"),
    ],
)
def test_asvs_6_2_4_what_everybody_tries_first_is_refused(password):
    assert is_common(password)
    assert refused(password)


@pytest.mark.parametrize(
    "password",
    [
        GOOD,
        "correct horse battery staple",
        "Vq8!rT2-zk",
        "mushroom-lamp-17-river",
        "我们在河边看了三只鹭",
    ],
)
def test_uncommon_passwords_are_not_called_common(password):
    assert not is_common(password)


@pytest.mark.parametrize(
    ("password", "context"),
    [
        ("sunmao2026", ()),
        ("Sunmao!!!", ()),
        ("榫卯榫卯榫卯榫卯", ()),
        ("wangfang9", ("wangfang",)),
        ("xx-wangfang", ("wangfang",)),
        ("w4ngf4ng!!", ("wangfang",)),
        ("E10023xyz", ("e10023",)),
        ("王芳王芳王芳王芳", ("王芳",)),
    ],
)
def test_asvs_6_2_11_words_about_the_person_and_the_house_are_refused(password, context):
    assert refused(password, *context)


def test_a_name_inside_a_long_sentence_is_no_fault():
    assert not refused("grandmother met wangfang at the mill", "wangfang")


@pytest.mark.parametrize(
    "given", ["Three calm herons wait", " three calm herons wait", "three calm herons wait "]
)
def test_asvs_6_2_8_a_password_counts_exactly_as_typed(given):
    assert not verify_password(hash_password(GOOD), given)


@pytest.mark.usefixtures("sturdy_passwords")
def test_hashes_are_argon2id_with_the_librarys_parameters():
    stored = hash_password(GOOD)
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert stored != hash_password(GOOD)
    assert not needs_rehash(stored)
    assert verify_password(stored, GOOD)


def test_no_stored_hash_never_verifies():
    assert not verify_password(None, "nobody has this password")
    assert not verify_password("", "")
    assert not verify_password("not a hash", GOOD)


def test_spaces_and_capitals_do_not_hide_a_common_password():
    assert refused("  PassWord1  ")
