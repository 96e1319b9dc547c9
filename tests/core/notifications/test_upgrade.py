from sqlalchemy import delete, select

from core.access.models import AccessTerm
from core.addons import lifecycle
from core.addons.models import CoreEpoch
from core.testing.making import MAKING
from core.unit_of_work import current_unit, read_only, unit_of_work

PERSONAL = {
    "core.file": ["create", "query"],
    "core.notification": ["query", "update"],
    "core.remark": ["create", "query"],
}


def personal_terms():
    with unit_of_work(MAKING) as session:
        rows = session.scalars(select(AccessTerm).where(AccessTerm.resource.in_(PERSONAL))).all()
        return {row.resource: sorted(row.actions) for row in rows if row.user_id is None}


def version():
    with unit_of_work(MAKING) as session:
        return session.scalar(select(CoreEpoch.rights_version))


def test_a_site_from_before_gives_everybody_an_inbox_when_it_is_upgraded(app, make):
    actor = make.actor(make.user("ann"))
    with unit_of_work(MAKING) as session:  # as it was compiled before there was an inbox
        session.execute(
            delete(AccessTerm).where(AccessTerm.resource.in_(PERSONAL)),
            execution_options={"synchronize_session": False},
        )
    assert personal_terms() == {}
    before = version()
    lifecycle.upgrade_site(lifecycle.site_config())
    assert personal_terms() == PERSONAL
    assert version() > before
    with read_only(actor):
        assert current_unit().access.may("core.notification", "update")
