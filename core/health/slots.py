"""The administrator's panel on the start page: what needs a hand."""

from typing import Any

from flask import render_template

from core.contributions import Slot, Verb
from core.health.report import report
from core.health.views import HEALTH
from core.i18n import lazy_gettext as _l


def attention(_record: Any) -> str:
    """Return the checks that are not well; one quiet line when all are."""
    return render_template(
        "health/panel.html", findings=[one for one in report() if one.state != "ok"]
    )


SLOTS = (
    Slot(
        place="workspace.main",
        key="health",
        title=_l("State of the site"),
        render=attention,
        needs=(HEALTH, Verb.QUERY),
        order=5,
    ),
)
