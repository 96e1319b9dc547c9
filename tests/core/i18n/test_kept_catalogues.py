import os

import pytest

from core.i18n.kept_catalogues import forms_of

FORMS = {"Yes": ("是",), "%(num)s cat": ("%(num)s 只猫", "%(num)s 只猫")}


@pytest.fixture
def po(tmp_path):
    path = tmp_path / "messages.po"
    path.write_text('msgid "Yes"\nmsgstr "是"\n', encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "cache"


@pytest.fixture
def kept(po, folder):
    """Give the file that is kept of the catalogue."""
    assert forms_of(po, folder, lambda _path: FORMS) == FORMS
    return next(folder.iterdir())


def unread(path):
    raise AssertionError(f"{path} was read again")


def again(_path):
    return {"read": ("again",)}


@pytest.mark.usefixtures("kept")
def test_what_was_read_is_found_again(po, folder):
    assert forms_of(po, folder, unread) == FORMS
    assert len(list(folder.iterdir())) == 1  # nothing half-written stays


@pytest.mark.usefixtures("kept")
def test_a_changed_catalogue_is_noticed_though_size_and_time_are_the_same(po, folder):
    before = po.stat()
    po.write_text('msgid "Yes"\nmsgstr "对"\n', encoding="utf-8")
    os.utime(po, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert po.stat().st_size == before.st_size
    assert forms_of(po, folder, again) == again(po)
    assert forms_of(po, folder, unread) == again(po)
    assert len(list(folder.iterdir())) == 1  # the old one is not left behind


@pytest.mark.usefixtures("kept")
def test_a_new_version_of_the_code_reads_anew(po, folder, monkeypatch):
    monkeypatch.setattr("core.i18n.kept_catalogues.VERSION", "99.0")
    assert forms_of(po, folder, again) == again(po)


@pytest.mark.parametrize("damage", ["", "{", "[]", "3", "\udcff", "mark: 3", 'mark: {"Yes": null}'])
def test_a_damaged_file_is_only_a_reason_to_read_again(po, folder, kept, damage):
    mark = kept.read_text(encoding="utf-8").split('"')[1]
    text = damage.replace("mark", f'{{"{mark}"') + "}" * damage.startswith("mark")
    kept.write_bytes(text.encode(errors="surrogateescape"))
    assert forms_of(po, folder, again) == again(po)
    assert forms_of(po, folder, unread) == again(po)


def test_a_folder_that_cannot_be_written_costs_no_page(po, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert forms_of(po, blocked, again) == again(po)
