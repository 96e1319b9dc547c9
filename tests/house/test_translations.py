"""Every text that a user can meet has its Chinese, and no catalogue keeps what nobody shows."""

from string import Formatter

import pytest

from core.cli.i18n import translated_packages
from core.i18n.catalogue import known_messages, read_catalogue
from core.i18n.extraction import catalogue_path, messages_of, obsolete, singular, untranslated
from tests.house.source import ROOT

PACKAGES = translated_packages()
TOP = ROOT / "core"
SCAFFOLD = next((TOP / "cli" / "scaffold_templates").rglob("messages.po.txt"))


@pytest.mark.parametrize("package", PACKAGES, ids=lambda one: one.name)
def test_every_message_has_chinese(package):
    assert list(untranslated(package)) == []


@pytest.mark.parametrize("package", PACKAGES, ids=lambda one: one.name)
def test_no_catalogue_keeps_what_nobody_shows(package):
    assert list(obsolete(package)) == []


@pytest.mark.parametrize("package", PACKAGES, ids=lambda one: one.name)
def test_a_translation_fills_in_the_same_values(package):
    path = catalogue_path(package)
    if not path.exists():
        pytest.fail(f"{package.name} shows messages and has no catalogue")
    wrong = []
    for message in read_catalogue(path):
        if not message.id:
            continue
        ids = message.id if isinstance(message.id, tuple | list) else [message.id]
        strings = message.string if isinstance(message.string, tuple | list) else [message.string]
        named = {name for one in ids for name in names(one)} | {"num"}
        wrong += [text for text in strings if not set(names(text)) <= named]
    assert not wrong


def names(text: str) -> list[str]:
    """Return the names that a %(name)s text asks for."""
    dotted = text.replace("{", "").replace("}", "").replace("%(", "{").replace(")s", "}")
    dotted = dotted.replace(")d", "}")
    return [name for _, name, _, _ in Formatter().parse(dotted) if name]


def test_the_core_says_one_message_in_one_way():
    """Readers see one product. An add-on has words of its own: core.i18n keeps them apart."""
    said = {}
    for package in PACKAGES:
        if package.parent.name != "core":
            continue
        for message in read_catalogue(catalogue_path(package)):
            if message.id:
                said.setdefault(str(message.id), set()).add(str(message.string))
    assert {message: ways for message, ways in said.items() if len(ways) > 1} == {}


def test_messages_of_modules_that_stand_alone_have_chinese_too(app):
    known = known_messages("zh_Hans_CN")
    alone = [
        singular(message)
        for message, places in messages_of(TOP).items()
        if any("/" not in file for file, _line in places)
    ]
    assert alone
    assert [message for message in alone if message not in known] == []


def test_the_search_sees_a_planted_message(tmp_path):
    (tmp_path / "planted.py").write_text(
        "from core.i18n import gettext as _\n\n\ndef f():\n    return _('Never translated')\n"
    )
    assert len(PACKAGES) > 5
    assert "Never translated" in {str(one) for one in messages_of(tmp_path)}
    assert names("%(num)d of %(total)s") == ["num", "total"]
