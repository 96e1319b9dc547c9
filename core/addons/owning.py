"""Who changes tables: their owner, which on a hardened site no server is."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from core.access.hardening import lower_for_migration, owns_tables, raise_again
from core.addons.faults import AddonFaultError, words
from core.database import Model

NOT_OWNER = words(
    "This site is hardened, and the server may not change tables. Do it on the command line with "
    "the owner's address in SUNMAO_DATABASE_OWNER_URL: sunmao db upgrade, sunmao addon enable or "
    "sunmao addon purge."
)


@contextmanager
def changing_tables(connection: Connection, owns: Callable[[str], bool]) -> Iterator[None]:
    """Change a history's tables: only as their owner, on a hardened site from under policies."""
    if not owns_tables(connection):
        raise AddonFaultError("migration", NOT_OWNER)
    hardened = connection.dialect.name == "postgresql"
    if hardened:
        lower_for_migration(connection, owns)
    yield
    if hardened:
        raise_again(connection, Model.metadata, owns)
