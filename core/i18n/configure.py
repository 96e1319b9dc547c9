"""Gives an app its languages."""

import flask_babel
from flask import Flask

from core.config import ROOT
from core.i18n import catalogue, formats
from core.i18n.locale import current_locale, language_tag, set_default_locale
from core.i18n.money import money_unit, read_money

FORMATS = ("date", "day", "datetime", "number", "percent", "size")


def configure_i18n(app: Flask) -> None:
    """Merge the catalogues of core and add-ons; templates get `_`, `ngettext` and the formats.

    Flask-Babel stands below for WTForms' own messages. Packages from elsewhere (entry points)
    are added by the registry through `add_package(folder)`.
    """
    config = app.config["SUNMAO"]
    site = config.default_locale
    catalogue.keep_in(config.instance / "cache" / "catalogues")
    set_default_locale(site)
    app.config["BABEL_DEFAULT_LOCALE"] = site
    flask_babel.Babel(app, locale_selector=current_locale, configure_jinja=False)
    for folder in ("core", "addons"):
        for translations in sorted((ROOT / folder).glob("*/translations")):
            catalogue.add_package(translations.parent)
    app.jinja_env.globals.update(
        _=catalogue.gettext,
        gettext=catalogue.gettext,
        ngettext=catalogue.ngettext,
        current_locale=current_locale,
        language_tag=language_tag,
        money_unit=money_unit,
    )
    for name in FORMATS:
        app.jinja_env.filters[name] = getattr(formats, f"format_{name}")
    app.jinja_env.filters["money"] = read_money
    app.jinja_env.filters["localized"] = formats.localized
    app.jinja_env.filters["sentences"] = formats.join_sentences
    app.jinja_env.filters["listed"] = formats.join_words
