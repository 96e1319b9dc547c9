"""Words that were stored are read in the reader's language, whoever wrote them."""

import pytest
import sqlalchemy as sa

from core.i18n import (
    force_locale,
    gettext,
    joined,
    keeping,
    lazy_gettext,
    ngettext,
    spoken,
)
from core.i18n.sentence import LongSentence, Sentence

ZH, EN = "zh_Hans_CN", "en"


@pytest.fixture
def table():
    engine = sa.create_engine("sqlite://")
    found = sa.Table(
        "said",
        sa.MetaData(),
        sa.Column("short", Sentence(120)),
        sa.Column("long", LongSentence()),
    )
    found.create(engine)
    with engine.connect() as connection:
        yield found, connection


def kept(table, write):
    """Return how what `write` says in Chinese reads in English, from the long column."""
    said, connection = table
    with force_locale(ZH), keeping():
        connection.execute(sa.insert(said).values(long=write(), short=""))
    with force_locale(EN):
        return connection.scalars(sa.select(said.c.long)).one()


@pytest.mark.parametrize(
    ("write", "read"),
    [
        (lambda: gettext("Choose a file."), "Choose a file."),
        (lambda: spoken(lazy_gettext("Choose a file.")), "Choose a file."),
        (
            lambda: gettext("You may not import %(what)s.", what=lazy_gettext("File")),
            "You may not import File.",
        ),
        (lambda: ngettext("%(num)s row", "%(num)s rows", 1), "1 row"),
        (lambda: ngettext("%(num)s row", "%(num)s rows", 3), "3 rows"),
        (
            lambda: joined([lazy_gettext("File"), "100 %", gettext("Row")], " % "),
            "File % 100 % % Row",
        ),
        (lambda: "说好的", "说好的"),
        (lambda: "", ""),
    ],
    ids=["plain", "lazy", "nested", "one", "several", "joined", "not translated", "empty"],
)
def test_what_is_written_in_chinese_is_read_in_english(app, table, write, read):
    assert kept(table, write) == read


def test_outside_of_keeping_a_translation_is_plain_text_and_stays_as_it_was_written(app, table):
    with force_locale(ZH):
        assert type(gettext("Choose a file.")) is str
    assert kept(table, lambda: str.__str__(gettext("Choose a file."))) != "Choose a file."


def test_what_does_not_fit_is_cut_as_plain_text(app, table):
    said, connection = table
    with force_locale(EN), keeping():
        long = gettext("You may not import %(what)s.", what="x" * 100)
        connection.execute(sa.insert(said).values(short=long, long="y" * 9000))
        found = connection.execute(sa.select(said)).one()
    assert found.short == ("You may not import " + "x" * 100 + ".")[:120]
    assert len(found.long) == 9000
