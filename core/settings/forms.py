"""A form made from declarations of settings."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, DecimalField, Field, IntegerField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired

from core.contributions import SettingDef


def settings_form(definitions: Sequence[SettingDef], values: dict[str, Any]) -> FlaskForm:
    """Return a form with one field per setting, filled with the present values."""

    class SettingsForm(FlaskForm):
        """The settings of one add-on."""

    for definition in definitions:
        setattr(SettingsForm, field_name(definition), _field(definition, values[definition.key]))
    return SettingsForm()


def field_name(definition: SettingDef) -> str:
    """Return the name of a setting's field; WTForms allows no dot."""
    return definition.key.replace(".", "__")


def _field(definition: SettingDef, value: Any) -> Field:
    title, words = str(definition.title), str(definition.help or "")
    match definition.type:
        case "bool":
            return BooleanField(title, default=value, description=words)
        case "int":
            return IntegerField(title, [InputRequired()], default=value, description=words)
        case "decimal":
            return DecimalField(
                title, [InputRequired()], places=None, default=Decimal(value), description=words
            )
        case "choice":
            choices = [SelectChoice(key, str(name)) for key, name in definition.choices]
            return SelectField(title, choices=choices, default=value, description=words)
        case "text":
            return StringField(title, default=value, description=words)
