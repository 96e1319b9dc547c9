"""What the access core contributes: the tables of compiled rights, and their daily upkeep."""

from core.access.models import AccessTerm, KeyRange, KeyRangeKey, Participant
from core.access.upkeep import UPKEEP
from core.access.use_models import AccessUse
from core.hookspecs import gives

register_models = gives(AccessTerm, AccessUse, KeyRange, KeyRangeKey, Participant)
register_jobs = gives(UPKEEP)
