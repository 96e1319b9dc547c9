"""The reader's page about mail: how, when, and what never; and a letter to try it."""

import re

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from core.access.decorators import signed_in
from core.actor import current_actor
from core.config import site_config
from core.errors import Refused
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.notifications.letters import write_trial
from core.notifications.mail_choices import WAYS, Wish, choose, own_choice
from core.notifications.queries import kinds
from core.organisation.queries import email_of
from core.unit_of_work import current_session
from core.web.answering import answer, press
from core.web.fields import ReadField
from core.web.forms import CheckField, Form, MultiField, Section, SelectField

blueprint = Blueprint("mail", __name__, template_folder="templates")
CLOCK = re.compile(r"(\d{1,2})[:：](\d{2})")
HOUR, MINUTES = 24, 60


class ClockField(ReadField):
    """A time of day as 08:30; gives minutes since midnight."""

    def write(self, value: int) -> str:
        """Return the time as this field takes it."""
        return f"{value // MINUTES:02}:{value % MINUTES:02}"

    def read(self, text: str) -> int | None:
        """Return the minutes; raise ValueError with an example of what is understood."""
        if not text.strip():
            return None
        found = CLOCK.fullmatch(text.strip())
        if found is None or int(found[1]) >= HOUR or int(found[2]) >= MINUTES:
            raise ValueError(_("Please write a time as 08:30."))
        return int(found[1]) * MINUTES + int(found[2])


class MailForm(Form):
    """How the reader is told by mail."""

    sections = (
        Section(_l("How"), "mail", "digest_at"),
        Section(_l("When not"), "quiet_from", "quiet_until", "rest_days"),
        Section(_l("What never"), "without"),
    )
    mail = SelectField(
        _l("Notifications by mail"), choices=lambda: list(WAYS.items()), required=True
    )
    digest_at = ClockField(_l("Time of the daily letter"), required=True)
    quiet_from = ClockField(_l("Quiet from"), hint=_l("Empty: no quiet hours."))
    quiet_until = ClockField(_l("Quiet until"), hint=_l("The daily letter keeps its own time."))
    rest_days = CheckField(
        _l("On days of rest too"),
        hint=_l("Else letters wait for the next day of the work calendar that is worked."),
    )
    without = MultiField(
        _l("Kinds that never come by mail"),
        choices=lambda: sorted(kinds().items()),
        span=4,
    )


@blueprint.route("/account/mail", methods=["GET", "POST"])
@signed_in
def choice() -> ResponseReturnValue:
    """Choose how notifications come by mail."""
    form = MailForm.for_record(own_choice(current_session()))
    return answer(
        form,
        lambda session: choose(session, Wish(**form.values()), row_version=form.row_version),
        url_for("mail.choice"),
        template="notifications/mail.html",
        title=_("Notifications by mail"),
        address=email_of(current_session(), current_actor().employee_id),
        is_off=not site_config().mail,
    )


@blueprint.post("/account/mail/trial")
@signed_in
def trial() -> ResponseReturnValue:
    """Send the reader a letter, to see whether it arrives."""

    def act(session: object) -> None:
        address = email_of(current_session(), current_actor().employee_id)
        if not address or not site_config().mail:
            raise Refused(_("There is no address to write to, or this site sends no mail."))
        write_trial(session, address)

    return press(act, url_for("mail.choice"), said=_("A letter is on its way."))
