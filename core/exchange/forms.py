"""Forms of the import wizard."""

from collections.abc import Sequence
from typing import Any

from core.contributions import Exchange, ImportColumn
from core.exchange.csv_file import ENCODINGS
from core.exchange.models import ImportRun
from core.i18n import lazy_gettext as _l
from core.web.forms import FileField, Form, SelectField

PREFIX = "column_"


class UploadForm(Form):
    """One file."""

    file = FileField(
        _l("File"),
        required=True,
        span=4,
        hint=_l(
            "CSV (UTF-8, GB18030, Big5 or UTF-16; comma, semicolon or tab) up to 1,000,000 rows, "
            "or XLSX up to 50,000 rows; the first row holds the headings."
        ),
        render_kw={"accept": ".csv,.tsv,.txt,.xlsx"},
    )


class EncodingForm(Form):
    """In which encoding a text file is to be read."""

    encoding = SelectField(
        _l("Encoding of the file"), choices=tuple(ENCODINGS.items()), empty=False, required=True
    )


class HeadingField(SelectField):
    """Which heading feeds a column; a required one is marked, but a choice may be unfinished."""

    def __init__(self, column: ImportColumn, headings: Sequence[str], **options: Any) -> None:
        super().__init__(
            str(column.title),
            choices=[(heading, heading) for heading in headings],
            empty=_l("– not in the file –"),
            hint=str(column.help or ""),
            **options,
        )
        self.required = column.required


def mapping_form(exchange: Exchange, run: ImportRun) -> Form:
    """Return a form with one choice of heading per column of the import."""
    fields = {PREFIX + one.name: HeadingField(one, run.headings) for one in exchange.columns}
    made: type[Form] = type("MappingForm", (Form,), fields)
    return made(**{PREFIX + name: heading for name, heading in run.mapping.items()})


def chosen_mapping(form: Form) -> dict[str, str]:
    """Return {column: heading} as the user chose."""
    chosen = form.values().items()
    return {name.removeprefix(PREFIX): heading for name, heading in chosen if heading}
