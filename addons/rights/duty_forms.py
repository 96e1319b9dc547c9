"""The forms of duties and of grades."""

from typing import Any

from flask import render_template
from markupsafe import Markup
from sqlalchemy import select

from addons.rights.duties import ANY, DutyFields, all_verbs, verbs_of
from addons.rights.models import Duty, Grade
from addons.rights.words import resource_title, verb_title
from core.accounts.proof_field import ProofField
from core.addons.registry import registry
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.i18n import localized
from core.unit_of_work import current_session
from core.web.forms import (
    CheckField,
    Form,
    MultiField,
    NameField,
    NumberField,
    SelectField,
    TextArea,
    TextField,
)


def confirming_field() -> ProofField:
    """Return the field for the password of whoever hands out rights."""
    return ProofField(hint=_l("Asked for when people get more rights by this."))


def grant_choices() -> list[tuple[str, str]]:
    """Return every pair that a duty may contain as ("resource:verb", words)."""
    pairs = [(ANY, ANY), *((ANY, verb) for verb in all_verbs())]
    for key in registry().resources:
        pairs += [(key, ANY), *((key, verb) for verb in verbs_of(key))]
    return [
        (f"{resource}:{verb}", f"{resource_title(resource)} · {verb_title(verb)}")
        for resource, verb in pairs
    ]


def matrix(present: set[str]) -> list[tuple[str, list[tuple[str, list[tuple[str, str, bool]]]]]]:
    """Return add-on → resource → (value, verb in words, ticked), to be drawn."""
    found: dict[str, dict[str, list[tuple[str, str, bool]]]] = {}
    for value, _words in grant_choices():
        resource, verb = value.split(":", 1)
        owner = _("In general") if resource == ANY else _owner_title(resource.split(".")[0])
        cells = found.setdefault(owner, {}).setdefault(resource_title(resource), [])
        cells.append((value, verb_title(verb), value in present))
    return [(owner, list(rows.items())) for owner, rows in found.items()]


def _owner_title(owner: str) -> str:
    return _("Core") if owner == "core" else registry().title_of(owner)


class Matrix:
    """Draws the verbs of every resource as ticks, a line a resource."""

    def __call__(self, field: Any, **given: Any) -> Markup:
        """Return the field as safe HTML."""
        del given
        groups = matrix(field.present())
        page = render_template("rights/matrix.html", field=field, groups=groups)
        return Markup(page)  # noqa: S704 - an escaped template


class MatrixField(MultiField):
    """Pairs of resource and verb."""

    widget: Any = Matrix()


class DutyForm(Form):
    """A duty with what it contains."""

    name = NameField(_l("Name"), required=True, limit=120)
    code = TextField(_l("Code"), required=True, limit=40)
    active = CheckField(_l("May be given"), default=True)
    second_factor = CheckField(
        _l("Needs a second factor"),
        hint=_l("Its rights count only for accounts that have one; others are led to set one up."),
        span=2,
    )
    summary = TextArea(_l("What it is for"), limit=1000)
    contains = MatrixField(
        _l("Contains"),
        choices=grant_choices,
        hint=_l("On which data and when is said where the duty is given."),
        span=4,
    )
    password = confirming_field()

    def fields(self) -> DutyFields:
        """Return what was filled in, as the service takes it."""
        grants: dict[str, list[str]] = {}
        for pair in self.contains.data or ():
            resource, verb = pair.split(":", 1)
            grants.setdefault(resource, []).append(verb)
        return DutyFields(
            code=self.code.data or "",
            name=self.name.data or {},
            summary=self.summary.data or "",
            active=bool(self.active.data),
            second_factor=bool(self.second_factor.data),
            grants=grants,
        )


class GradeForm(Form):
    """A grade of account managers."""

    name = NameField(_l("Name"), required=True, limit=120)
    code = TextField(_l("Code"), required=True, limit=40)
    sort = NumberField(_l("Sort order"), hint=_l("Smaller numbers stand first."), empty=0)


def grade_choices() -> list[tuple[int, str]]:
    """Return the grades of account managers."""
    rows = current_session().execute(select(Grade.id, Grade.name).order_by(Grade.sort, Grade.id))
    return [(key, localized(name)) for key, name in rows]


class GradingForm(Form):
    """The grade of one person."""

    grade_id = SelectField(
        _l("Manager grade"), choices=grade_choices, coerce=int, empty=_l("– none –")
    )
    password = ProofField(required=True, span=1)


class EndForm(Form):
    """Why an assignment ends."""

    reason = TextArea(_l("Reason"), limit=1000)
    password = confirming_field()


def duty_choices() -> list[tuple[int, str]]:
    """Return the duties that may be given."""
    rows = current_session().execute(
        select(Duty.id, Duty.name).where(Duty.active).order_by(Duty.code)
    )
    return [(key, localized(name)) for key, name in rows]


class InclusionForm(Form):
    """The password of whoever lets two duties be held together again."""

    password = ProofField(
        required=True,
        hint=_l("From then on somebody may be given both. It changes nobody's rights by itself."),
    )


class ExclusionForm(Form):
    """Another duty that nobody may hold beside this one."""

    other_id = SelectField(
        _l("Duty"),
        choices=duty_choices,
        coerce=int,
        required=True,
        hint=_l("From then on it is refused to give one of the two to whoever holds the other."),
        span=2,
    )
    reason = TextField(_l("Reason"), limit=300, span=2)
