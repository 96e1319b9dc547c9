"""A form made from declarations of settings."""

from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from wtforms import ValidationError

from core.contributions import SettingDef
from core.errors import Refused
from core.i18n import gettext as _
from core.settings.services import LONGEST_TEXT, check, get
from core.web.fields import FULL_WIDTH, ReadField
from core.web.forms import CheckField, Form, NumberField, SelectField, TextField


class DecimalField(ReadField):
    """A number with any decimals."""

    kind = "number"

    def read(self, text: str) -> Decimal | None:
        """Return the number; raise ValueError in plain words."""
        plain = text.translate(FULL_WIDTH).strip()
        try:
            return Decimal(plain) if plain else None
        except InvalidOperation:
            raise ValueError(_("Enter a number.")) from None


def settings_form(definitions: Sequence[SettingDef]) -> Form:
    """Return a form with one field per setting, filled with the present values."""
    fields = {field_name(one): _field(one) for one in definitions}
    made: type[Form] = type("SettingsForm", (Form,), fields)
    return made(**{field_name(one): get(one.key) for one in definitions})


def field_name(definition: SettingDef) -> str:
    """Return the name of a setting's field; WTForms allows no dot."""
    return definition.key.replace(".", "__")


def _field(definition: SettingDef) -> Any:
    house: dict[str, Any] = {
        "hint": str(definition.help or ""),
        "span": 2,
        "rules": (_fits(definition),),
    }
    title = str(definition.title)
    match definition.type:
        case "bool":
            return CheckField(title, **house)
        case "int":
            return NumberField(title, required=True, **house)
        case "decimal":
            return DecimalField(title, required=True, **house)
        case "choice":
            return SelectField(title, choices=definition.choices, empty=False, **house)
        case "text":
            return TextField(title, limit=int(definition.maximum or LONGEST_TEXT), **house)


def _fits(definition: SettingDef) -> Callable[[Any, Any], None]:
    """Return the rule that a field holds what its setting accepts."""

    def rule(_form: Any, field: Any) -> None:
        try:
            check(definition, field.data)
        except Refused as refused:
            raise ValidationError(refused.fields[definition.key][0]) from refused

    return rule
