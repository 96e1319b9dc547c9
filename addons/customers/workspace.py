"""Fragments of the start page: figures, stages, open business, what stands still, changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from flask import render_template, url_for

from addons.customers.charts import worth
from addons.customers.models import CUSTOMER, OPPORTUNITY
from addons.customers.names import shown_name
from addons.customers.overview import changed_lately, longest_waiting, months, overview
from addons.customers.stages import (
    OPEN_STAGES,
    OPPORTUNITY_TITLES,
    STAGE_TITLES,
    STAGE_TONES,
    STAGES,
    Stage,
)
from core.actor import current_actor
from core.audit.queries import latest_acts
from core.charts import Chart, Series
from core.clock import site_zone, today
from core.contributions import Slot, Verb
from core.i18n import format_day, format_number, money_unit, ngettext
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.unit_of_work import current_session, current_unit


@dataclass(frozen=True, slots=True)
class Number:
    """One card of the strip of figures."""

    title: str
    value: str
    url: str
    unit: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class StageLine:
    """One line of the panel of stages; `change` is how many came to it this month."""

    title: str
    count: int
    url: str
    percent: int
    change: str


def _rows(resource: str, endpoint: str, **filters: Any) -> str:
    """Return the address of a figure's rows; none where statistics reach further than rows."""
    access = current_unit().access
    same = access.reach(resource, Verb.ANALYSE) == access.reach(resource, Verb.QUERY)
    return url_for(endpoint, **filters) if same else ""


def new_customer(_record: Any) -> str:
    """Return the button for what account managers do most."""
    return render_template("customers/workspace_act.html")


def numbers(_record: Any) -> str:
    """Return the strip of figures; nothing for whoever has no account in range."""
    found = overview()
    if not found.total:
        return ""
    cards = [_accounts_card(), *_business_card(), _prospects_card(), _signed_card()]
    return render_template("customers/workspace_numbers.html", cards=cards)


def _accounts_card() -> Number:
    found = overview()
    title = _("My customers") if found.own == found.total else _("Customers in my range")
    note = _("%(count)s of grade A", count=format_number(found.top_grade))
    if 0 < found.own < found.total:
        note = _("%(count)s of them my own", count=format_number(found.own))
    return Number(title, format_number(found.total), _rows(CUSTOMER, "customers.index"), note=note)


def _business_card() -> Sequence[Number]:
    if not current_unit().access.may(OPPORTUNITY, Verb.ANALYSE):
        return ()
    found = overview()
    count = sum(found.open_count.values())
    unit = money_unit(overview=True)
    value = unit.amount(sum(found.open_value.values(), Decimal(0)))
    return [
        Number(
            _("Open business"),
            value,
            _rows(OPPORTUNITY, "customers.opportunities_index", stage=list(OPEN_STAGES)),
            unit=unit.words,
            note=ngettext("%(num)s opportunity", "%(num)s opportunities", count),
        )
    ]


def _prospects_card() -> Number:
    first, last = _month()
    url = _rows(CUSTOMER, "customers.index", entered_from=first, entered_to=last)
    return _month_card(_("New prospects this month"), Stage.PROSPECT, url)


def _signed_card() -> Number:
    first, last = _month()
    url = _rows(CUSTOMER, "customers.index", stage=Stage.SIGNED, since_from=first, since_to=last)
    return _month_card(_("Signed this month"), Stage.SIGNED, url)


def _month_card(title: str, stage: str, url: str) -> Number:
    this, last = (overview().reached_in(stage, period) for period in months())
    mark = "↑ " if this > last else "↓ " if this < last else ""
    note = mark + _("last month %(count)s", count=format_number(last))
    return Number(title, format_number(this), url, note=note)


def _month() -> tuple[str, str]:
    first = today().replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    return first.isoformat(), (following - timedelta(days=1)).isoformat()


def stages(_record: Any) -> str:
    """Return accounts by stage with share and this month's arrivals, or what to do first."""
    access, found = current_unit().access, overview()
    if not found.total:
        may = access.may(CUSTOMER, Verb.CREATE)
        return render_template("customers/workspace_empty.html", may_create=may)
    this, _last = months()
    lines = [
        StageLine(
            str(STAGE_TITLES[stage]),
            found.accounts.get(stage, 0),
            _rows(CUSTOMER, "customers.index", stage=stage),
            round(100 * found.accounts.get(stage, 0) / found.total),
            f"+{arrived}" if (arrived := found.reached_in(stage, this)) else "0",
        )
        for stage in STAGES
    ]
    limited = access.limited_words(CUSTOMER, Verb.ANALYSE)
    return render_template("customers/workspace_stages.html", lines=lines, limited=limited)


def business(_record: Any) -> str:
    """Return the chart of open business; nothing where there is none."""
    found = overview()
    if not found.open_count:
        return ""
    values = [found.open_value.get(stage, Decimal(0)) for stage in OPEN_STAGES]
    links = [
        _rows(OPPORTUNITY, "customers.opportunities_index", stage=stage) for stage in OPEN_STAGES
    ]
    chart = Chart(
        kind="bar",
        title=_("Open business by stage"),
        sentence=worth(sum(values, Decimal(0))),
        labels=[str(OPPORTUNITY_TITLES[stage]) for stage in OPEN_STAGES],
        series=[Series(_("Expected value"), values)],
        head=_("Stage"),
        money=True,
        links=links if all(links) else (),
        size="s",
    )
    return render_template("customers/workspace_business.html", chart=chart)


def standing_still(_record: Any) -> str:
    """Return the accounts that have stood longest at their stage; nothing without any."""
    found = longest_waiting()
    return (
        render_template(
            "customers/workspace_still.html",
            accounts=[(one, shown_name(one.name, one.name_en), _days(one.since)) for one in found],
            titles=STAGE_TITLES,
            tones=STAGE_TONES,
            alone=all(one.manager == current_actor().label for one in found),
        )
        if found
        else ""
    )


def changes(_record: Any) -> str:
    """Return the newest acts on the accounts in range that changed last."""
    names = {
        key: shown_name(name, name_en)
        for key, name, name_en in current_session().execute(changed_lately())
    }
    acts = latest_acts(current_session(), CUSTOMER, list(names))
    if not acts:
        return ""
    shown = [(act, names[act.record_id], _when(act.at)) for act in acts]
    return render_template("customers/workspace_changes.html", acts=shown)


def _when(instant: datetime) -> str:
    """Return the time of an act of today, the day of an older one."""
    local = instant.astimezone(site_zone())
    return f"{local:%H:%M}" if local.date() == today() else format_day(instant)


def _days(since: date) -> int:
    return (today() - since).days


QUERY = (CUSTOMER, Verb.QUERY)
ANALYSE = (CUSTOMER, Verb.ANALYSE)
START_PAGE = (
    Slot(
        place="workspace.acts",
        key="customers",
        title=_l("New customer"),
        render=new_customer,
        needs=(CUSTOMER, Verb.CREATE),
        order=20,
    ),
    Slot(
        place="workspace.numbers",
        key="customers",
        title=_l("Figures of accounts"),
        render=numbers,
        needs=ANALYSE,
        order=20,
    ),
    Slot(
        place="workspace.main",
        key="still",
        title=_l("Longest at their stage"),
        render=standing_still,
        needs=QUERY,
        order=20,
    ),
    Slot(
        place="workspace.main",
        key="changes",
        title=_l("Changed lately"),
        render=changes,
        needs=QUERY,
        order=30,
    ),
    Slot(
        place="workspace.side",
        key="business",
        title=_l("Open business by stage"),
        render=business,
        needs=(OPPORTUNITY, Verb.ANALYSE),
        order=20,
    ),
    Slot(
        place="workspace.side",
        key="stages",
        title=_l("Customers by stage"),
        render=stages,
        needs=ANALYSE,
        order=30,
    ),
)
