"""The results as a page, which works without a script, and as data for the box and for programs."""

from typing import Annotated

from flask import Blueprint, render_template, request
from pydantic import Field

from core.access.decorators import signed_in
from core.api import Api, In, Out
from core.i18n import lazy_gettext as _l
from core.search.finding import BOX, PAGE, find
from core.web.list_args import MAX_SEARCH

blueprint = Blueprint("search", __name__, template_folder="templates")
api = Api("search_api", __name__, url_prefix="/api/v1/search")
MOST = 50


@blueprint.get("/search")
@signed_in
def index() -> str:
    """Show what is found, by kind; every part of it asks for its own right."""
    wanted = request.args.get("q", "").strip()
    return render_template("search/index.html", q=wanted, groups=find(wanted, PAGE))


class Wanted(In):
    """What is looked for; at most `limit` things of each kind are answered."""

    q: Annotated[str, Field(max_length=MAX_SEARCH)] = ""
    limit: Annotated[int, Field(ge=1, le=MOST)] = BOX


class HitOut(Out):
    """One thing found; `id` is a record's, `url` its page, `press` a button that does it."""

    id: int | None
    title: str
    sub: str
    url: str
    icon: str
    press: str


class GroupOut(Out):
    """Things of one kind: `pages`, `acts` (pages that make something), or the key of a list."""

    key: str
    title: str
    hits: list[HitOut]
    more: bool
    all_url: str | None


@api.on("GET", "", summary=_l("Search everything"))
@signed_in
def search(query: Wanted) -> list[GroupOut]:
    """Answer what lies in the caller's range; a token finds what its scopes let it read."""
    return find(query.q, query.limit)  # type: ignore[return-value]
