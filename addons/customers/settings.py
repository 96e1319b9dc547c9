"""What administrators can set about accounts, and the events that accounts publish."""

from addons.customers.models import CUSTOMER, OPPORTUNITY
from core.contributions import EventType, SettingDef
from core.i18n import lazy_gettext as _l

SETTINGS = (
    SettingDef(
        key="customers.code_prefix",
        title=_l("Prefix of customer codes"),
        type="text",
        default="KH-",
        maximum=8,
        help=_l("Codes given out before keep theirs."),
    ),
)

EVENT_TYPES = (
    EventType(key="customers.stage_moved", title=_l("A customer moved stage"), resource=CUSTOMER),
    EventType(
        key="customers.handed_over", title=_l("A customer was handed over"), resource=CUSTOMER
    ),
    EventType(
        key="customers.opportunity_closed",
        title=_l("An opportunity was won or lost"),
        resource=OPPORTUNITY,
    ),
)
