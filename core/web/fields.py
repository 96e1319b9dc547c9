"""Form fields of the house: forgiving in what they take, exact in what they give."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

import wtforms
from flask import request
from wtforms import validators, widgets

from core.database import Money
from core.i18n import gettext as _
from core.i18n import join_words
from core.i18n.writing import wrong_text

ChoicePair = tuple[Any, Any]
Choices = Sequence[ChoicePair] | Callable[[], Sequence[ChoicePair]]

FULL_WIDTH = str.maketrans("０１２３４５６７８９．，－：／￥", "0123456789.,-:/¥")
DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")


@dataclass(frozen=True, slots=True)
class Input:
    """One input of a form: its name and words, its present values and how they read."""

    name: str
    label: str
    values: tuple[str, ...]
    words: Mapping[str, str] = dataclass_field(default_factory=dict)

    def say(self, values: Sequence[str]) -> str:
        """Return values in words."""
        return join_words(self.words.get(value, value) for value in values)


def required_rule(_form: Any, field: Any) -> None:
    """Refuse an empty field, in words that say what to do."""
    data = field.data
    if data is None or data == [] or (isinstance(data, str) and not data.strip()):
        if field.errors:  # it was filled, but wrongly
            raise validators.StopValidation
        raise validators.StopValidation(
            _("Please choose.") if field.kind in {"select", "picker"} else _("Please fill in.")
        )


class House(wtforms.Field):
    """What every field of ours carries: width in the grid, hint, and whether it must be filled."""

    kind = "text"
    data: Any  # WTForms cannot know it; each field says what it gives

    def __init__(
        self,
        label: Any = None,
        *,
        required: bool = False,
        span: int = 1,
        hint: Any = "",
        rules: Sequence[Callable[[Any, Any], None]] = (),
        **options: Any,
    ) -> None:
        first = required_rule if required else validators.Optional()
        super().__init__(label, validators=[first, *rules], **options)
        self.span, self.hint, self.required = span, hint, required

    def inputs(self) -> list[Input]:
        """Return the field's inputs with the values that its data would send."""
        return [Input(self.name, str(self.label.text), tuple(self.as_sent()))]

    def as_sent(self) -> list[str]:
        """Return the data as this field sends it."""
        return [] if self.data is None else [str(self.data)]


class TextField(House, wtforms.StringField):
    """One line of text; surrounding space is removed, an empty line gives ""."""

    lines = False  # whether it may hold several

    def __init__(
        self,
        label: Any = None,
        *,
        limit: int = 200,
        rules: Sequence[Callable[[Any, Any], None]] = (),
        **options: Any,
    ) -> None:
        super().__init__(label, rules=(limit_rule(limit), *rules), **options)
        self.limit = limit

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Remove surrounding space; a field that was not sent is empty."""
        self.data = str(valuelist[0]).strip() if valuelist else ""

    def pre_validate(self, form: Any) -> None:
        """Refuse what no text may hold."""
        del form
        check_writing(self.data or "", lines=self.lines)


class TextArea(TextField):
    """Several lines of text."""

    widget = widgets.TextArea()
    lines = True

    def __init__(self, label: Any = None, *, limit: int = 4000, **options: Any) -> None:
        super().__init__(label, limit=limit, **{"span": 4, **options})


def limit_rule(limit: int) -> Callable[[Any, Any], None]:
    """Return a rule that refuses more than `limit` characters."""
    return lambda _form, field: check_length(field.data or "", limit)


def check_writing(text: str, *, lines: bool = False) -> None:
    """Raise ValidationError for what no text may hold; see core.i18n.writing."""
    wrong = wrong_text(text, lines=lines)
    if wrong:
        raise validators.ValidationError(wrong)


def check_length(text: str, limit: int) -> None:
    """Raise ValidationError for more than `limit` characters, saying how many there are."""
    if len(text) > limit:
        raise validators.ValidationError(
            _("At most %(limit)s characters; now %(length)s.", limit=limit, length=len(text))
        )


class FileField(House):
    """One file; its data is what was sent, None without one."""

    widget = widgets.FileInput()
    kind = "file"

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """Take the file that came beside the form."""
        super().process(formdata, data, extra_filters)
        sent = request.files.get(self.name)
        self.data = sent if sent and sent.filename else None

    def pre_validate(self, form: Any) -> None:
        """Ask for a file where one is required."""
        del form
        if self.required and self.data is None:
            raise validators.StopValidation(_("Choose a file."))


class ReadField(House):
    """A value that is typed as text; what was typed wrongly stands in the field again."""

    widget = widgets.TextInput()
    empty: Any = None  # what an empty field means

    def read(self, text: str) -> Any:
        """Return what the text means, None when it is empty; raise ValueError in plain words."""
        raise NotImplementedError

    def write(self, value: Any) -> str:
        """Return a value as it is typed."""
        return str(value)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else self.write(self.data)

    def as_sent(self) -> list[str]:
        """Return the value as it is typed."""
        return [] if self.data is None else [self.write(self.data)]

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read what was typed."""
        self.data = self.empty
        found = self.read(str(valuelist[0])) if valuelist else None
        self.data = self.empty if found is None else found


class DateField(ReadField):
    """A date as text, yyyy-MM-dd whatever the browser's language; 2026/1/2 is understood too."""

    kind = "date"

    def read(self, text: str) -> date | None:
        """Return the date; raise ValueError with an example of what is understood."""
        return parse_date(text)


def parse_date(text: str) -> date | None:
    """Return the date that a text means, None when it is empty; raise ValueError in plain words."""
    plain = text.translate(FULL_WIDTH).strip()
    if not plain:
        return None
    found = DATE.fullmatch(plain) or COMPACT_DATE.fullmatch(plain)
    if found is None:
        raise ValueError(_("Please write a date as 2026-01-31."))
    try:
        return date(*(int(part) for part in found.groups()))
    except ValueError:
        raise ValueError(_("This day does not exist: %(text)s", text=plain)) from None


class MoneyField(ReadField):
    """An amount with at most two decimals; gives a Decimal, never a float."""

    kind = "money"

    def __init__(self, label: Any = None, *, negative: bool = False, **options: Any) -> None:
        super().__init__(label, **options)
        self.negative = negative

    def read(self, text: str) -> Decimal | None:
        """Return the amount; raise ValueError in plain words."""
        return parse_money(text, negative=self.negative)

    def write(self, value: Decimal) -> str:
        """Return the amount with both decimals."""
        return f"{value:.2f}"


def parse_money(text: str, *, negative: bool = False) -> Decimal | None:
    """Return the amount that a text means, None when empty; raise ValueError in plain words."""
    plain = text.translate(FULL_WIDTH).strip().removeprefix("¥")
    plain = plain.replace(",", "").replace(" ", "").replace("−", "-")
    if not plain:
        return None
    if not re.fullmatch(r"-?\d{1,18}(\.\d*)?", plain, re.ASCII):
        letter = next((char for char in plain if char.isalpha()), "")
        if letter:
            raise ValueError(
                _(
                    "Please write a number such as 9860.50 (it holds the letter %(letter)s).",
                    letter=letter,
                )
            )
        raise ValueError(_("Please write a number such as 9860.50."))
    try:
        amount = Decimal(plain)
    except InvalidOperation:
        raise ValueError(_("Please write a number such as 9860.50.")) from None
    if amount != amount.quantize(Decimal("0.01")):
        raise ValueError(_("An amount has at most two decimals."))
    if amount < 0 and not negative:
        raise ValueError(_("An amount cannot be negative here."))
    if abs(amount) >= Money.LIMIT:
        raise ValueError(_("This amount is too large."))
    return amount.quantize(Decimal("0.01"))


class NumberField(ReadField):
    """A whole number between two bounds; `empty` is what an empty field means."""

    kind = "number"

    def __init__(
        self,
        label: Any = None,
        *,
        minimum: int | None = None,
        maximum: int | None = None,
        empty: int | None = None,
        **options: Any,
    ) -> None:
        super().__init__(label, **options)
        self.minimum = -(2**31) if minimum is None else minimum
        self.maximum = 2**31 - 1 if maximum is None else maximum
        self.empty = empty

    def read(self, text: str) -> int | None:
        """Return the number; raise ValueError in plain words."""
        plain = text.translate(FULL_WIDTH).strip()
        if not plain:
            return None
        if not re.fullmatch(r"-?\d{1,12}", plain, re.ASCII):
            raise ValueError(_("Please write a whole number."))
        number = int(plain)
        if not self.minimum <= number <= self.maximum:
            limits = {"low": self.minimum, "high": self.maximum}
            raise ValueError(_("Must lie between %(low)s and %(high)s.", **limits))
        return number
