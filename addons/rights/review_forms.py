"""The forms of reviews: what one covers, and the decision about one item."""

from sqlalchemy import select

from addons.rights.duty_forms import duty_choices
from addons.rights.models import NAMED
from addons.rights.review_models import Decision
from addons.rights.review_plan import ReviewFields
from addons.rights.words import SUBJECTS
from core.accounts.models import User
from core.i18n import lazy_gettext as _l
from core.organisation.models import Employee
from core.organisation.queries import unit_choices
from core.unit_of_work import current_session
from core.web.forms import (
    DateField,
    Form,
    MultiField,
    PickerField,
    SelectField,
    TextArea,
    TextField,
)

HAND_ON = "hand-on"


def _units() -> list[tuple[int, str]]:
    return unit_choices(current_session())


def account_choices() -> list[tuple[int, str]]:
    """Return the open accounts by name."""
    rows = current_session().execute(
        select(User.id, User.login, Employee.name)
        .outerjoin(Employee, Employee.id == User.employee_id)
        .where(User.active)
        .order_by(User.login)
    )
    return [(key, f"{name} ({login})" if name else login) for key, login, name in rows]


class ReviewForm(Form):
    """What a review covers, and until when it is to be done."""

    name = TextField(_l("Name"), required=True, limit=200, span=2)
    due_on = DateField(_l("Due"), required=True)
    subjects = MultiField(
        _l("Given to"),
        choices=tuple(SUBJECTS.items()),
        default=tuple(one.value for one in NAMED),
        hint=_l(
            "What several have is asked about person by person; it is not ended for one alone."
        ),
        span=4,
    )
    duties = MultiField(
        _l("Duties"), choices=duty_choices, coerce=int, hint=_l("Nothing ticked: all."), span=4
    )
    units = MultiField(
        _l("People of these units and below"),
        choices=_units,
        coerce=int,
        hint=_l("Nothing ticked: everybody."),
        span=4,
    )

    def fields(self) -> ReviewFields:
        """Return what was filled in, as the service takes it."""
        return ReviewFields(
            name=self.name.data or "",
            due_on=self.due_on.data,
            subjects=tuple(self.subjects.data or ()),
            duties=tuple(self.duties.data or ()),
            units=tuple(self.units.data or ()),
        )


class ItemForm(Form):
    """Keep, end, or pass on."""

    decision = SelectField(
        _l("Decision"),
        choices=[
            (Decision.KEEP.value, _l("keep")),
            (Decision.END.value, _l("end")),
            (HAND_ON, _l("pass on to somebody else")),
        ],
        required=True,
    )
    user_id = PickerField(_l("Pass on to"), choices=account_choices, empty=_l("– choose –"), span=2)
    reason = TextArea(_l("Reason"), limit=1000, hint=_l("Needed to end."), span=4)
