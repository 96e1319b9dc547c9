"""The administrator's page of schedules: when each ran, when it runs next, pause, run now."""

from dataclasses import dataclass
from datetime import timedelta

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from core.access.decorators import needs
from core.contributions import Verb
from core.i18n import format_datetime, ngettext
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.jobs import schedules as services
from core.jobs.definitions import addon_title
from core.jobs.lists import STATES, TONES
from core.jobs.models import Job
from core.jobs.schedules import Schedule
from core.jobs.views import blueprint
from core.unit_of_work import current_session, current_unit
from core.web.answering import DONE, answer, press
from core.web.forms import Form, TextField

HOUR, DAY = 60, 24 * 60  # minutes


@dataclass(frozen=True, slots=True)
class Line:
    """One schedule in words."""

    kind: str
    title: str
    owner: str
    every: str
    schedule: Schedule
    last: Job | None
    last_state: str
    tone: str


class PauseForm(Form):
    """Why a schedule is stopped."""

    reason = TextField(_l("Reason"), required=True, limit=200, span=4)


@blueprint.get("/schedules")
@needs("core.job", Verb.QUERY)
def schedules() -> ResponseReturnValue:
    """List the schedules."""
    found = [_line(one) for one in services.schedules(current_session())]
    may_update = current_unit().access.may("core.job", Verb.UPDATE)
    found.sort(key=lambda line: (line.schedule.owner != "core", line.owner, line.title))
    return render_template(
        "jobs/schedules.html", lines=found, may_update=may_update, pause_words=pause_words
    )


@blueprint.route("/schedules/<kind>/pause", methods=["GET", "POST"])
@needs("core.job", Verb.UPDATE)
def pause(kind: str) -> ResponseReturnValue:
    """Ask why, then stop a schedule."""
    schedule = services.schedule_of(current_session(), kind)
    form = PauseForm()
    return answer(
        form,
        lambda session: services.pause_schedule(session, kind, **form.values()),
        url_for("jobs.schedules"),
        said=DONE,
        template="web/confirm.html",
        title=_("Pause “%(title)s”", title=schedule.kind.title),
        submit=_("Pause"),
        happens=[(None, _("It fires no more, in any process; a run under way ends by itself."))],
        keeps=[(None, _("Its jobs and what they did; runs that are missed are not made up."))],
    )


@blueprint.post("/schedules/<kind>/resume")
@needs("core.job", Verb.UPDATE)
def resume(kind: str) -> ResponseReturnValue:
    """Let a schedule fire again."""
    return press(lambda session: services.resume_schedule(session, kind), url_for("jobs.schedules"))


@blueprint.post("/schedules/<kind>/run")
@needs("core.job", Verb.UPDATE)
def run(kind: str) -> ResponseReturnValue:
    """Put one job of a schedule into the queue."""
    return press(
        lambda session: services.run_now(session, kind),
        url_for("jobs.schedules"),
        said=_("It was put into the queue and runs in a moment."),
    )


def interval_words(every: timedelta) -> str:
    """Return how often something runs, in the largest unit that it fills."""
    minutes = max(1, every // timedelta(minutes=1))
    if minutes % DAY == 0:
        return ngettext("every day", "every %(num)s days", minutes // DAY)
    if minutes % HOUR == 0:
        return ngettext("every hour", "every %(num)s hours", minutes // HOUR)
    return ngettext("every minute", "every %(num)s minutes", minutes)


def _line(one: Schedule) -> Line:
    state = one.last.state if one.last else ""
    return Line(
        kind=one.kind.kind,
        title=str(one.kind.title),
        owner=_("The site itself") if one.owner == "core" else addon_title(one.owner),
        every=interval_words(one.kind.every or timedelta()),
        schedule=one,
        last=one.last,
        last_state=str(STATES[state]) if state else "",  # type: ignore[index]
        tone=TONES.get(state, ""),
    )


def pause_words(one: Schedule) -> str:
    """Return who stopped a schedule and when, for the page."""
    if one.pause is None:
        return ""
    return _(
        "%(who)s paused it at %(at)s: %(reason)s",
        who=one.pause.by_label,
        at=format_datetime(one.pause.at),
        reason=one.pause.reason,
    )
