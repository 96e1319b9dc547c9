"""What may be granted about attachments: whoever sees a record has both by default."""

from core.contributions import Resource, SettingDef, Verb
from core.i18n import lazy_gettext as _l

FILE = "core.file"
LIMIT = "core.attachment_mb"
ATTACH, DETACH = "attach", "detach"  # acts on the record, as its history shows them
MOST = 50  # on one record

RESOURCES = (
    Resource(
        key=FILE,
        title=_l("Attachments"),
        actions=(Verb.QUERY, Verb.CREATE),
        dimensions=(),
    ),
)
SETTINGS = (
    SettingDef(
        key=LIMIT,
        title=_l("Largest attachment (MB)"),
        type="int",
        default=20,
        minimum=1,
        maximum=1_000,
        help=_l("One request never carries more than upload_limit_mb in config.toml."),
    ),
)
