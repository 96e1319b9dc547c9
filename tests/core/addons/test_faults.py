import json
from pathlib import Path

from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from core.addons.faults import AddonFaultError, Words, words
from core.config import ROOT

MARKS = {"_": None, "_l": None, "words": None, "refuse_addon": None}
CATALOGUE = ROOT / "core/addons/translations/zh_Hans_CN/LC_MESSAGES/messages.po"


def test_words_survive_storage_with_what_is_nested_in_them():
    inner = words("It needs %(needed)s, which does not work.", needed="cost")
    outer = words("%(name)s does not work: %(why)s", name="plans", why=inner)
    again = Words.from_json(json.loads(json.dumps(outer.as_json())))
    assert again.plain == "plans does not work: It needs cost, which does not work."


def test_values_of_words_are_plain_data():
    said = words("%(error)s", error=ValueError("x"))
    assert said.values == {"error": "x"}


def test_a_percent_sign_in_a_value_does_no_harm():
    assert words("%(error)s", error="100 % of %(x)s").plain == "100 % of %(x)s"


def test_an_error_becomes_a_fault_of_its_addon():
    fault = AddonFaultError("load", words("All add-ons are well.")).of("cost")
    assert (fault.addon, fault.stage, fault.words.plain) == (
        "cost",
        "load",
        "All add-ons are well.",
    )


def said_in(path: Path, method: str) -> set[str]:
    found = extract_from_file(method, path, keywords=MARKS)
    return {text if isinstance(text, str) else text[0] for _, text, _, _ in found}


def test_every_sentence_about_addons_has_chinese_and_keeps_its_values():
    said = set()
    for path in (ROOT / "core/addons").glob("*.py"):
        said |= said_in(path, "python")
    for path in (ROOT / "core/addons/templates/addons").glob("*.html"):
        said |= said_in(path, "jinja2.ext:babel_extract")
    with CATALOGUE.open("rb") as file:
        chinese = {m.id: m.string for m in read_po(file, abort_invalid=True) if m.id}
    assert said - {text for text, translated in chinese.items() if translated} == set()
    assert set(chinese) - said == set()
    for text, translated in chinese.items():
        names = {part.split(")")[0] for part in text.split("%(")[1:]}
        assert names == {part.split(")")[0] for part in translated.split("%(")[1:]}, text
