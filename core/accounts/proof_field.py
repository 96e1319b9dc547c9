"""The one field by which a reader proves again to be the one: password, and perhaps a code."""

from typing import Any

from flask import render_template
from flask_login import current_user
from markupsafe import Markup
from wtforms.utils import unset_value
from wtforms.widgets import PasswordInput, html_params

from core.i18n import gettext as _
from core.i18n import join_sentences
from core.i18n import lazy_gettext as _l
from core.web.forms import PasswordField

LONGEST_TYPED = 1000  # the rules say what is too long; here it is only bounded
LONGEST_CODE = 40
YOUR_PASSWORD = _l("Your password")
CODE = _l("Code of your app")


class ProofInput(PasswordInput):
    """Draws the password, and below it the code for whoever has a second factor."""

    def __call__(self, field: Any, **given: Any) -> Markup:
        """Return the inputs as safe HTML."""
        if not field.wants_code:
            return super().__call__(field, **given)
        well = {key: value for key, value in given.items() if key != "aria-invalid"}
        well["class"] = str(given.get("class", "form-control")).replace(" is-invalid", "")
        password, code = (well, given) if field.second_refused else (given, well)
        first = super().__call__(field, **password)
        look = html_params(
            **{key: value for key, value in code.items() if key == "class" or "aria-" in key}
        )
        page = render_template(
            "accounts/proof.html",
            first=first,
            field=field,
            attributes=Markup(look),  # noqa: S704 - escaped by WTForms
        )
        return Markup(page)  # noqa: S704 - an escaped template


class ProofField(PasswordField):
    """The reader's password as `data`, and a code as `code`."""

    widget: Any = ProofInput()

    def __init__(self, label: Any = YOUR_PASSWORD, **options: Any) -> None:
        super().__init__(
            label,
            **{
                "limit": LONGEST_TYPED,
                "hint": _l("To make sure it is you."),
                "span": 2,
                "render_kw": {"autocomplete": "current-password"},
            }
            | options,
        )
        if self.wants_code:  # one hint for both inputs, below what is wrong with either
            self.hint = join_sentences([_("A recovery code will do as well."), self.hint])
        self.code = ""
        self.second_refused = False  # whether it is the code that was refused

    @property
    def wants_code(self) -> bool:
        """Tell whether the reader has a second factor."""
        return bool(getattr(current_user, "second_factor", False))

    @property
    def second_name(self) -> str:
        """The name of the input for the code, by which a refusal names it."""
        return f"{self.name}-code"

    @property
    def fault_at(self) -> tuple[str, str]:
        """Return the id and the label of the input that a refusal is about."""
        if self.second_refused:
            return f"{self.id}-code", str(CODE)
        return self.id, str(self.label.text)

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        """Read both inputs."""
        super().process(formdata, data, extra_filters)
        if formdata is not None:
            self.code = str(formdata.get(self.second_name, ""))[:LONGEST_CODE]
