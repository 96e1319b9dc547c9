"""WTForms' own messages in the reader's language."""

from functools import cache

from babel.support import NullTranslations, Translations
from wtforms.i18n import messages_path

from core.i18n import current_locale


@cache
def _messages(locale: str) -> NullTranslations:
    return Translations.load(messages_path(), [locale], domain="wtforms")


class BabelWords:
    """What WTForms asks for its translations."""

    def gettext(self, text: str) -> str:
        """Translate one message."""
        return str(_messages(current_locale()).ugettext(text))

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        """Translate by number."""
        return str(_messages(current_locale()).ungettext(singular, plural, number))
