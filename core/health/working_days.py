"""Whether the days of the coming months are known."""

from typing import Literal

from core.health.facts import Facts
from core.i18n import gettext as _


def work_calendar(facts: Facts) -> tuple[Literal["ok", "warn"], str]:
    """Say whether the year that is soon needed is in the calendar."""
    if facts.open_year is not None:
        return "warn", _(
            "The calendar of %(year)s is not confirmed; dates in it are counted by the week. Fill "
            "it, compare it with the official notice and confirm it.",
            year=facts.open_year,
        )
    return "ok", _("Nothing is due in the work calendar.")
