"""The charts of the pipeline, each with its table."""

from decimal import Decimal

from flask import url_for

from addons.customers import queries
from addons.customers.stages import OPPORTUNITY_TITLES, STAGE_TITLES
from core.charts import Chart, Series
from core.i18n import format_number, money_unit
from core.i18n import gettext as _


def worth(value: Decimal) -> str:
    """Return the sentence that a chart of open business says to whoever does not see it."""
    unit = money_unit(overview=True)
    amount = unit.amount(value)
    return _("Open opportunities are worth %(value)s (%(unit)s).", value=amount, unit=unit.words)


def pipeline_chart() -> dict[str, Chart]:
    """Return accounts by stage, and the open expected value by the stage of its account."""
    sums = queries.pipeline()
    labels = [str(STAGE_TITLES[one.stage]) for one in sums]
    links = [url_for("customers.index", stage=one.stage) for one in sums]
    total = format_number(sum(one.accounts for one in sums))
    value = sum((one.expected_value for one in sums), start=sums[0].expected_value * 0)
    return {
        "accounts": Chart(
            kind="bar",
            title=_("Customers by stage"),
            sentence=_("%(total)s customers on the way from prospect to signature.", total=total),
            labels=labels,
            series=[Series(_("Customers"), [one.accounts for one in sums])],
            head=_("Stage"),
            links=links,
            size="s",
        ),
        "values": Chart(
            kind="bar",
            title=_("Open expected value by customer stage"),
            sentence=worth(value),
            labels=labels,
            series=[Series(_("Expected value"), [one.expected_value for one in sums])],
            head=_("Stage"),
            money=True,
            size="s",
        ),
    }


def opportunity_chart() -> Chart:
    """Return the expected value of opportunities by their own stage."""
    sums = queries.opportunity_sums()
    count = format_number(sum(one.count for one in sums))
    return Chart(
        kind="bar",
        title=_("Opportunities by stage"),
        sentence=_("%(count)s opportunities, won and lost ones included.", count=count),
        labels=[str(OPPORTUNITY_TITLES[one.stage]) for one in sums],
        series=[Series(_("Opportunities"), [one.count for one in sums])],
        head=_("Stage"),
        links=[url_for("customers.opportunities_index", stage=one.stage) for one in sums],
        size="s",
    )
