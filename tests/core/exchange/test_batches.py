"""How many rows an import takes at once, and how it finds the one that spoils a batch."""

from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import literal, select

from core.database import Money
from core.exchange import importing
from core.exchange.importing import next_size
from core.exchange.models import ImportRowError
from core.i18n import force_locale
from core.unit_of_work import read_only
from tests.core.exchange import toy_exchange
from tests.core.exchange.test_importing import SYSTEM, counts, import_all, notes
from tests.core.jobs.toys import Note, plugged


@pytest.mark.usefixtures("toys")
def test_one_row_that_breaks_a_constraint_does_not_make_the_others_slow(make, monkeypatch):
    calls = []
    whole = toy_exchange.apply_many

    def counted(session, rows, options):
        calls.append(len(rows))
        if any(row["code"] == "c77" for row in rows):
            session.add(Note(code=rows[0]["code"], text="x"))
            session.add(Note(code=rows[0]["code"], text="twice breaks the constraint"))
            session.flush()
        return whole(session, rows, options)

    many = replace(toy_exchange.MANY, key="toy.counted", apply_many=counted)
    monkeypatch.setattr(importing, "SMALLEST_BATCH", 20)
    with plugged(exchanges=[many]):
        lines = "code,note\n" + "".join(f"c{n},x\n" for n in range(100))
        done = import_all(make.actor(make.administrator()), lines, "toy.counted")
    assert counts(done) == (100, 0, 0, 0)
    assert calls[0] == 100
    assert len(calls) <= 14, "the bad row is found by halving"


@pytest.mark.usefixtures("toys")
@pytest.mark.parametrize("at_once", [True, False])
def test_a_value_that_its_column_s_type_refuses_spoils_its_own_row(make, at_once):
    def stored(session, row, options):
        if row["text"].replace(".", "").isdigit():  # a column of money, as an add-on would have
            session.scalar(select(literal(Decimal(row["text"]), Money())))
        return toy_exchange.apply(session, row, options)

    def all_stored(session, rows, options):
        return [stored(session, row, options) for row in rows]

    many = all_stored if at_once else None
    kind = replace(toy_exchange.MANY, key="toy.money", apply=stored, apply_many=many)
    lines = "code,note\n" + "".join(f"c{n},1.{n}\n" for n in range(9)) + "c9,1.239\nc10,2\n"
    with plugged(exchanges=[kind]):
        done = import_all(make.actor(make.administrator()), lines, "toy.money")
    assert counts(done) == (10, 0, 0, 1)
    with read_only(SYSTEM) as session, force_locale("en"):
        (row,) = session.scalars(select(ImportRowError))
        assert "A value does not fit its column" in row.reason
    assert len(notes()) == 10


def test_a_batch_grows_while_it_is_quick_and_shrinks_when_it_is_slow():
    assert next_size(50, 0.01) == 100
    assert next_size(100, 0.3) == 50
    assert next_size(100, 100.0) == importing.SMALLEST_BATCH
    assert next_size(400, 0.0) == importing.LARGEST_BATCH
