"""Never a row without bytes; bytes without a row only for a while."""

import os
from io import BytesIO

import pytest
from sqlalchemy import select

from addons.customers import services as customers
from core.addons.tables import forget_traces
from core.clock import now
from core.files import services, storage
from core.files.cleaning import SWEEP
from core.files.models import Attachment
from core.files.storage import folder, path_of
from core.jobs.services import enqueue
from core.jobs.worker import drain
from core.testing.making import MAKING
from core.unit_of_work import unit_of_work
from tests.core.files.conftest import CUSTOMER, attach, names, rows

MB = 1024 * 1024


def test_bytes_are_durable_before_their_row(pair, make, monkeypatch):
    """Killed at any moment, there may be bytes without a row, but no row without its bytes."""
    order = []
    sync, rename = os.fsync, type(folder()).rename
    monkeypatch.setattr(storage.os, "fsync", lambda fd: (order.append("sync"), sync(fd))[1])

    def renamed(self, target):
        order.append("rename")
        return rename(self, target)

    monkeypatch.setattr(type(folder()), "rename", renamed)
    actor = make.actor(pair.ann)
    with (
        unit_of_work(actor) as session,
        services.received(CUSTOMER, pair.anns, [(BytesIO(b"x"), "a.txt")]) as stored,
    ):
        assert order == ["sync", "rename", "sync", "sync"]
        assert path_of(stored[0].stored_as).read_bytes() == b"x"
        assert session.scalars(select(Attachment)).all() == []
        services.attach(CUSTOMER, pair.anns, stored)
    assert names() == ["a.txt"]


def test_bytes_of_a_failed_commit_stay_until_a_day_later(app, pair, make, bytes_there):
    actor = make.actor(pair.ann)

    def fail():
        with unit_of_work(actor):
            with services.received(CUSTOMER, pair.anns, [(BytesIO(b"x"), "a.txt")]) as stored:
                services.attach(CUSTOMER, pair.anns, stored)
            raise OSError  # as a disk that is full when the commit is written

    with pytest.raises(OSError):
        fail()
    attach(actor, pair.anns, ("kept.txt", b"y"))
    assert names() == ["kept.txt"]
    assert len(bytes_there()) == 2
    part = folder() / "ab" / "0123.part"
    part.parent.mkdir(exist_ok=True)
    part.write_bytes(b"half")
    sweep(app)
    assert len(bytes_there()) == 3
    age()
    sweep(app)
    assert bytes_there() == [rows()[0].stored_as]


def age():
    """Let a day go by for all that is stored."""
    day_ago = now().timestamp() - 90_000
    for path in folder().glob("??/*"):
        os.utime(path, (day_ago, day_ago))


def sweep(app):
    with unit_of_work(MAKING) as session:
        enqueue(session, SWEEP.kind, {}, as_system=True)
    drain(app)


def test_files_go_with_their_record(pair, make, bytes_there):
    attach(make.actor(pair.ann), pair.anns, ("a.txt", b"x"))
    with pytest.raises(ZeroDivisionError), unit_of_work(MAKING):
        customers.delete_customer(pair.anns)
        raise ZeroDivisionError
    assert len(rows()) == len(bytes_there()) == 1
    with unit_of_work(MAKING):
        customers.delete_customer(pair.anns)
    assert rows() == bytes_there() == []


def test_a_purged_addon_leaves_no_file_behind(app, pair, make, bytes_there):
    attach(make.actor(pair.ann), pair.anns, ("a.txt", b"x"))
    with unit_of_work(MAKING) as session:
        forget_traces(session, "other")
    assert len(rows()) == 1
    with unit_of_work(MAKING) as session:
        forget_traces(session, "customers")
    assert rows() == []
    age()
    sweep(app)
    assert bytes_there() == []


def test_a_disk_that_is_full_leaves_nothing_half(pair, make, bytes_there, monkeypatch):
    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(storage.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        attach(make.actor(pair.ann), pair.anns, ("a.txt", b"x"))
    assert rows() == bytes_there() == []
