import re
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from core.accounts.models import User
from core.addons import lifecycle
from core.clock import now
from core.errors import ProgrammingFault
from core.i18n import force_locale, gettext
from core.jobs.models import Job, JobState
from core.jobs.services import enqueue
from core.jobs.worker import drain
from core.notifications.models import Notification
from core.notifications.queries import unread_count
from core.notifications.services import Notice, mark_read, notify
from core.testing.making import MAKING
from core.unit_of_work import unit_of_work
from tests.core.notifications.conftest import about, lines, tell


def test_the_same_thing_is_told_once(pair):
    assert tell([pair.ann, pair.bob], about(pair.anns)) == 2
    assert tell([pair.ann, pair.bob], about(pair.anns)) == 0
    assert tell([pair.ann], about(pair.anns, key="other")) == 1
    assert [len(lines(one)) for one in (pair.ann, pair.bob)] == [2, 1]


def test_a_unit_that_fails_tells_nobody(pair):
    with pytest.raises(ZeroDivisionError), unit_of_work(MAKING) as session:
        notify(session, about(pair.anns), users=[pair.ann.id])
        _ = 1 / 0
    assert lines(pair.ann) == []


def test_news_of_one_record_is_counted_until_it_is_read(pair):
    for _ in range(3):
        tell([pair.ann], about(pair.anns, bundle=True))
    (line,) = lines(pair.ann)
    assert (line.count, line.read_at) == (3, None)
    with unit_of_work(MAKING) as session:
        assert mark_read(session, pair.ann.id) == 1
    tell([pair.ann], about(pair.anns, bundle=True))
    (line,) = lines(pair.ann)
    assert (line.count, line.read_at) == (1, None)


@pytest.mark.parametrize("bundle", [False, True])
def test_workers_that_tell_at_the_same_time_make_one_line(app, pair, bundle):
    start, faults = Barrier(2), []

    def work():
        with app.app_context():
            start.wait()
            try:
                tell([pair.bob, pair.ann], about(pair.anns, bundle=bundle))
            except Exception as error:
                faults.append(error)

    threads = [Thread(target=work) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert faults == []
    assert [line.count for line in lines(pair.ann)] == [2 if bundle else 1]


def test_whoever_did_it_and_accounts_that_are_off_are_not_told(pair, make):
    gone = make.user("gone")
    with unit_of_work(MAKING) as session:
        session.execute(update(User).where(User.id == gone.id).values(active=False))
    tell([pair.ann, pair.bob, gone], about(pair.anns), actor=make.actor(pair.ann))
    assert [len(lines(one)) for one in (pair.ann, pair.bob, gone)] == [0, 1, 0]


def test_it_is_said_in_the_language_of_its_reader(app, pair):
    tell([pair.ann], about(pair.anns, title=lambda: gettext("Notifications")))
    for code, words in (("zh_Hans_CN", "通知"), ("en", "Notifications")):
        with app.test_request_context(), force_locale(code):
            assert lines(pair.ann)[0].title == words


def test_words_that_look_like_a_stored_sentence_are_plain_words(pair):
    evil = '\u2063say:["%(x)s", {"x": 1}, ""]'
    tell([pair.ann], about(pair.anns, detail=lambda: evil))
    assert lines(pair.ann)[0].detail == evil[1:]


def test_dead_letters_reach_administrators_in_one_line(app, pair, make):
    admin = make.administrator()
    for _ in range(2):
        with unit_of_work(MAKING) as session:
            enqueue(session, "remarks.tell", {})  # no remark is named: every attempt fails
        for _attempt in range(6):
            drain(app)
            with unit_of_work(MAKING) as session:
                session.execute(
                    update(Job)
                    .where(Job.kind == "remarks.tell", Job.state == JobState.PENDING)
                    .values(due_at=now() - timedelta(days=1))
                )
    (line,) = lines(admin)
    assert (line.kind, line.count, line.endpoint) == ("core.job", 2, "jobs.show")
    assert lines(pair.ann) == []


def test_read_ones_are_deleted_after_the_days_of_the_setting(app, pair, frozen):
    tell([pair.ann], about(pair.anns))
    tell([pair.ann], about(pair.anns, key="stays"))
    with unit_of_work(MAKING) as session:
        mark_read(session, pair.ann.id, [lines(pair.ann)[0].id])
    for days, left in ((89, 2), (91, 1)):
        with frozen(now() + timedelta(days=days)):
            drain(app)
        assert len(lines(pair.ann)) == left
    assert lines(pair.ann)[0].key == "stays"


def test_what_belongs_to_an_add_on_is_hidden_with_it_and_goes_when_it_is_purged(
    pair, make, login, session_as
):
    ann = login(pair.ann)
    tell([pair.ann], about(pair.anns, detail=lambda: "the-detail"))
    assert "the-detail" in ann.get("/notifications/").text
    admin = make.actor(make.administrator())
    with session_as(admin):
        pass
    from core.actor import acting_as

    with acting_as(admin):
        lifecycle.disable("customers")
    page = ann.get("/notifications/").text
    assert "the-detail" not in page
    assert "unread" not in page.split("data-bell", 1)[1].split("</div>", 1)[0]
    with acting_as(admin):
        lifecycle.enable("customers")
    assert "the-detail" in ann.get("/notifications/").text
    with acting_as(admin):
        lifecycle.disable("customers")
        with unit_of_work(MAKING) as session:
            from core.addons.tables import forget_traces

            forget_traces(session, "customers")
    assert lines(pair.ann) == []


acts = st.lists(
    st.tuples(st.sampled_from(["tell", "bundle", "read", "all"]), st.integers(0, 4)), max_size=12
)


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(acts)
def test_the_count_of_the_bell_is_what_counting_by_hand_gives(pair, history):
    unread: set[str] = set()
    with unit_of_work(MAKING) as session:
        session.query(Notification).delete()
        for act, number in history:
            key = f"{act}-{number}"
            known = session.scalars(select(Notification.key)).all()
            if act in {"tell", "bundle"}:
                notice = about(pair.anns, key=key, bundle=act == "bundle")
                notify(session, notice, users=[pair.ann.id])
                if act == "bundle" or key not in known:
                    unread.add(key)
            elif act == "read":
                chosen = select(Notification.id).where(Notification.key == f"tell-{number}")
                mark_read(session, pair.ann.id, session.scalars(chosen).all())
                unread.discard(f"tell-{number}")
            else:
                mark_read(session, pair.ann.id)
                unread.clear()
        assert session.scalar(select(unread_count(pair.ann.id))) == len(unread)
        assert session.scalar(select(unread_count(pair.bob.id))) == 0


def test_a_notice_names_its_owner():
    own = Notice(kind="customers.handed_over", key="k", title=str)
    assert own.addon == "customers"
    assert about(1).addon == "customers"
    assert Notice(kind="core.import", key="k", title=str).addon == "core"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"kind": "customers.handed_ovr"}, "'customers.handed_ovr'; did you mean 'customers.hand"),
        ({"kind": "core.job", "resource": "customers.custmer"}, "the resource 'customers.custmer'"),
    ],
)
def test_news_of_a_kind_that_nobody_declares_is_a_defect(pair, wrong, said):
    with pytest.raises(ProgrammingFault, match=re.escape(said)):
        tell([pair.ann], Notice(key="k", title=str, **wrong))
