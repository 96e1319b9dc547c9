"""The start page: figures, panels and acts of every package by role, shortcuts, and first steps.

Shortcuts are pinned entries of the menu, its first ones before any choice. The checklist of a new
site looks at the data, so it is never ticked by hand.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from babel.dates import format_date
from flask import url_for
from flask_login import current_user
from markupsafe import Markup
from sqlalchemy import and_, exists, select

from core.access.guarded_session import GuardedSession
from core.accounts.models import User
from core.actor import current_actor
from core.addons.registry import registry
from core.clock import now, site_zone, today
from core.config import site_config
from core.contributions import SettingDef, Verb
from core.exchange.models import ImportRun, ImportState
from core.i18n import current_locale
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.organisation.models import Employee, OrgUnit
from core.settings.services import get
from core.unit_of_work import current_session, current_unit
from core.web.assets import remote_assets
from core.web.forms import Form, MultiField
from core.web.navigation import Entry, shell
from core.web.slots import allowed_slots, render_slot
from core.workcalendar.models import WorkYear

PLACES = tuple(f"workspace.{one}" for one in ("acts", "numbers", "main", "side"))
ACTS, NUMBERS, MAIN, SIDE = PLACES
NOON, EVENING = 12, 18
START = "web.workspace"
DEFAULT = 6
MOST = 24
SETS_UP = ("core.setting", Verb.CONFIGURE)
STEPS_SHOWN = SettingDef(
    key="core.first_steps",
    title=_l("Show the first steps on the start page"),
    type="bool",
    default=True,
    help=_l("For administrators, until every step is done."),
)


@dataclass(frozen=True, slots=True)
class Page:
    """The fragments of each place that have something to say to this reader."""

    acts: list[Markup]
    numbers: list[Markup]
    main: list[Markup]
    side: list[Markup]

    @property
    def has_charts(self) -> bool:
        """Tell whether the page needs the scripts of charts."""
        return any("data-chart=" in body for body in (*self.main, *self.side))


def page() -> Page:
    """Render every place under the reader's rights; an empty fragment leaves no trace."""
    return Page(*(_fragments(place) for place in PLACES))


def _fragments(place: str) -> list[Markup]:
    bodies = (render_slot(slot, None) for slot in allowed_slots(place))
    return [body for body in bodies if body.strip()]


def greeting() -> str:
    """Return a greeting by the site's hour."""
    name = current_actor().label
    hour = now().astimezone(site_zone()).hour
    if hour < NOON:
        return _("Good morning, %(name)s", name=name)
    if hour < EVENING:
        return _("Good afternoon, %(name)s", name=name)
    return _("Good evening, %(name)s", name=name)


def date_line() -> str:
    """Return today's date with the day of the week: 11月24日 星期二, Tuesday, 24 November."""
    chinese = current_locale() != "en"
    pattern = "M月d日 EEEE" if chinese else "EEEE, d MMMM"
    return str(format_date(today(), pattern, locale=current_locale()))


def offered() -> list[Entry]:
    """Return every entry of the reader's menu but the start page, sub-pages behind their page."""
    tops = [entry for section in shell().sections for entry in section.entries]
    every = [one for top in tops for one in (top, *top.children)]
    return [entry for entry in every if entry.endpoint != START]


def shortcuts() -> list[Entry]:
    """Return what the reader pinned and may still open; before any choice, the menu's first."""
    pins = getattr(current_user, "pins", None)
    if pins is None:
        tops = {entry.endpoint for section in shell().sections for entry in section.entries}
        first = [entry for entry in offered() if entry.endpoint in tops]
        return (first if len(first) >= DEFAULT else offered())[:DEFAULT]
    return [entry for entry in offered() if entry.endpoint in pins]


def store_shortcuts(session: GuardedSession, endpoints: Sequence[str]) -> None:
    """Keep the reader's choice with the account; an empty one shows no shortcuts."""
    session.get_one(User, current_actor().user_id).pins = list(endpoints)[:MOST]


class ShortcutsForm(Form):
    """Which entries of the menu are pinned."""

    pins = MultiField(
        _l("Pages of the menu"),
        choices=lambda: [(entry.endpoint, entry.title) for entry in offered()],
        span=4,
    )


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that a new site needs, and whether it is there."""

    title: str
    note: str
    url: str
    done: bool


def first_steps() -> list[Step]:
    """Return the checklist for whoever sets the site up; nothing once hidden or all done."""
    if not current_unit().access.may(*SETS_UP) or not get(STEPS_SHOWN.key):
        return []
    steps = checklist()
    return [] if all(step.done for step in steps) else steps


def checklist() -> list[Step]:
    """Return every step with its state; one statement."""
    people, accounts, imported, calendar = (
        current_session()
        .execute(
            select(
                and_(exists().where(OrgUnit.active), exists().where(Employee.active)),
                exists().where(User.employee_id.is_not(None), User.active),
                exists().where(ImportRun.state == ImportState.DONE),
                exists().where(WorkYear.confirmed_at.is_not(None)),
            )
        )
        .one()
    )
    return [
        Step(
            _("Set up departments and people"),
            _("Rights follow the tree: heads see what lies below them."),
            url_for("organisation.index"),
            bool(people),
        ),
        Step(
            _("Give people accounts"),
            _("Each account belongs to one employee."),
            url_for("accounts.users"),
            bool(accounts),
        ),
        Step(
            _("Switch on the first add-on"),
            _("Nothing is lost when you switch it off again."),
            url_for("addons.index"),
            bool(registry().enabled_set().names),
        ),
        Step(
            _("Import the first data"),
            _("A trial shows every row before anything is stored."),
            url_for("exchange.index"),
            bool(imported),
        ),
        Step(
            _("Look over the work calendar"),
            _("Holidays and weekends that are worked decide what is due when."),
            url_for("workcalendar.show"),
            bool(calendar),
        ),
        Step(
            _("Fetch the browser files"),
            _("On the server: sunmao assets fetch. Charts are drawn without internet then."),
            url_for("health.show"),
            _files_are_here(),
        ),
    ]


def _files_are_here() -> bool:
    folder = site_config().instance / "assets"
    return all((folder / one.local_name).is_file() for one in remote_assets().values())
