"""What the search box finds: pages and acts by their names, records by the lists that hold them.

A list is asked as its own page would ask it, so the box knows nothing that the page does not show:
the same wall, the same searched fields, the same second line.
"""

from dataclasses import dataclass, field, replace
from typing import Any

from flask import current_app, url_for
from sqlalchemy import Select, case, null, or_

from core.access.context import AccessContext
from core.contributions import Verb
from core.errors import DomainError
from core.i18n import LOCALES, current_locale, localized
from core.i18n import gettext as _
from core.i18n.sorting import initials
from core.search.own_acts import own_acts
from core.unit_of_work import current_unit
from core.web.cells import text_of
from core.web.list_args import MAX_SEARCH, ListArgs
from core.web.list_columns import python_type, value_of
from core.web.list_query import narrow, ordered, sort_of
from core.web.list_spec import ListSpec
from core.web.navigation import Entry, Menu, menu_in

BOX, PAGE = 6, 10  # how many of a kind


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found, and where it is."""

    title: str
    sub: str
    url: str
    icon: str
    id: int | None = None
    press: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Things of one kind; `more` says that there are further ones, `all_url` where."""

    key: str
    title: str
    hits: list[Hit] = field(default_factory=list)
    more: bool = False
    all_url: str | None = None


def find(text: str, limit: int = BOX) -> list[Group]:
    """Return what the reader may see of it, at most `limit` of each kind; empty kinds are left out.

    One statement for each searched list, whatever it finds. Raise DomainError for a text that no
    list would search for.
    """
    wanted = text.strip()
    if len(wanted) > MAX_SEARCH:
        raise DomainError(_("Search for at most %(number)s characters.", number=MAX_SEARCH))
    if not wanted:
        return []
    menus = {locale: menu_in(locale) for locale in LOCALES}
    here = menus[current_locale()]
    # the reader's language first: its words are shown, the others' only compared
    locales = sorted(menus, key=lambda locale: locale != current_locale())
    pages = _named(wanted, [_pages(menus[locale], locale) for locale in locales])
    acts = _named(wanted, [_acts(menus[locale]) for locale in locales])
    access = current_unit().access
    return [
        group
        for group in (
            Group("pages", _("Go to"), pages[:limit], len(pages) > limit),
            Group("acts", _("New"), acts[:limit], len(acts) > limit),
            *(
                _asked(entry, wanted, limit, access)
                for entry, _above in here.entries()
                if entry.searches is not None and access.may(entry.searches.resource, Verb.QUERY)
            ),
        )
        if group.hits
    ]


# -- pages and acts -----------------------------------------------------------------------------


def _pages(menu: Menu, locale: str) -> list[tuple[Entry, str]]:
    own = (*menu.own, *own_acts(locale))
    return [*menu.entries(), *((entry, _("My account")) for entry in own)]


def _acts(menu: Menu) -> list[tuple[Entry, str]]:
    return [(entry, "") for entry in menu.creates]


def _named(wanted: str, languages: list[list[tuple[Entry, str]]]) -> list[Hit]:
    """Return the entries whose title holds every word, in any language or by pinyin initials."""
    words = wanted.casefold().split()
    found = []
    for same in zip(*languages, strict=True):
        titles = [entry.title for entry, _above in same]
        known = " ".join([*titles, *map(initials, titles)]).casefold()
        if all(word in known for word in words):
            entry, above = same[0]
            found.append(Hit(entry.title, above, entry.url, entry.icon, press=entry.press))
    return found


# -- records ------------------------------------------------------------------------------------


def _asked(entry: Entry, wanted: str, limit: int, access: AccessContext) -> Group:
    """Return what one list finds, nothing when it fails: the others must go on being found."""
    try:
        with current_unit().session.begin_nested():  # a broken statement must not doom the page
            return _records(entry, wanted, limit, access)
    except Exception:
        current_app.logger.exception("the list %s could not be searched", entry.searches.key)
        return Group(entry.searches.key, entry.title)


def _records(entry: Entry, wanted: str, limit: int, access: AccessContext) -> Group:
    spec: ListSpec = entry.searches
    group = Group(spec.key, str(spec.title), all_url=url_for(spec.endpoint, q=wanted))
    column, endpoint = spec.columns[0], spec.record_endpoint
    if endpoint is None or not spec.may_see(access, column.field):
        return group
    rows = current_unit().session.execute(_statement(spec, wanted, access).limit(limit + 1)).all()
    words = text_of(column)
    group.hits.extend(
        Hit(
            title=words(row.title),
            sub=localized(row.sub) if row.sub else "",
            url=url_for(endpoint, record_id=row.id),
            icon=entry.icon,
            id=row.id,
        )
        for row in rows[:limit]
    )
    return replace(group, more=len(rows) > limit)


def _statement(spec: ListSpec, wanted: str, access: AccessContext) -> Select[Any]:
    """Select id, title and second line; what begins with the text comes first, then as listed."""
    args, column = ListArgs(q=wanted), spec.columns[0]
    title = value_of(column.expr)
    sub = null() if column.sub is None else value_of(column.sub)
    picked = [spec.id.label("id"), title.label("title"), sub.label("sub")]
    texts = [value_of(part) for part in spec.search]
    if python_type(title) is str:
        texts.append(title)
    begins = or_(*(part.istartswith(wanted, autoescape=True) for part in texts))
    found = narrow(spec, args, access, picked).order_by(case((begins, 0), else_=1))
    return ordered(spec, found, sort_of(spec, args, access))
