"""Fields that choose: every submitted value is checked against what the reader may choose from."""

from collections.abc import Callable
from typing import Any

import wtforms
from flask import render_template
from markupsafe import Markup
from wtforms import validators, widgets
from wtforms.utils import unset_value

from core.i18n import gettext as _
from core.i18n import localized
from core.i18n.sorting import initials
from core.web.fields import Choices, House, Input, TextField, check_length, check_writing

NONE = ""
FEW_CHOICES = 30


def listed(choices: Choices) -> list[tuple[str, str]]:
    """Return the choices as (text value, words), asking a callable."""
    found = choices() if callable(choices) else choices
    return [(as_text(value), str(words)) for value, words in found]


def as_text(value: Any) -> str:
    """Return a value as it is sent by a form; an enum by its value."""
    return str(getattr(value, "value", value))


class Drawn:
    """Draws a field by one of our templates; what a page gives besides are further attributes."""

    def __init__(self, name: str) -> None:
        self.template = f"web/inputs/{name}.html"

    def __call__(self, field: Any, **given: Any) -> Markup:
        """Return the field as safe HTML."""
        attributes = widgets.html_params(**{"id": field.id, **given, "name": field.name})
        page = render_template(
            self.template,
            field=field,
            attributes=Markup(attributes),  # noqa: S704 - escaped by WTForms
            look=given.get("class_", "form-control"),
            searched=len(field.offered()) > FEW_CHOICES if hasattr(field, "offered") else False,
            initials=initials,
        )
        return Markup(page)  # noqa: S704 - an escaped template


class SelectField(House):
    """One of a few values; without a value it gives None.

    `empty` are the words of the choice for nothing; with False there is none, as where a default
    stands among the choices already.
    """

    widget: Any = Drawn("select")
    kind = "select"

    def __init__(
        self,
        label: Any = None,
        *,
        choices: Choices,
        coerce: Callable[[str], Any] = str,
        empty: Any = None,
        **options: Any,
    ) -> None:
        super().__init__(label, **options)
        self._coerce = coerce
        self._empty = empty
        self._choices = choices
        self._listed: list[tuple[str, str]] | None = None

    def offered(self) -> list[tuple[str, str]]:
        """Return (value, words) of every choice, asked once a request."""
        if self._listed is None:
            nothing = [] if self._empty is False else [(NONE, str(self._empty or _("– choose –")))]
            self._listed = [*nothing, *listed(self._choices)]
        return self._listed

    def leave_out(self, value: str) -> None:
        """Do not offer a value that would change nothing."""
        self._listed = [one for one in self.offered() if one[0] != value]

    def present(self) -> set[str]:
        """Return what is selected, as text."""
        if self.raw_data:
            return {str(self.raw_data[0])}
        return {NONE if self.data is None else as_text(self.data)}

    def inputs(self) -> list[Input]:
        """Return the select with the words of its choices."""
        return [Input(self.name, str(self.label.text), tuple(self.as_sent()), dict(self.offered()))]

    def as_sent(self) -> list[str]:
        """Return the value as text."""
        return [] if self.data is None else [as_text(self.data)]

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the value; raise ValueError when it was not offered."""
        text = str(valuelist[0]) if valuelist else NONE
        self.data = None
        if text == NONE:
            return
        if all(text != value for value, _words in self.offered()):
            raise ValueError(_("This cannot be chosen here."))
        self.data = self._coerce(text)


class PickerField(SelectField):
    """A person or a unit out of the reader's range; gives an id."""

    kind = "picker"

    def __init__(self, label: Any = None, *, choices: Choices, **options: Any) -> None:
        super().__init__(label, choices=choices, **{"coerce": int, **options})


class MultiField(SelectField):
    """Several of a few values, as ticks; gives a list."""

    widget: Any = Drawn("ticks")
    kind = "ticks"

    def offered(self) -> list[tuple[str, str]]:
        """Return (value, words) of every choice."""
        return super().offered()[1:]

    def present(self) -> set[str]:
        """Return what is ticked, as text."""
        if self.raw_data:
            return {str(value) for value in self.raw_data}
        return {as_text(value) for value in self.data or ()}

    def as_sent(self) -> list[str]:
        """Return the values as texts."""
        return [as_text(value) for value in self.data or ()]

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the values; raise ValueError when one was not offered."""
        known = {value for value, _words in self.offered()}
        self.data = []
        if any(str(value) not in known for value in valuelist):
            raise ValueError(_("This cannot be chosen here."))
        self.data = [self._coerce(str(value)) for value in valuelist]


class CheckField(House, wtforms.BooleanField):
    """Yes or no."""

    kind = "check"

    def inputs(self) -> list[Input]:
        """Return the tick with yes in words."""
        return [Input(self.name, str(self.label.text), tuple(self.as_sent()), {"y": _("yes")})]

    def as_sent(self) -> list[str]:
        """Return what a ticked box sends."""
        return ["y"] if self.data else []


class PasswordField(TextField):
    """A secret; never sent back to the page, and taken exactly as typed."""

    widget = widgets.PasswordInput(hide_value=True)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Keep every character."""
        self.data = str(valuelist[0]) if valuelist else ""

    def pre_validate(self, form: Any) -> None:
        """Take every character: nobody reads a secret."""


class NameField(House):
    """A name in both languages; gives {"zh": …, "en": …}, Chinese required when the field is."""

    widget = Drawn("pair")
    kind = "pair"

    def __init__(
        self, label: Any = None, *, limit: int = 200, span: int = 2, rows: int = 1, **options: Any
    ) -> None:
        super().__init__(label, span=span, **options)
        self.limit, self.rows = limit, rows  # several rows still make one line, which is long
        self._typed: dict[str, str] | None = None

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        """Read both inputs from the form, else the stored name."""
        super().process(None, data, extra_filters)
        if formdata is not None and any(f"{self.name}-{c}" in formdata for c in ("zh", "en")):
            typed = {c: str(formdata.get(f"{self.name}-{c}", "")).strip() for c in ("zh", "en")}
            if self.rows > 1:
                typed = {c: " ".join(text.split()) for c, text in typed.items()}
            self._typed = typed
            self.raw_data = [typed["zh"] or typed["en"]]
            self.data = {c: text for c, text in typed.items() if text} or None
        elif formdata is not None:
            self.raw_data = []

    def shown(self) -> dict[str, str]:
        """Return what stands in the inputs."""
        return self._typed if self._typed is not None else dict(self.data or {})

    def inputs(self) -> list[Input]:
        """Return one input a language."""
        held, label = self.data or {}, str(self.label.text)
        return [
            Input(
                f"{self.name}-{code}",
                f"{label} · {words}",
                tuple(t for t in (held.get(code),) if t),
            )
            for code, words in (("zh", _("Chinese")), ("en", _("English")))
        ]

    def pre_validate(self, form: Any) -> None:
        """Check lengths, and that the Chinese name is there when there is any."""
        del form
        for text in (self.data or {}).values():
            check_length(text, self.limit)
            check_writing(text)
        if self.data and "zh" not in self.data:
            raise validators.ValidationError(_("Please fill in the Chinese as well."))

    def __str__(self) -> str:
        return localized(self.data)
