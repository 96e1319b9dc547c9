"""What may be granted about accounts."""

from core.accounts.models import User
from core.contributions import Resource, Verb
from core.i18n import lazy_gettext as _l

USER = "core.user"

RESOURCES = (
    Resource(
        key=USER,
        title=_l("User account"),
        model=User,
        label=lambda user: user.login,
        endpoint="accounts.show_user",
        actions=(Verb.QUERY, Verb.CREATE, Verb.UPDATE, Verb.CONFIGURE),
        dimensions=(),
    ),
)
