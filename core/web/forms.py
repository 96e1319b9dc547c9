"""Forms for add-ons: declared once, errors told once, nothing typed is lost."""

import json
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any, Self

import wtforms
from babel.support import NullTranslations, Translations
from flask import render_template, request
from werkzeug.datastructures import MultiDict
from wtforms.fields.core import UnboundField
from wtforms.i18n import messages_path
from wtforms.meta import DefaultMeta

from core.errors import Conflict, NotAllowed, Refused
from core.i18n import current_locale
from core.i18n import gettext as _
from core.web.choice_fields import (
    CheckField,
    MultiField,
    NameField,
    PasswordField,
    PickerField,
    SelectField,
)
from core.web.conflicts import (
    OPEN,
    PICK,
    STARTED,
    VERSION,
    WAS,
    merge,
    newest_save,
    read_started,
    resolved,
    typed_before,
    undecided,
)
from core.web.fields import (
    DateField,
    FileField,
    Input,
    MoneyField,
    NumberField,
    TextArea,
    TextField,
    parse_date,
    parse_money,
)

__all__ = [
    "CheckField",
    "DateField",
    "FileField",
    "Form",
    "MoneyField",
    "MultiField",
    "NameField",
    "NumberField",
    "PasswordField",
    "PickerField",
    "Section",
    "SelectField",
    "TextArea",
    "TextField",
    "parse_date",
    "parse_money",
]

UNPROCESSABLE = 422
CONFLICT = 409
VERSION_DIGITS = 10
ONLY = "only"  # the parameter that narrows a form on a record to one of its fields
NOTHING: Any = object()  # in place of a form: do not look at the request


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


class Section:
    """A titled group of fields."""

    def __init__(self, title: Any, *names: str) -> None:
        self.title = title
        self.names = names


class Form(wtforms.Form):
    """Base of every form; CSRF is checked for the whole site, not here.

    A form on a stored record shows one field alone where the address names it (`only=grade`): what
    is stored stands in for the others, so that its page need not know. Lists edit cells this way.
    """

    class Meta(DefaultMeta):
        """Words come from our catalogues."""

        def get_translations(self, form: Any) -> BabelWords:
            """Return WTForms' own messages in the reader's language."""
            del form
            return BabelWords()

    sections: Sequence[Section] = ()

    def __init__(self, formdata: Any = None, *, record: Any = None, **values: Any) -> None:
        sent = formdata
        named = request.args.get(ONLY, "") if record is not None and formdata is None else ""
        self.only = named if isinstance(getattr(type(self), named, None), UnboundField) else ""
        if sent is None and request.method == "POST":
            sent = resolved(request.form)
            if self.only:
                sent = self._completed(record, sent)
        self.general_errors: list[str] = []
        self.result: Any = None
        self.record = record
        self.sent = None if sent is NOTHING else sent
        self.conflict: Conflict | None = None
        self.status = UNPROCESSABLE
        if self.sent is not None and record is not None and undecided(self.sent):
            self.conflict = Conflict(_("Choose one of the two where both of you changed a field."))
        super().__init__(self.sent, obj=record, **values)

    def _completed(self, record: Any, sent: MultiDict[str, str]) -> MultiDict[str, str]:
        """Return what was sent of the one field, with the stored values of all others."""
        stored: list[Any] = list(type(self)(NOTHING, record=record))
        found = MultiDict(sent)
        for field in stored:
            if field.name != self.only:
                for one in field.inputs():
                    found.setlist(one.name, list(one.values))
        return found

    @classmethod
    def for_record(cls, record: Any, **values: Any) -> Self:
        """Return the form on a stored record: its values first, then what was sent."""
        return cls(record=record, **values)

    # -- what was sent ----------------------------------------------------------------------

    @property
    def row_version(self) -> int:
        """The version of the record that the reader saw; 0 when the form did not say."""
        text = request.form.get(VERSION, "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < VERSION_DIGITS else 0

    @property
    def shown_version(self) -> int:
        """The version to send with the form: the one that the reader began with."""
        if self.sent is not None:
            return self.row_version
        return int(getattr(self.record, "row_version", 0) or 0)

    def values(self, *, skip: Sequence[str] = ()) -> dict[str, Any]:
        """Return each field's value by name."""
        return {name: field.data for name, field in self._fields.items() if name not in skip}

    def changes(self) -> dict[str, Any]:
        """Return the values with the version that they change, as verbs of services take them."""
        return {**self.values(), "row_version": self.row_version}

    def accepts(self, act: Callable[[], Any]) -> bool:
        """Tell whether this was a POST, valid, and `act` ran; a Refused lands on the fields.

        So does a NotAllowed that another choice in this form would mend; any other has its page.
        """
        if request.method != "POST" or self.conflict is not None or not self.validate():
            return False
        try:
            self.result = act()
        except Refused as refused:
            self.refuse(refused)
            return False
        except NotAllowed as barred:
            if not barred.fields.keys() & self._fields.keys():
                raise
            self.refuse(barred)
            return False
        except Conflict as conflict:
            if self.record is None:
                raise
            self.conflict = conflict
            return False
        return True

    def refuse(self, refused: Refused | NotAllowed) -> None:
        """Put the words of a refusal beside the fields that it names, the rest on top."""
        self.status = refused.status if isinstance(refused, Refused) else UNPROCESSABLE
        placed = False
        for name, messages in refused.fields.items():
            named = (one for one in self if name in {one.name, getattr(one, "second_name", "")})
            field: Any = next(named, None)
            if field is None:
                self.general_errors.extend(str(message) for message in messages)
            else:
                field.errors = [*field.errors, *(str(message) for message in messages)]
                field.second_refused = name != field.name  # it draws two inputs
            placed = True
        if not placed:
            self.general_errors.append(str(refused))

    # -- what is shown ----------------------------------------------------------------------

    @property
    def all_errors(self) -> list[tuple[str | None, str]]:
        """Every error with the id of its field, for the summary on top."""
        found: list[tuple[str | None, str]] = [(None, words) for words in self.general_errors]
        for field in self:
            place, label = getattr(field, "fault_at", (field.id, field.label.text))
            target = place if self.only in ("", field.name) else None
            found += [
                (target, _("%(field)s: %(error)s", field=label, error=e)) for e in field.errors
            ]
        return found

    def grouped(self) -> Iterator[tuple[Any, list[Any]]]:
        """Yield (title, fields) by section; fields that no section names come last."""
        if self.only:
            yield None, [self[self.only]]
            return
        named = {name for section in self.sections for name in section.names}
        for section in self.sections:
            yield section.title, [self[name] for name in section.names if name in self]
        rest = [field for name, field in self._fields.items() if name not in named]
        if rest:
            yield None, rest

    def inputs(self) -> list[Input]:
        """Return every input with its words, in order; a name in two languages has two."""
        fields: list[Any] = list(self)
        return [one for field in fields for one in field.inputs()]

    def started_from(self) -> str:
        """Return what the inputs held when the reader began, to tell a conflict's three sides."""
        sent = None if self.sent is None else self.sent.get(STARTED)
        return sent if sent is not None else json.dumps(self.stored_values())

    def stored_values(self) -> dict[str, list[str]]:
        """Return the record's values as this form would send them, by input name."""
        fresh = type(self)(NOTHING, record=self.record)
        return {one.name: list(one.values) for one in fresh.inputs()}

    def sent_values(self) -> dict[str, list[str]]:
        """Return what was sent, by input name."""
        sent = self.sent or MultiDict()
        return {one.name: sent.getlist(one.name) for one in self.inputs()}

    def render(
        self,
        template: str = "web/form.html",
        *,
        title: str = "",
        submit: str = "",
        cancel: str | None = None,
        **context: Any,
    ) -> str | tuple[str, int]:
        """Answer the page: 200 at first, 422 or as a refusal says, 409 when somebody was first."""
        if self.conflict is not None:
            return self._conflict_page(title=title, cancel=cancel)
        page = render_template(
            template, form=self, title=title, submit=submit, cancel=cancel, **context
        )
        return (page, self.status) if self.all_errors else page

    def _conflict_page(self, *, title: str, cancel: str | None) -> tuple[str, int]:
        theirs, sent = self.stored_values(), self.sent or MultiDict()
        missing, began = undecided(sent), sent.get(WAS if OPEN in sent else STARTED, "")
        yours = self.sent_values()
        if missing:
            yours = typed_before(sent, list(yours))
        rows = merge(read_started(began) or theirs, theirs, yours)
        page = render_template(
            "web/conflict.html",
            title=title,
            cancel=cancel,
            rows=rows,
            inputs={one.name: one for one in self.inputs()},
            row_version=getattr(self.record, "row_version", 0),
            started_from=json.dumps(theirs),
            began_from=began,
            missing=missing,
            picked={row.name: sent.get(f"{PICK}{row.name}") for row in rows},
            saved=newest_save(self.record) if hasattr(self.record, "id") else None,
            message=str(self.conflict),
        )
        return page, CONFLICT
