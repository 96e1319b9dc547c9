"""The form of an announcement, and its field for an instant."""

import re
from datetime import UTC, datetime, time

from core.announcements.services import LONGEST
from core.clock import site_zone
from core.i18n import format_datetime
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.web.fields import ReadField
from core.web.forms import CheckField, Form, NameField, SelectField, parse_date

TIME = re.compile(r"(.+?)[ T]+(\d{1,2})[:：](\d{2})")
TONE_TITLES = {"info": _l("For information"), "warn": _l("Calls for attention")}


class InstantField(ReadField):
    """A day and a time of day in the site's zone, as 2026-01-31 22:00."""

    kind = "date"

    def write(self, value: datetime) -> str:
        """Return the instant as this field takes it."""
        return format_datetime(value)

    def read(self, text: str) -> datetime | None:
        """Return the instant; raise ValueError with an example of what is understood."""
        if not text.strip():
            return None
        found = TIME.fullmatch(text.strip())
        day = parse_date(found[1]) if found else None
        if found is None or day is None:
            raise ValueError(_("Please write day and time as 2026-01-31 22:00."))
        try:
            hour = time(int(found[2]), int(found[3]))
            instant = datetime.combine(day, hour, site_zone())
            instant.astimezone(UTC)  # the first days of all cannot be reckoned with
        except (ValueError, OverflowError):
            raise ValueError(_("Please write day and time as 2026-01-31 22:00.")) from None
        return instant


class AnnouncementForm(Form):
    """What is announced, how loudly, from when until when, and to whom."""

    text = NameField(_l("Text"), required=True, limit=LONGEST, span=4)
    tone = SelectField(
        _l("Tone"), choices=lambda: [(k, str(v)) for k, v in TONE_TITLES.items()], required=True
    )
    starts_at = InstantField(_l("Shown from"), required=True, hint=_l("yyyy-MM-dd HH:mm"))
    ends_at = InstantField(
        _l("Shown until"), required=True, hint=_l("At this minute it is not shown any more.")
    )
    on_login = CheckField(
        _l("Show it on the sign-in page too"),
        span=4,
        hint=_l("Then people without an account can read it as well."),
    )
