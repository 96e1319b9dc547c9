"""Schedules paused, resumed and run at once, by an administrator or two at the same time."""

import re
import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from core import clock
from core.audit.models import AuditEntry
from core.errors import NotFound, Refused
from core.i18n import force_locale
from core.jobs import schedules as services
from core.jobs.models import Job, SchedulePause
from core.jobs.schedule_pages import interval_words
from core.jobs.schedules import SEEN, fire_due_schedules
from core.jobs.worker import drain
from core.testing.plugin import KINDS
from core.unit_of_work import read_only, unit_of_work
from tests.core.jobs.handling import SYSTEM
from tests.core.jobs.toys import HOURLY, plugged

pytestmark = pytest.mark.usefixtures("toys")
KIND = HOURLY.kind
PAGE = "/admin/jobs/schedules"


@pytest.fixture
def another_process(app):
    """Give a function after which this process knows no firing, as one that just started."""

    def forget():
        app.extensions.pop(SEEN, None)

    forget()
    yield forget
    forget()


def jobs_of(kind=KIND):
    with read_only(SYSTEM) as session:
        return session.scalar(select(func.count()).select_from(Job).where(Job.kind == kind))


def act(verb, *arguments, **options):
    with unit_of_work(SYSTEM) as session:
        return verb(session, *arguments, **options)


def fire():
    fire_due_schedules()
    return jobs_of()


def test_a_paused_schedule_fires_in_no_process_and_makes_nothing_up(another_process, frozen):
    noon = clock.now().replace(minute=10, second=0, microsecond=0)
    with plugged(jobs=[HOURLY]):
        with frozen(noon):
            before = fire()
            assert before == 1
            act(services.pause_schedule, KIND, reason="month end")
        with frozen(noon + timedelta(hours=1)):
            assert fire() == before
            another_process()
            assert fire() == before
            act(services.resume_schedule, KIND)
            another_process()
            assert fire() == before  # this interval passed while it was paused
        with frozen(noon + timedelta(hours=2)):
            assert fire() == before + 1


def test_run_now_adds_one_job_beside_the_intervals(another_process, app):
    with plugged(jobs=[HOURLY]):
        first = act(services.run_now, KIND)
        with pytest.raises(Refused):
            act(services.run_now, KIND)
        assert jobs_of() == 1
        drain(app)
        assert act(services.run_now, KIND) != first
        drain(app)
        count = jobs_of()
        another_process()
        assert fire() >= count  # the interval itself still has its own firing
        act(services.pause_schedule, KIND, reason="by hand only")
        drain(app)
        act(services.run_now, KIND)  # a pause stops the clock, not the hand


@pytest.mark.parametrize("database", [k for k in KINDS if k == "postgresql"], indirect=True)
def test_two_who_press_at_once_get_one_job(another_process, app):
    barrier, made = threading.Barrier(2), []

    def press():
        with app.app_context(), unit_of_work(SYSTEM) as session:
            services.schedules(session)
            barrier.wait(10)
            try:
                made.append(services.run_now(session, KIND))
            except Refused:
                made.append(None)

    with plugged(jobs=[HOURLY]):
        threads = [threading.Thread(target=press) for _n in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert jobs_of() == 1
    assert len({one for one in made if one}) == 1


def test_the_page_tells_pauses_resumes_and_runs(another_process, make, login):
    client = login(make.administrator("root", locale="en"))
    with plugged(jobs=[HOURLY]):
        page = client.get(PAGE).text
        assert "every hour" in page
        assert "not yet" in page
        refused = client.submit(f"{PAGE}/{KIND}/pause", {"reason": ""})
        assert refused.status_code == 422
        client.submit(f"{PAGE}/{KIND}/pause", {"reason": "month <end>"})
        page = client.get(PAGE).text
        assert re.search(r"paused it at [-0-9: ]+: month &lt;end&gt;", page), re.findall(
            r".*paused it.*", page
        )
        client.submit(f"{PAGE}/{KIND}/run", {})
        assert jobs_of() == 1
        client.submit(f"{PAGE}/{KIND}/run", {})
        assert "It waits or runs already." in client.get(PAGE).text
        client.submit(f"{PAGE}/{KIND}/resume", {})
        assert "paused it at" not in client.get(PAGE).text
    with read_only(SYSTEM) as session:
        assert session.scalar(select(func.count()).select_from(SchedulePause)) == 0
        noted = session.execute(
            select(AuditEntry.action, AuditEntry.reason).where(AuditEntry.label == KIND)
        ).all()
    assert [tuple(one) for one in noted] == [("pause", "month <end>"), ("run", ""), ("resume", "")]


def test_only_administrators_and_only_schedules(another_process, make, login):
    root, anyone = login(make.administrator("root")), login(make.user("ann"))
    with plugged(jobs=[HOURLY]):
        assert anyone.get(PAGE).status_code == 403
        for verb in ("pause", "resume", "run"):
            assert anyone.submit(f"{PAGE}/{KIND}/{verb}", {"reason": "x"}).status_code == 403
            assert root.submit(f"{PAGE}/toy.count/{verb}", {"reason": "x"}).status_code == 404
    with pytest.raises(NotFound):
        act(services.pause_schedule, "no.such", reason="x")
    assert jobs_of() == 0


def test_one_whose_add_on_is_off_is_shown_and_cannot_run(another_process, make, login, monkeypatch):
    with plugged(jobs=[HOURLY]):
        monkeypatch.setattr("core.jobs.schedules.definitions", dict)
        with pytest.raises(Refused):
            act(services.run_now, KIND)
        page = login(make.administrator("root", locale="en")).get(PAGE).text
        assert "waits for its add-on" in page
        assert "Run now" not in page


@pytest.mark.parametrize(
    ("every", "en", "zh"),
    [
        (timedelta(minutes=1), "every minute", "每 1 分钟"),
        (timedelta(minutes=90), "every 90 minutes", "每 90 分钟"),
        (timedelta(hours=6), "every 6 hours", "每 6 小时"),
        (timedelta(days=1), "every day", "每 1 天"),
        (timedelta(days=30), "every 30 days", "每 30 天"),
    ],
)
def test_intervals_are_told_in_the_largest_unit_that_they_fill(app, every, en, zh):
    for locale, words in (("en", en), ("zh_Hans_CN", zh)):
        with app.test_request_context(), force_locale(locale):
            assert interval_words(every) == words
