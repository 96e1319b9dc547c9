"""How many rows an import takes at once, and how it finds the one that spoils a batch."""

from dataclasses import replace

import pytest

from core.exchange import importing
from core.exchange.importing import next_size
from tests.core.exchange import toy_exchange
from tests.core.exchange.test_importing import counts, import_all
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


def test_a_batch_grows_while_it_is_quick_and_shrinks_when_it_is_slow():
    assert next_size(50, 0.01) == 100
    assert next_size(100, 0.3) == 50
    assert next_size(100, 100.0) == importing.SMALLEST_BATCH
    assert next_size(400, 0.0) == importing.LARGEST_BATCH
