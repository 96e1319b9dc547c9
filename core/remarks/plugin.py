"""What the remarks package contributes; importing it switches the cleaning on."""

from core.audit.field_words import name_fields
from core.contributions import Resource, Verb
from core.hookspecs import gives
from core.i18n import lazy_gettext as _l
from core.remarks import cleaning
from core.remarks.api import api
from core.remarks.models import REMARK, Follower, Remark
from core.remarks.telling import JOBS
from core.remarks.views import blueprint

CLEANER = cleaning.forget_deleted


name_fields(
    Remark,
    {
        "resource": _l("Kind of record"),
        "record_id": _l("Number"),
        "author_user_id": _l("Account"),
        "author_label": _l("Author"),
        "text": _l("Text"),
        "at": _l("Written"),
        "edited_at": _l("Edited"),
        "deleted_at": _l("Deleted"),
    },
    rows=_l("Remarks"),
)
register_models = gives(Remark, Follower)
register_resources = gives(  # whoever sees a record may read and write them by default
    Resource(key=REMARK, title=_l("Remarks"), actions=(Verb.QUERY, Verb.CREATE), dimensions=())
)
register_blueprints = gives(blueprint, api)
register_jobs = gives(*JOBS)
