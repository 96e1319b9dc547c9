"""What the files package contributes; importing it switches the cleaning on."""

from core.audit.field_words import name_fields
from core.contributions import Resource, SettingDef, Verb
from core.files import cleaning
from core.files.api import api
from core.files.models import FILE, LIMIT, Attachment
from core.files.views import blueprint
from core.hookspecs import gives
from core.i18n import lazy_gettext as _l

name_fields(
    Attachment,
    {
        "resource": _l("Kind of record"),
        "record_id": _l("Number"),
        "name": _l("Name"),
        "media_type": _l("Kind"),
        "size": _l("Size (bytes)"),
        "sha256": _l("Checksum (SHA-256)"),
        "uploader_user_id": _l("Account"),
        "uploader_label": _l("Uploaded by"),
        "at": _l("Uploaded"),
        "deleted_at": _l("Deleted"),
    },
    rows=_l("Attachments"),
)
register_models = gives(Attachment)
register_resources = gives(  # whoever sees a record has both by default
    Resource(key=FILE, title=_l("Attachments"), actions=(Verb.QUERY, Verb.CREATE), dimensions=())
)
register_blueprints = gives(blueprint, api)
register_settings = gives(
    SettingDef(
        key=LIMIT,
        title=_l("Largest attachment (MB)"),
        type="int",
        default=20,
        minimum=1,
        maximum=1_000,
        help=_l("One request never carries more than upload_limit_mb in config.toml."),
    )
)
register_jobs = gives(cleaning.SWEEP)
