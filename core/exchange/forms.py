"""Forms of the import wizard."""

from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from core.contributions import Exchange
from core.exchange.csv_file import ENCODINGS
from core.exchange.models import ImportRun
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l

PREFIX = "column_"


class UploadForm(FlaskForm):
    """One file."""

    file = FileField(_l("File"), validators=[FileRequired(_l("Choose a file."))])


class EmptyForm(FlaskForm):
    """A button; only its CSRF token counts."""


class EncodingForm(FlaskForm):
    """In which encoding a text file is to be read."""

    encoding = SelectField(
        _l("Encoding of the file"), choices=[SelectChoice(*one) for one in ENCODINGS.items()]
    )


def mapping_form(exchange: Exchange, run: ImportRun) -> FlaskForm:
    """Return a form with one choice of heading per column of the import."""
    choices = [
        SelectChoice("", _("– not in the file –")),
        *[SelectChoice(heading, heading) for heading in run.headings],
    ]

    class MappingForm(FlaskForm):
        """Which heading feeds which column."""

    for column in exchange.columns:
        field = SelectField(
            str(column.title),
            choices=choices,
            default=run.mapping.get(column.name, ""),
            description=str(column.help or ""),
            render_kw={"aria-required": "true"} if column.required else {},
        )
        setattr(MappingForm, PREFIX + column.name, field)
    return MappingForm()


def chosen_mapping(form: FlaskForm) -> dict[str, str]:
    """Return {column: heading} as the user chose."""
    data: dict[str, Any] = form.data
    return {
        name.removeprefix(PREFIX): heading
        for name, heading in data.items()
        if name.startswith(PREFIX) and heading
    }
