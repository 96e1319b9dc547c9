"""What may be granted about remarks: whoever sees a record may read and write them by default."""

from core.contributions import Resource, Verb
from core.i18n import lazy_gettext as _l

REMARK = "core.remark"

RESOURCES = (
    Resource(
        key=REMARK,
        title=_l("Remarks"),
        actions=(Verb.QUERY, Verb.CREATE),
        dimensions=(),
    ),
)
