"""The programming interface of remarks: those of one record that the caller may see."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from core.access.decorators import needs
from core.api import Api, In, Out, Text
from core.api.fields import LARGEST
from core.contributions import Verb
from core.i18n import lazy_gettext as _l
from core.remarks.models import REMARK
from core.remarks.queries import remark_view, remarks_of
from core.remarks.services import LONGEST, write_remark
from core.remarks.subject import subject
from core.unit_of_work import current_session

api = Api("remarks_api", __name__, url_prefix="/api/v1/remarks")
SHOWN = 200


class Asked(In):
    """From which remark on: those before it, the newest of them first."""

    before: Annotated[int, Field(ge=1, le=LARGEST)] | None = None


class RemarkIn(In):
    """A remark; `@` and a login or a name mentions somebody."""

    text: Annotated[Text, Field(min_length=1, max_length=LONGEST)]


class RemarkOut(Out):
    """A remark; one that was deleted has no text."""

    id: int
    at: datetime
    author: str
    text: str
    edited_at: datetime | None
    deleted_at: datetime | None


class WrittenOut(RemarkOut):
    """A new remark, and the people in it who were not told."""

    not_told: list[str]
    unclear: list[str]


@api.on("GET", "/<resource>/<int:record_id>", summary=_l("List the newest remarks of a record"))
@needs(REMARK, Verb.QUERY)
def remarks(resource: str, record_id: int, query: Asked) -> list[RemarkOut]:
    """Answer up to 200 remarks, the newest first; `before` the last one leads on."""
    about, place = subject(resource, record_id), query.before or 0
    key, session = about.resource.key, current_session()
    found: Any = remarks_of(session, key, record_id, limit=SHOWN, before=place)
    return found  # type: ignore[no-any-return]


@api.on("POST", "/<resource>/<int:record_id>", summary=_l("Write a remark on a record"), status=201)
@needs(REMARK, Verb.CREATE)
def write(resource: str, record_id: int, body: RemarkIn) -> WrittenOut:
    """Store a remark and tell the people it mentions."""
    made = write_remark(resource, record_id, body.text)
    seen = remark_view(made.remark, None)
    return WrittenOut(
        id=seen.id,
        at=seen.at,
        author=seen.author,
        text=seen.text,
        edited_at=None,
        deleted_at=None,
        not_told=list(made.not_told),
        unclear=list(made.unclear),
    )
