"""What may be granted about accounts."""

from core.accounts.models import ApiToken, User
from core.contributions import Resource, Verb
from core.i18n import lazy_gettext as _l

USER = "core.user"
TOKEN = "core.token"  # noqa: S105 - the key of a resource

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
    Resource(
        key=TOKEN,
        title=_l("API token"),
        model=ApiToken,
        label=lambda token: token.name,
        actions=(Verb.QUERY, Verb.DELETE),
        dimensions=(),
    ),
)
