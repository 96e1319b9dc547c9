"""Scenes of joint confirmation: asking, judging, one's own, what became of it."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from core.access.policy import recompile
from core.accounts.models import User
from core.accounts.services import update_user
from core.consent import services
from core.consent.acts import ConsentNeeded
from core.settings.services import set_value
from core.testing.crawling import actor_of
from core.testing.making import MAKING
from core.unit_of_work import read_only, unit_of_work
from tests.browser.second_factor import press
from tests.browser.stage import Scene, Stage

SETTING = "core.several_make_administrator"
JUDGES = ("judge", "warden")
PLANNED = ("planned-1", "planned-2", "planned-3", "planned-4")


def joint_scenes(stage: Stage) -> Iterator[Scene]:
    """Give the scenes; what is asked for is made at the first time."""
    if JUDGES[0] not in stage.people:
        _make(stage)
    fresh = stage.people[PLANNED[3]].id
    edit = f"/admin/users/{fresh}/edit"
    yield Scene("joint-ask", edit, act=_promote)
    yield Scene("joint-ask-refused", edit, act=_promote_without_reason)
    yield Scene("joint-list", "/consents/", "judge")
    yield Scene("joint-list-none", "/consents/", "chen")
    waiting, agreed, declined = stage.asked
    yield Scene("joint-own", f"/consents/{waiting}")
    yield Scene("joint-judge", f"/consents/{waiting}", "judge")
    yield Scene("joint-judge-refused", f"/consents/{waiting}", "judge", act=press)
    yield Scene("joint-agreed", f"/consents/{agreed}", "judge")
    yield Scene("joint-outside", f"/consents/{agreed}", "warden")
    yield Scene("joint-declined", f"/consents/{declined}")


def _make(stage: Stage) -> None:
    """Make two more administrators and let one ask thrice: open, with a voice, declined."""
    with unit_of_work(MAKING) as session:
        set_value(session, SETTING, "3")
        for login in (*JUDGES, *PLANNED):
            session.add(User(login=login, is_administrator=login in JUDGES))
        session.flush()
        for user in session.scalars(select(User).where(User.login.in_([*JUDGES, *PLANNED]))):
            stage.people[user.login] = user
        recompile(session, [one.id for one in stage.people.values() if one.login in JUDGES])
    asker, judge = actor_of(stage.people["admin"]), actor_of(stage.people["judge"])
    stage.asked = [_ask(asker, stage.people[login].id) for login in PLANNED[:3]]
    _waiting, agreed, declined = stage.asked
    with read_only(judge):
        services.agree(agreed)
    with read_only(judge):
        services.decline(declined, "本季度不再增加管理员。")


def _ask(actor: Any, user_id: int) -> int:
    try:
        with unit_of_work(actor) as session:
            update_user(session, user_id, employee_id=None, is_administrator=True)
    except ConsentNeeded as needed:
        with unit_of_work(actor):
            words = "值班安排调整，需要第二位管理员；已与部门经理确认。"
            return services.ask(needed.act.name, needed.payload, words)[0].id
    raise AssertionError("one person was enough")


def _promote(page: Any, stage: Stage) -> None:
    page.check("[name=is_administrator]")
    press(page, stage)


def _promote_without_reason(page: Any, stage: Stage) -> None:
    _promote(page, stage)
    page.fill("[name=reason]", "")
    press(page, stage)
