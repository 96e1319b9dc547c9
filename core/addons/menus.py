"""The entry of the sidebar."""

from core.contributions import MenuItem, Verb
from core.i18n import lazy_gettext as _l

MENUS = (
    MenuItem(
        title=_l("Add-ons"),
        endpoint="addons.index",
        needs=("core.addon", Verb.CONFIGURE),
        icon="module",
        section="system",
        order=10,
    ),
)
