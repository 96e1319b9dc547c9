"""How many rows stand behind each tab of a list; asked for once the page is shown."""

from collections.abc import Sequence
from urllib.parse import parse_qsl, urlsplit

from flask import Response, jsonify
from sqlalchemy import func, literal, select, union_all
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from core.access.context import AccessContext
from core.errors import DomainError
from core.i18n import format_number
from core.web.list_around import TabLink
from core.web.list_query import narrow
from core.web.list_spec import ListSpec

ASKED = "counts"  # the parameter of a list's address that asks for these instead of the page
MOST = 1_000


def tab_counts(
    spec: ListSpec, links: Sequence[TabLink], session: Session, access: AccessContext
) -> Response:
    """Answer the counts as JSON, a text for each tab in order: "12", "999+" beyond the bound.

    One statement under the reader's own range; a tab that cannot be read any more has "".
    """
    selects = []
    for place, link in enumerate(links):
        try:
            args = spec.parse(MultiDict(parse_qsl(urlsplit(link.href).query)))
        except DomainError:
            continue
        found = narrow(spec, args, access, [spec.id.label("id")], counting=True)
        rows = found.limit(MOST).subquery()
        selects.append(select(literal(place), func.count()).select_from(rows))
    words = [""] * len(links)
    for place, count in session.execute(union_all(*selects)) if selects else ():
        words[place] = f"{MOST - 1}+" if count >= MOST else format_number(count)
    return jsonify(words)
