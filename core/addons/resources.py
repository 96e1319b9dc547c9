"""The one right of this part: to configure add-ons."""

from core.contributions import Resource, Verb
from core.i18n import lazy_gettext as _l

ADDON = Resource(
    key="core.addon",
    title=_l("Add-ons"),
    actions=(Verb.CONFIGURE,),
    dimensions=(),
)
