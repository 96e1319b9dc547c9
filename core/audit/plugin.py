"""What the audit package contributes; importing it switches the recording on."""

from core.audit import recording
from core.audit.models import AuditEntry, AuditSeal
from core.audit.sealing import SEAL
from core.audit.verifying import VERIFY
from core.audit.views import blueprint
from core.cli.audit import audit
from core.contributions import MenuItem, Resource, Verb
from core.hookspecs import gives
from core.i18n import lazy_gettext as _l

RECORDER = recording.record_flush

register_models = gives(AuditEntry, AuditSeal)
register_resources = gives(
    Resource(
        key="core.audit",
        title=_l("Audit trail"),
        actions=(Verb.QUERY, Verb.EXPORT),
        dimensions=(),
    )
)
register_blueprints = gives(blueprint)
register_menus = gives(
    MenuItem(
        title=_l("Audit trail"),
        endpoint="audit.index",
        needs=("core.audit", Verb.QUERY),
        icon="history",
        section="system",
        order=70,
    )
)
register_jobs = gives(SEAL, VERIFY)
register_commands = gives(audit)
