"""Line icons: one symbol of icons.svg as safe HTML."""

from functools import cache

from markupsafe import Markup, escape

from core.web.static_files import asset


@cache
def icon(name: str, extra: str = "") -> Markup:
    """Return the icon `name`; `extra` is a further class such as "i-s"."""
    classes = f"i {extra}".strip()
    return Markup(  # noqa: S704 - every part is escaped
        f'<svg class="{escape(classes)}" aria-hidden="true">'
        f'<use href="{escape(asset("icons.svg"))}#{escape(name)}"/></svg>'
    )
