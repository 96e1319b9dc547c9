"""The form of one assignment: what, to whom, on which data, when, why; all on one page."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from addons.rights.assignments import AssignmentFields
from addons.rights.days import begin_of
from addons.rights.duties import all_verbs
from addons.rights.duty_forms import confirming_field, duty_choices, grade_choices
from addons.rights.models import Subject
from addons.rights.ranges import choices_of_rule
from addons.rights.words import DAYS, EFFECTS, SUBJECTS
from core.access.words import verb_words
from core.accounts.models import User
from core.addons.registry import registry
from core.contributions import Dimension, RangeRule
from core.errors import Refused
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.organisation.models import Employee
from core.organisation.queries import employee_choices, position_choices, unit_choices
from core.unit_of_work import current_session
from core.web.choice_fields import as_text
from core.web.forms import (
    CheckField,
    DateField,
    Form,
    MultiField,
    PickerField,
    Section,
    SelectField,
    TextArea,
    TextField,
)

MINUTE = re.compile(r"([01]?\d|2[0-3]):[0-5]\d|24:00")
MOST_RECORDS = 200


def _users() -> list[tuple[int, str]]:
    rows = current_session().execute(
        select(User.id, User.login, Employee.name)
        .outerjoin(Employee, Employee.id == User.employee_id)
        .where(User.active)
        .order_by(User.login)
    )
    return [(key, f"{name} ({login})" if name else login) for key, login, name in rows]


def _positions() -> list[tuple[int, str]]:
    return position_choices(current_session())


def _units() -> list[tuple[int, str]]:
    return unit_choices(current_session())


def _employees() -> list[tuple[int, str]]:
    return employee_choices(current_session())


def _verbs() -> list[tuple[str, str]]:
    return [(verb, verb_words(verb)) for verb in all_verbs()]


ORG_KINDS = (
    ("own", _l("the holder's unit")),
    ("own-below", _l("the holder's unit and below")),
    ("headed", _l("units that the holder leads, and below")),
)
OWNER_KINDS = (
    ("self", _l("the holder's own records")),
    ("reports", _l("records of those who report to the holder")),
)


class AssignForm(Form):
    """One assignment on one page: what, to whom, on which data, when, why."""

    duty_id = SelectField(_l("Duty"), choices=duty_choices, coerce=int, required=True)
    allow = SelectField(
        _l("Effect"),
        choices=[("yes", EFFECTS[True]), ("no", EFFECTS[False])],
        empty=False,
        default="yes",
        hint=_l("A denial wins over whatever gives."),
    )
    subject = SelectField(_l("To whom"), choices=tuple(SUBJECTS.items()), required=True)
    user_id = PickerField(_l("Person"), choices=_users, empty=_l("– choose –"))
    position_id = PickerField(_l("Position"), choices=_positions, empty=_l("– choose –"))
    grade_id = PickerField(_l("Manager grade"), choices=grade_choices, empty=_l("– choose –"))
    verbs = MultiField(
        _l("Only these verbs"),
        choices=_verbs,
        hint=_l("Nothing ticked: every verb of the duty."),
        span=4,
    )
    org = MultiField(_l("Units"), choices=ORG_KINDS, span=2)
    units = MultiField(_l("Certain units"), choices=_units, coerce=int, span=2)
    units_below = CheckField(_l("With all units below them"), default=True)
    owner = MultiField(_l("Owner of the record"), choices=OWNER_KINDS, span=2)
    person_id = PickerField(
        _l("Records of one person"), choices=_employees, empty=_l("– nobody –"), span=2
    )
    valid_from = DateField(_l("From"), hint=_l("Empty: at once."))
    valid_until = DateField(_l("Last day"), hint=_l("Empty: without an end."))
    days = MultiField(_l("Only on these days"), choices=DAYS, span=4)
    hours_from = TextField(_l("Hours from"), limit=5, hint=_l("Such as 08:30."))
    hours_to = TextField(_l("Hours to"), limit=5, hint=_l("Such as 17:30."))
    reason = TextArea(_l("Reason"), limit=1000)
    password = confirming_field()

    def fields(self) -> AssignmentFields:
        """Return what was filled in, as the service takes it; raise Refused for half a choice."""
        subject = self.subject.data or ""
        chosen: Mapping[str, Any] = {
            Subject.USER.value: self.user_id,
            Subject.POSITION.value: self.position_id,
            Subject.GRADE.value: self.grade_id,
        }
        named = chosen.get(subject)
        if named is not None and named.data is None:
            words = _("Choose to whom.")
            raise Refused(words, fields={named.name: [words]})
        return AssignmentFields(
            duty_id=self.duty_id.data,
            subject=subject,
            subject_id=None if named is None else named.data,
            allow=self.allow.data != "no",
            verbs=list(self.verbs.data) or None,
            ranges=self._ranges(),
            valid_from=midnight(self.valid_from),
            valid_to=midnight(self.valid_until, days=1),
            weekly_hours=self._hours(),
            reason=self.reason.data or "",
        )

    def _ranges(self) -> dict[str, list[dict[str, Any]]]:
        below = bool(self.units_below.data)
        org: list[dict[str, Any]] = [
            {"kind": "headed"} if one == "headed" else {"kind": "own", "below": "below" in one}
            for one in self.org.data or ()
        ]
        org += [{"kind": "unit", "id": key, "below": below} for key in self.units.data or ()]
        owner: list[dict[str, Any]] = [{"kind": one} for one in self.owner.data or ()]
        if self.person_id.data is not None:
            owner.append({"kind": "person", "id": self.person_id.data})
        found = {"org": org, "owner": owner}
        for dimension in keyed_dimensions():
            found[dimension.key] = self._keyed(dimension)
        return {key: several for key, several in found.items() if several}

    def _keyed(self, dimension: Dimension) -> list[dict[str, Any]]:
        every = {
            rule.key: list(self[field_of(dimension, rule)].data)
            for rule in dimension.rules
            if self[field_of(dimension, rule)].data
        }
        several: list[dict[str, Any]] = [{"kind": "rule", "all": every}] if every else []
        name = listed_field_of(dimension)
        if name in self and self[name].data:
            several += self._records(dimension, name)
        return several

    def _records(self, dimension: Dimension, name: str) -> list[dict[str, Any]]:
        texts = [text for text in re.split(r"[\s,，、;；]+", self[name].data) if text]
        assert dimension.find is not None  # noqa: S101 - the field is there only then
        found = dimension.find(texts[:MOST_RECORDS])
        lost = [text for text in texts if text not in found]
        if lost or len(texts) > MOST_RECORDS:
            words = _("Not found: %(texts)s", texts=", ".join(lost[:5]))
            if not lost:
                words = _("At most %(most)s, please.", most=MOST_RECORDS)
            raise Refused(words, fields={name: [words]})
        return [{"kind": "record", "id": found[text]} for text in dict.fromkeys(texts)]

    def _hours(self) -> dict[str, list[list[str]]] | None:
        first, last = self.hours_from.data or "", self.hours_to.data or ""
        days = self.days.data or ()
        if not first and not last and not days:
            return None
        for field in (self.hours_from, self.hours_to):
            if field.data and not MINUTE.fullmatch(field.data):
                words = _("Write the time as 08:30.")
                raise Refused(words, fields={field.name: [words]})
        span = [first or "00:00", last or "24:00"]
        return {str(day): [span] for day in days or range(7)}


def midnight(field: DateField, *, days: int = 0) -> datetime | None:
    """Return when the field's day begins on the site's clock, or the one so many days later."""
    return begin_of(field.data, field=field.name, later=days)


def keyed_dimensions() -> list[Dimension]:
    """Return the axes of ranges that add-ons bring, as far as they are on."""
    found = registry()
    every = found.dimensions.values()
    return [one for one in every if one.model is not None and found.is_on(found.owner_of(one))]


def field_of(dimension: Dimension, rule: RangeRule) -> str:
    """Return the name of the field in which a rule is chosen."""
    return f"{dimension.key}_{rule.key}"


def listed_field_of(dimension: Dimension) -> str:
    """Return the name of the field in which single records are named."""
    return f"{dimension.key}_listed"


def assign_form(**values: Any) -> AssignForm:
    """Return the form with the fields of every axis of ranges that add-ons bring."""
    fields: dict[str, Any] = {}
    names: list[str] = []
    for dimension in keyed_dimensions():
        for rule in dimension.rules:
            name = field_of(dimension, rule)
            title = f"{dimension.title} · {rule.title}"
            fields[name] = MultiField(title, choices=_choices(rule), span=2)
            names.append(name)
        if dimension.find is not None:
            name = listed_field_of(dimension)
            title = _("%(dimension)s: these ones", dimension=dimension.title)
            fields[name] = TextArea(title, limit=4000, hint=_("Codes, one a line."))
            names.append(name)
    fields["sections"] = _sections(names)
    made: AssignForm = type("AssignFormHere", (AssignForm,), fields)(**values)
    return made


def _choices(rule: RangeRule) -> Any:
    return lambda: [(as_text(one.value), one.label) for one in choices_of_rule(rule)]


def _sections(keyed: Sequence[str]) -> tuple[Section, ...]:
    who = ("duty_id", "allow", "subject", "user_id", "position_id", "grade_id", "verbs")
    data = ("org", "owner", "units", "person_id", "units_below", *keyed)
    when = ("valid_from", "valid_until", "hours_from", "hours_to", "days")
    return (
        Section(_("What, and to whom"), *who),
        Section(
            _("On which data (nothing chosen: all; of several kinds every one must hold)"), *data
        ),
        Section(_("When"), *when),
        Section(_("Why"), "reason", "password"),
    )
