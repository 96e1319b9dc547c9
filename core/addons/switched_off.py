"""Which add-ons are disabled, to say so where their pages and rights are missed."""

from sqlalchemy import select

from core.addons.models import Addon, State
from core.addons.registry import registry
from core.i18n import join_words, localized
from core.unit_of_work import current_session


def disabled_titles() -> str:
    """Return the titles of the disabled add-ons in the reader's language, "" without any."""
    names = current_session().scalars(select(Addon.name).where(Addon.state == State.DISABLED))
    offered = registry().catalogue.manifests
    return join_words(
        localized(offered[name].title.model_dump()) if name in offered else name
        for name in sorted(names)
    )
