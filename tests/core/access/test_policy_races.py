"""Rights that are compiled by two at once, and on a site that nobody has prepared."""

import threading
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from core.access import policy
from core.access.models import AccessTerm
from core.access.policy import recompile
from core.actor import system_actor
from core.addons import lifecycle
from core.app import create_app
from core.database import db
from core.organisation import services
from core.unit_of_work import read_only, unit_of_work

SYSTEM = system_actor("test")


def test_a_withdrawn_right_does_not_live_on_in_what_another_compiled(
    app: Flask, make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    unit = make.unit()
    head = make.user(heads=unit)
    there = threading.Event()

    def noticed(session: Any, user_ids: Any = None) -> None:
        there.set()
        recompile(session, user_ids)

    monkeypatch.setattr(policy, "recompile", noticed)

    def depose() -> None:
        with app.app_context():
            with unit_of_work(SYSTEM) as session:
                services.set_head(session, unit.id, None)
            db.session.remove()

    other = threading.Thread(target=depose)
    with unit_of_work(SYSTEM) as session:
        recompile(session, [head.id])  # as when a unit below is moved
        other.start()
        if there.wait(2):  # never on SQLite, which lets the other begin only after this commit
            other.join(1)
    other.join(30)
    assert not other.is_alive()
    with read_only(SYSTEM) as session:
        terms = session.scalars(select(AccessTerm).where(AccessTerm.user_id == head.id)).all()
    assert terms == []


def test_a_site_that_was_only_migrated_lets_staff_handle_their_own_records(tmp_path: Any) -> None:
    site = create_app(instance=tmp_path, testing=True, job_engine="off")
    with site.app_context():
        lifecycle.upgrade_site(lifecycle.site_config())
        with read_only(SYSTEM) as session:
            terms = session.scalars(select(AccessTerm).where(AccessTerm.user_id.is_(None))).all()
        own = [term for term in terms if term.allow and term.owner_self]
        assert [{"query", "create", "update"} <= set(term.actions) for term in own] == [True]
        assert [term.actions for term in terms if not term.allow] == [["correct"]]
        db.session.remove()
        db.engine.dispose()
