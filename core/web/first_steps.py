"""The checklist of a new site: each step looks at the data, so it is never ticked by hand."""

from dataclasses import dataclass

from flask import url_for
from sqlalchemy import and_, exists, select

from core.accounts.models import User
from core.addons.registry import registry
from core.config import site_config
from core.contributions import SettingDef, Verb
from core.exchange.models import ImportRun, ImportState
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.organisation.models import Employee, OrgUnit
from core.settings.services import get
from core.unit_of_work import current_session, current_unit
from core.web.assets import remote_assets

RIGHT = ("core.setting", Verb.CONFIGURE)
SHOWN = SettingDef(
    key="core.first_steps",
    title=_l("Show the first steps on the start page"),
    type="bool",
    default=True,
    help=_l("For administrators, until every step is done."),
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
    if not current_unit().access.may(*RIGHT) or not get(SHOWN.key):
        return []
    steps = checklist()
    return [] if all(step.done for step in steps) else steps


def checklist() -> list[Step]:
    """Return every step with its state; one statement."""
    people, accounts, imported = (
        current_session()
        .execute(
            select(
                and_(exists().where(OrgUnit.active), exists().where(Employee.active)),
                exists().where(User.employee_id.is_not(None), User.active),
                exists().where(ImportRun.state == ImportState.DONE),
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
            _("Fetch the browser files"),
            _("On the server: sunmao assets fetch. Charts are drawn without internet then."),
            url_for("health.show"),
            _files_are_here(),
        ),
    ]


def _files_are_here() -> bool:
    folder = site_config().instance / "assets"
    return all((folder / one.local_name).is_file() for one in remote_assets().values())
