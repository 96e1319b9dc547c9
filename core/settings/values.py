"""What a declared setting accepts."""

from decimal import Decimal, InvalidOperation
from typing import Any

from core.contributions import SettingDef
from core.errors import Refused
from core.i18n import gettext as _
from core.i18n.writing import wrong_text

LONGEST_TEXT = 2000


def check(definition: SettingDef, value: Any) -> Any:
    """Return `value` as JSON stores it; raise Refused naming the setting when it does not fit."""
    match definition.type:
        case "bool":
            return _bool(definition, value)
        case "int":
            return _int(definition, value)
        case "decimal":
            return _decimal(definition, value)
        case "choice":
            return _choice(definition, value)
        case "text":
            return _text(definition, value)


def restore(definition: SettingDef, stored: Any) -> Any:
    """Return a stored value with the type that code expects."""
    return Decimal(stored) if definition.type == "decimal" else stored


def _bool(definition: SettingDef, value: Any) -> bool:
    if not isinstance(value, bool):
        raise _refused(definition, _("Choose yes or no."))
    return value


def _int(definition: SettingDef, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise _refused(definition, _("Enter a whole number."))
    _check_bounds(definition, value)
    return value


def _decimal(definition: SettingDef, value: Any) -> str:
    if isinstance(value, bool | float):
        raise _refused(definition, _("Enter a number."))
    try:
        number = Decimal(value)
    except (InvalidOperation, TypeError, ValueError):
        raise _refused(definition, _("Enter a number.")) from None
    if not number.is_finite():
        raise _refused(definition, _("Enter a number."))
    _check_bounds(definition, number)
    return str(number)


def _check_bounds(definition: SettingDef, number: int | Decimal) -> None:
    if definition.minimum is not None and number < definition.minimum:
        raise _refused(definition, _("At least %(number)s.", number=definition.minimum))
    if definition.maximum is not None and number > definition.maximum:
        raise _refused(definition, _("At most %(number)s.", number=definition.maximum))


def _choice(definition: SettingDef, value: Any) -> str:
    if value not in [key for key, _title in definition.choices]:
        raise _refused(definition, _("Choose one of the listed values."))
    return str(value)


def _text(definition: SettingDef, value: Any) -> str:
    if not isinstance(value, str) or "\x00" in value:
        raise _refused(definition, _("Enter text."))
    longest = definition.maximum or LONGEST_TEXT
    if len(value) > longest:
        raise _refused(definition, _("At most %(number)s characters.", number=longest))
    wrong = wrong_text(value, lines=True)
    if wrong is not None:
        raise _refused(definition, wrong)
    return value


def _refused(definition: SettingDef, words: str) -> Refused:
    return Refused(f"{definition.title}: {words}", fields={definition.key: [words]})
