"""Two people who share nothing, the bytes of kinds of files, and what lies in the store."""

from io import BytesIO

import pytest
from sqlalchemy import select

from core.files import services
from core.files.models import Attachment
from core.files.storage import folder
from core.testing.making import MAKING
from core.unit_of_work import read_only, unit_of_work
from tests.core.api.conftest import program
from tests.core.notifications.conftest import lines, pair

CUSTOMER = "customers.customer"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01" + b"\0" * 40
HTML = b"<html><script>alert(document.cookie)</script></html>"


def attach(actor, record_id, *files, resource=CUSTOMER):
    """Attach (name, bytes) pairs as the page does; return the numbers of the rows."""
    sent = [(BytesIO(data), name) for name, data in files]
    with (
        read_only(actor),
        services.received(resource, record_id, sent) as stored,
        unit_of_work(actor),
    ):
        return [one.id for one in services.attach(resource, record_id, stored)]


def rows():
    with unit_of_work(MAKING) as session:
        return list(session.scalars(select(Attachment).order_by(Attachment.id)))


def names():
    return [row.name for row in rows() if row.deleted_at is None]


@pytest.fixture
def bytes_there(app):
    """Give a function that returns the names of all stored files."""

    def there():
        return sorted(one.name for one in folder().rglob("*") if one.is_file())

    before = set(there())
    return lambda: [one for one in there() if one not in before]


__all__ = ["attach", "bytes_there", "lines", "names", "pair", "program", "rows"]
