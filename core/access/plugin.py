"""What the access core contributes: the tables of compiled rights."""

from core.access.models import AccessTerm, KeyRange, KeyRangeKey, Participant
from core.hookspecs import gives

register_models = gives(AccessTerm, KeyRange, KeyRangeKey, Participant)
