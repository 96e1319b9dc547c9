"""Fields that choose: every submitted value is checked against what the reader may choose from."""

from collections.abc import Callable
from typing import Any

import wtforms
from markupsafe import Markup, escape
from wtforms import validators, widgets
from wtforms.utils import unset_value

from core.i18n import gettext as _
from core.i18n import localized
from core.i18n.sorting import initials
from core.web.fields import (
    Choices,
    House,
    Input,
    TextField,
    check_length,
    check_writing,
)

NONE = ""
FEW_CHOICES = 30


def listed(choices: Choices) -> list[tuple[str, str]]:
    """Return the choices as (text value, words), asking a callable."""
    found = choices() if callable(choices) else choices
    return [(as_text(value), str(words)) for value, words in found]


def as_text(value: Any) -> str:
    """Return a value as it is sent by a form; an enum by its value."""
    return str(getattr(value, "value", value))


class _SelectWidget:
    """A select; with many choices `data-picker` lets the script search in them, by initials too."""

    def __call__(self, field: Any, **options: Any) -> Markup:
        present = field.present()
        searched = len(field.offered()) > FEW_CHOICES
        lines = "".join(
            f'<option value="{escape(value)}"{" selected" if value in present else ""}'
            f"{_found_by(words) if searched else ''}>{escape(words)}</option>"
            for value, words in field.offered()
        )
        extra = {**options, "id": options.get("id", field.id), "name": field.name}
        if searched:
            extra["data-picker"] = _("Type to search")
            extra["data-none"] = _("Nothing found")
        attributes = widgets.html_params(**extra)
        return Markup(f"<select {attributes}>{lines}</select>")  # noqa: S704 - every part is escaped


def _found_by(words: str) -> str:
    letters = initials(words)
    return f' data-initials="{letters}"' if letters else ""


class SelectField(House):
    """One of a few values; without a value it gives None.

    `empty` are the words of the choice for nothing; with False there is none, as where a default
    stands among the choices already.
    """

    widget: Any = _SelectWidget()
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


class _TicksWidget:
    """One tick box a choice."""

    def __call__(self, field: Any, **options: Any) -> Markup:
        del options
        present = field.present()
        lines = "".join(
            '<label class="row-flex"><input class="form-check-input" type="checkbox" '
            f'name="{escape(field.name)}" value="{escape(value)}"'
            f"{' checked' if value in present else ''}>{escape(words)}</label>"
            for value, words in field.offered()
        )
        group = f'<div class="ticks" id="{escape(field.id)}" role="group">{lines}</div>'
        return Markup(group)  # noqa: S704 - every part is escaped


class MultiField(SelectField):
    """Several of a few values, as ticks; gives a list."""

    widget: Any = _TicksWidget()
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


class _PairWidget:
    """Two inputs side by side, Chinese and English."""

    def __call__(self, field: Any, **options: Any) -> Markup:
        value = field.shown()
        parts = []
        for code, words in (("zh", _("Chinese")), ("en", _("English"))):
            name = f"{field.name}-{code}"
            at = field.id if code == "zh" else f"{field.id}-en"
            parts.append(
                f'<label class="row-flex pair-l" for="{escape(at)}">{escape(words)}</label>'
                f'<input class="{escape(options.get("class_", "form-control"))}" id="{escape(at)}" '
                f'name="{escape(name)}" value="{escape(value.get(code, ""))}" '
                f'lang="{code}" '
                f'aria-label="{escape(field.label.text)} · {escape(words)}" '
                f'maxlength="{field.limit}">'
            )
        pair = "".join(f"<div>{part}</div>" for part in parts)
        return Markup(f'<div class="pair">{pair}</div>')  # noqa: S704 - every part is escaped


class NameField(House):
    """A name in both languages; gives {"zh": …, "en": …}, Chinese required when the field is."""

    widget = _PairWidget()
    kind = "pair"

    def __init__(
        self, label: Any = None, *, limit: int = 200, span: int = 2, **options: Any
    ) -> None:
        super().__init__(label, span=span, **options)
        self.limit = limit
        self._typed: dict[str, str] | None = None

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        """Read both inputs from the form, else the stored name."""
        super().process(None, data, extra_filters)
        if formdata is not None and any(f"{self.name}-{c}" in formdata for c in ("zh", "en")):
            typed = {c: str(formdata.get(f"{self.name}-{c}", "")).strip() for c in ("zh", "en")}
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
            raise validators.ValidationError(_("Please give the Chinese name as well."))

    def __str__(self) -> str:
        return localized(self.data)
