"""A duty that needs a second factor gives nothing without one, in any way in."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from addons.rights import duties
from addons.rights.duties import DutyFields
from addons.rights.models import Duty, Subject
from core.access.context import resolve_context
from core.access.explain import explain
from core.access.models import AccessTerm
from core.access.policy import recompile
from core.accounts.identity import actor_of, load_user
from core.accounts.models import LoginSession, Stage, User
from core.accounts.second_factor import is_demanded, switch_off
from core.accounts.services import reset_second_factor
from core.accounts.sessions import Client
from core.accounts.sign_in import sign_in
from core.audit.models import AuditEntry
from core.clock import frozen, now
from core.errors import Refused
from core.jobs.originator import originator
from core.unit_of_work import current_session, read_only, unit_of_work
from tests.core.accounts.account_browser import PASSWORD, Browser, set_password
from tests.core.accounts.phone import OPERATOR, enrolled, set_up

LOOK = {"customers.customer": ["query"]}


def acting(person):
    """Return who the person is at this moment, as a request would find it."""
    with read_only(OPERATOR) as session:
        return actor_of(load_user(session.connection(), person.user.id))


def reach(person):
    with unit_of_work(acting(person)) as session:
        return session.access.reach("customers.customer", "query")


@pytest.mark.parametrize("to", ["user", "position", "everyone", "heads"])
def test_it_counts_from_the_moment_at_which_there_is_one(office, strict, give, as_, to):
    person = office.head if to == "heads" else office.ann
    if to == "position":
        with as_(office.boss) as session:
            session.merge(office.ann.employee).position_id = office.seller.id
    named = {"user": person.user.id, "position": office.seller.id}.get(to)
    give(strict, to, named)
    assert not reach(person).is_everything
    enrolled(person.user)
    assert reach(person).is_everything
    with unit_of_work(OPERATOR) as session:
        reset_second_factor(session, person.user.id)
    assert not reach(person).is_everything


def test_other_rights_to_the_same_stay(office, strict, give, accounts):
    give(strict, Subject.USER, office.ann.user.id)
    with unit_of_work(acting(office.ann)) as session:
        assert session.access.may("customers.customer", "query")
        assert not session.access.reach("customers.customer", "query").is_everything


def test_a_denial_counts_for_everybody(office, strict, give):
    give(strict, Subject.USER, office.ann.user.id, allow=False)
    with unit_of_work(acting(office.ann)) as session:
        assert not session.access.may("customers.customer", "query")
        assert not session.access.grants.demands_second_factor


def test_jobs_act_with_what_the_account_has_at_that_moment(office, strict, give):
    give(strict, Subject.USER, office.ann.user.id)

    def reaches():
        with read_only(OPERATOR) as session:
            actor = originator(session, office.ann.user.id)
            return resolve_context(session.connection(), actor).reach("customers.customer", "query")

    assert not reaches().is_everything
    enrolled(office.ann.user)
    assert reaches().is_everything


def test_a_substitute_needs_one_too(office, strict, give, hand):
    held = give(strict, Subject.USER, office.ann.user.id)
    hand(office.ann, office.bob, held)
    enrolled(office.ann.user)
    assert not reach(office.bob).is_everything
    enrolled(office.bob.user)
    assert reach(office.bob).is_everything


def test_why_and_the_refusal_say_what_is_missing(office, strict, give, accounts, app):
    with unit_of_work(OPERATOR) as session:
        for one in session.scalars(select(Duty).where(Duty.code == "own-work")):
            one.active = False
        session.flush()
        recompile(session)
    give(strict, Subject.USER, office.ann.user.id)
    with unit_of_work(acting(office.ann)) as session:
        found = explain(session, session.access.actor, "query", None, resource="customers.customer")
        assert session.access.lacks_second_factor("customers.customer", "query")
    words = [step.detail for step in found.steps if step.state == "failed"]
    assert ["second factor" in one for one in words] == [True]
    enrolled(office.ann.user)
    with unit_of_work(acting(office.ann)) as session:
        found = explain(session, session.access.actor, "query", None, resource="customers.customer")
    assert found.allowed


def test_who_must_have_one_is_led_there_at_sign_in_and_may_not_switch_it_off(
    office, strict, give, app
):
    give(strict, Subject.USER, office.ann.user.id)
    set_password(office.ann.user)
    here = Browser(app.test_client())
    assert here.sign_in("ann").status_code == 303
    for path in ("/", "/customers/", "/account/tokens"):
        assert here.get(path).location == "/account/second-factor"
    set_up(here)
    assert here.get("/customers/").status_code == 200
    with unit_of_work(acting(office.ann)) as session:
        assert is_demanded(session, office.ann.user.id)
    with pytest.raises(Refused), unit_of_work(acting(office.ann)) as session:
        switch_off(session, office.ann.user.id)


def test_who_gets_it_while_signed_in_goes_on_without_it(office, strict, give, app, accounts):
    set_password(office.ann.user)
    here = Browser(app.test_client())
    here.sign_in("ann")
    give(strict, Subject.USER, office.ann.user.id)
    page = here.get("/customers/").get_data(as_text=True)
    assert "Ann A" in page
    assert "Bob A" not in page
    set_up(here)
    assert "Bob A" in here.get("/customers/").get_data(as_text=True)


def test_who_has_lost_the_duty_meanwhile_is_not_led_there(office, strict, give, app, as_):
    from addons.rights.assignments import end

    held = give(strict, Subject.USER, office.ann.user.id)
    set_password(office.ann.user)
    here = Browser(app.test_client())
    here.sign_in("ann")
    with as_(office.boss):
        end(held, reason="over")
    assert here.get("/customers/").status_code == 200


@pytest.mark.parametrize(
    ("day", "stage"), [(0, Stage.OPEN), (1, Stage.ENROL), (2, Stage.ENROL), (3, Stage.OPEN)]
)
def test_only_an_assignment_in_force_demands_it(office, strict, give, day, stage):
    today = now()
    period = {"valid_from": today + timedelta(days=1), "valid_to": today + timedelta(days=3)}
    give(strict, Subject.USER, office.ann.user.id, **period)
    set_password(office.ann.user)
    with frozen(today + timedelta(days=day)):
        sign_in("ann", PASSWORD, Client())
    with read_only(OPERATOR) as session:
        assert session.scalars(select(LoginSession.stage)).all() == [stage]


def test_a_token_made_before_loses_its_account_and_one_made_after_reaches(
    office, strict, give, app, accounts
):
    give(strict, Subject.USER, office.ann.user.id)
    phone = enrolled(office.ann.user, at=now())
    set_password(office.ann.user)
    here = Browser(app.test_client())
    here.sign_in("ann")
    here.post("/login/code", {"secret_code": phone.shows()})
    given = {
        "name": "robot", "days": "7", "scopes": ["customers.customer:query"],
        "password": PASSWORD, "password-code": phone.shows(steps=1),
    }  # fmt: skip
    made = here.post("/account/tokens/new", given).get_data(as_text=True)
    secret = made.split("data-secret>")[1].split("<")[0]
    client, bearer = app.test_client(), {"Authorization": f"Bearer {secret}"}
    assert "Bob A" in client.get("/api/v1/customers", headers=bearer).get_data(as_text=True)
    with unit_of_work(OPERATOR) as session:
        reset_second_factor(session, office.ann.user.id)
    assert client.get("/api/v1/customers", headers=bearer).status_code == 401


def test_the_flag_is_kept_in_the_trail_and_counts_at_once(office, strict, give, as_):
    give(strict, Subject.USER, office.ann.user.id)
    with as_(office.boss) as session:
        one = duties.duty(strict)
        fields = DutyFields(code="strict", name=dict(one.name), grants=LOOK, second_factor=False)
        duties.update_duty(strict, fields, row_version=one.row_version)
        session.flush()
        rows = session.scalars(select(AuditEntry).where(AuditEntry.resource == "rights.duty"))
        assert any((row.changes or {}).get("second_factor") == [True, False] for row in rows)
    assert reach(office.ann).is_everything


def test_whoever_would_gain_by_it_cannot_take_the_flag_away(office, strict, give, as_, duty):
    give(strict, Subject.USER, office.ann.user.id)
    give(duty("duties", {"rights.duty": ["query", "update"]}), Subject.USER, office.ann.user.id)
    with pytest.raises(Refused), unit_of_work(acting(office.ann)):
        fields = DutyFields(code="strict", name={"zh": "看"}, grants=LOOK, second_factor=False)
        duties.update_duty(strict, fields)
    assert not reach(office.ann).is_everything


def test_terms_carry_the_flag_and_say_so(office, strict, give):
    give(strict, Subject.USER, office.ann.user.id)
    with read_only(OPERATOR) as session:
        rows = session.scalars(select(AccessTerm).where(AccessTerm.second_factor)).all()
        assert [(one.user_id, one.source["en"]) for one in rows] == [
            (office.ann.user.id, "duty “Look” (given to Ann, with a second factor)")
        ]
        assert session.scalar(select(User.login).where(User.id == rows[0].user_id)) == "ann"


def test_administrators_are_never_locked_out_by_it(office, strict, as_):
    with as_(office.boss):
        session = current_session()
        session.scalars(
            select(Duty).where(Duty.code == "administration")
        ).one().second_factor = True
        session.flush()
        recompile(session)
    with unit_of_work(acting(office.boss)) as session:
        assert session.access.may("rights.duty", "update")
        assert session.access.may("core.user", "update")
