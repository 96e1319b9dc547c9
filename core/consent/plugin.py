"""What the package of joint confirmation contributes."""

from core.audit.field_words import name_fields
from core.consent.acts import LOOSEN
from core.consent.api import api
from core.consent.lists import STATES, act_titles
from core.consent.models import CONSENT, Consent, Voice
from core.consent.pages import blueprint
from core.consent.services import DAYS
from core.contributions import MenuItem, Resource, SettingDef, Verb
from core.hookspecs import gives
from core.i18n import lazy_gettext as _l

name_fields(
    Consent,
    {
        "act": _l("What is asked for"),
        "payload": _l("With"),
        "resource": _l("Kind of record"),
        "action": _l("Verb"),
        "record_id": _l("Record"),
        "people": _l("People it takes"),
        "reason": _l("Reason"),
        "basis": _l("What it would change (checksum)"),
        "asked_by": _l("Asked by (account)"),
        "asked_label": _l("Asked by"),
        "asked_at": _l("Asked at"),
        "expires_at": _l("Until"),
        "state": _l("State"),
        "ended_at": _l("Ended"),
        "ended_label": _l("Ended by"),
        "end_reason": _l("Why it was declined"),
    },
    labels={"state": STATES, "act": act_titles},
)
name_fields(
    Voice,
    {
        "consent_id": _l("Joint confirmation"),
        "user_id": _l("Account"),
        "label": _l("Person"),
        "at": _l("When"),
    },
    rows=_l("Agreement"),
)
register_models = gives(Consent, Voice)
register_resources = gives(
    Resource(
        key=CONSENT,
        title=_l("Joint confirmation"),
        model=Consent,
        label=lambda one: f"#{one.id}",
        endpoint="consent.show",
        actions=(Verb.QUERY,),
        dimensions=(),
    )
)
register_acts = gives(LOOSEN)
register_settings = gives(
    SettingDef(
        key=DAYS,
        title=_l("Days for which a joint confirmation stays open"),
        type="int",
        default=7,
        minimum=1,
        maximum=60,
        help=_l("After that it is asked for again."),
    )
)
register_blueprints = gives(blueprint, api)
register_menus = gives(
    MenuItem(
        title=_l("Joint confirmation"),
        endpoint="consent.index",
        icon="users",
        section="account",
        order=40,
    )
)
