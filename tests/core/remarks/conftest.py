"""Two people who share nothing, a head who sees one of them, and an account of each."""

from tests.core.api.conftest import program
from tests.core.notifications.conftest import lines, pair

__all__ = ["lines", "pair", "program"]
