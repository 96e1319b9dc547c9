"""What a site may give to several people: everything by which rights widen, under one setting."""

from core.consent.acts import people_setting
from core.i18n import lazy_gettext as _l

WIDENING = people_setting(
    "rights.several_widen",
    _l("give a duty, end a denial, change a duty that is held, give a grade, lift an exclusion"),
)
