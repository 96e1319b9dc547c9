"""The shell of every signed-in page: what stands in the sidebar, and what the reader has chosen."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from flask import Flask, current_app, g, request, url_for
from flask_login import current_user

from core.access.context import AccessContext, Grants
from core.actor import current_actor
from core.addons.registry import registry
from core.clock import site_zone
from core.contributions import MenuItem, Verb
from core.i18n import LOCALES, current_locale, force_locale, localized
from core.i18n import lazy_gettext as _l
from core.unit_of_work import current_unit

SECTIONS = (
    ("personal", None),
    ("business", _l("Business")),
    ("management", _l("Management")),
    ("system", _l("System")),
)
OWN_PAGES = {
    "accounts.profile": _l("My account"),
    "accounts.password": _l("Change password"),
    "accounts.own_sessions": _l("Where I am signed in"),
    "accounts.own_tokens": _l("My API tokens"),
}
OWN_PATH = "/account"  # what lies there belongs to no entry of the menu
SIGN_OUT = "accounts.sign_out"
THEMES = ("auto", "light", "dark")
DENSITIES = ("normal", "compact")
KEPT_MENUS = 500


@dataclass(frozen=True, slots=True)
class Entry:
    """One link of the sidebar with its sub-pages."""

    title: str
    endpoint: str
    url: str
    icon: str
    children: tuple["Entry", ...] = ()
    current: bool = False
    open: bool = False
    searches: Any = None
    press: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A titled group of entries."""

    title: str | None
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Menu:
    """Where the reader may go in one language: the sidebar, and what stands under the plus."""

    sections: tuple[Section, ...]
    creates: tuple[Entry, ...]
    own: tuple[Entry, ...] = ()

    def entries(self) -> Iterator[tuple[Entry, str]]:
        """Yield every entry of the sidebar with the title of the one that it lies under."""
        for section in self.sections:
            for entry in section.entries:
                yield entry, ""
                for child in entry.children:
                    yield child, entry.title


@dataclass(frozen=True, slots=True)
class Shell:
    """What the base template needs."""

    sections: tuple[Section, ...]
    creates: tuple[Entry, ...]
    own: tuple[Entry, ...]
    label: str
    theme: str
    density: str
    money_unit: str
    locale: str
    unread: int = 0
    place: str = ""

    @property
    def quick(self) -> list[Entry]:
        """The first entries, for the bar at the bottom of a phone."""
        return [entry for section in self.sections for entry in section.entries][:4]

    @property
    def other_locale(self) -> tuple[str, str]:
        """The language to switch to: (code, its own name)."""
        return next((code, name) for code, name in LOCALES.items() if code != self.locale)


_menus: dict[tuple[Any, ...], tuple[Grants, Menu]] = {}


def shell() -> Shell:
    """Return the shell for this request; templates call it once."""
    found: Shell | None = g.get("shell")
    if found is None:
        locale = current_locale()
        menu = menu_in(locale)
        found = g.shell = Shell(
            sections=_marked(menu),
            creates=menu.creates,
            own=menu.own,
            label=current_actor().label,
            theme=chosen("theme", THEMES),
            density=chosen("density", DENSITIES),
            money_unit=current_actor().money_unit,
            locale=locale,
            place=" · ".join(localized(name) for name in getattr(current_user, "place", ())),
            unread=getattr(current_user, "unread", 0),
        )
    return found


def chosen(name: str, allowed: tuple[str, ...]) -> str:
    """Return the reader's choice: the user's setting, else the cookie, else the first allowed."""
    stored = getattr(current_user, name, None) if current_actor().is_signed_in else None
    value = stored or request.cookies.get(name)
    return value if value in allowed else allowed[0]


def theme_attributes() -> dict[str, str]:
    """Return the attributes of the html element that carry theme and density."""
    theme = chosen("theme", THEMES)
    return {
        "theme": theme,
        "shown": "dark" if theme == "dark" else "light",
        "density": chosen("density", DENSITIES),
    }


def allowed_menus(access: AccessContext) -> list[MenuItem]:
    """Return the entries that are on and whose verb the user holds somewhere."""
    return [item for item in registry().menus() if _is_shown(item, access)]


def _is_shown(item: MenuItem, access: AccessContext) -> bool:
    """Tell whether an entry is there for this reader; one that raises costs itself, not the page.

    Its words and its address are tried as well, since they come from the add-on too.
    """
    if item.endpoint not in current_app.view_functions:
        return False
    if item.needs is not None and not access.may(*item.needs):
        return False
    try:
        return (item.when is None or item.when(access)) and bool(_entry(item).title)
    except Exception:
        current_app.logger.exception("the menu entry %s failed", item.endpoint)
        return False


def menu_in(locale: str) -> Menu:
    """Return the reader's menu in a language; its entries are the same ones in every language."""
    access = current_unit().access
    # the grants are one object as long as nothing changed, windows included: an exact key
    key = (id(access.grants), id(registry()), registry().enabled_set(), locale, request.script_root)
    held = _menus.get(key)
    if held is not None and held[0] is access.grants:
        return held[1]
    with force_locale(locale):
        found = _build(allowed_menus(access))
    if len(_menus) >= KEPT_MENUS:
        _menus.clear()
    _menus[key] = (access.grants, found)
    return found


def _build(items: list[MenuItem]) -> Menu:
    items = sorted(items, key=lambda item: item.order)
    shown = {item.endpoint for item in items}
    built = []
    for key, title in SECTIONS:
        tops = [i for i in items if i.section == key and (not i.parent or i.parent not in shown)]
        entries = tuple(
            _entry(top, tuple(_entry(i) for i in items if i.parent == top.endpoint)) for top in tops
        )
        if entries:
            built.append(Section(str(title) if title else None, entries))
    creates = tuple(_entry(i) for i in items if i.section == "create")
    own = (_entry(i) for i in items if i.section == "account")
    return Menu(tuple(built), creates, (*own_pages(), *own))


def _entry(item: MenuItem, children: tuple[Entry, ...] = ()) -> Entry:
    return Entry(
        title=str(item.title),
        endpoint=item.endpoint,
        url=url_for(item.endpoint),
        icon=item.icon,
        children=children,
        searches=item.searches,
    )


def _marked(menu: Menu) -> tuple[Section, ...]:
    """Return the sections with the entry of this page marked and its branch opened."""
    here = _current(menu)
    return tuple(
        Section(part.title, tuple(_mark(entry, here) for entry in part.entries))
        for part in menu.sections
    )


def _mark(entry: Entry, here: str | None) -> Entry:
    children = tuple(_mark(child, here) for child in entry.children)
    current = entry.endpoint == here
    opened = current or any(child.current for child in children)
    if not opened:
        return entry
    return replace(entry, children=children, current=current, open=True)


def _current(menu: Menu) -> str | None:
    """Name the entry of this page: itself, else what its address lies below, else a neighbour."""
    endpoints = [entry.endpoint for entry, _above in menu.entries()]
    if request.endpoint in endpoints:
        return request.endpoint
    blueprint = request.blueprint
    if blueprint is None or request.path.startswith(OWN_PATH):
        return None
    near = [name for name in endpoints if name.partition(".")[0] == blueprint]
    above = [name for name in near if request.path.startswith(f"{_path(name)}/")]
    return max(above, key=lambda name: len(_path(name)), default=next(iter(near), None))


def _path(endpoint: str) -> str:
    return url_for(endpoint).removeprefix(request.script_root).rstrip("/")


def list_address(resource: str) -> str | None:
    """Return the page of the menu that lists the records of a kind, if the reader has it."""
    needs = (resource, Verb.QUERY)
    shown = allowed_menus(current_unit().access)
    return next((url_for(item.endpoint) for item in shown if item.needs == needs), None)


def own_pages() -> tuple[Entry, ...]:
    """Return the pages behind the reader's name; the search finds them too."""
    return tuple(
        Entry(str(words), endpoint, url_for(endpoint), "user")
        for endpoint, words in OWN_PAGES.items()
        if endpoint in current_app.view_functions
    )


def configure_navigation(app: Flask) -> None:
    """Give templates what the shell is made of."""
    app.jinja_env.globals.update(
        shell=shell,
        theme_attributes=theme_attributes,
        site_zone=site_zone,
        sign_out_endpoint=SIGN_OUT,
    )
