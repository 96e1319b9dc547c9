"""The settings page: each owner's settings as a form, and their last changes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from wtforms import ValidationError

from core.access.decorators import needs
from core.access.guarded_session import GuardedSession
from core.addons.registry import CORE, registry
from core.contributions import SettingDef, Verb
from core.errors import NotFound, Refused
from core.i18n import gettext as _
from core.settings.models import SettingChange
from core.settings.services import LONGEST_TEXT, check, get, set_value
from core.unit_of_work import current_session
from core.web.answering import answer
from core.web.fields import FULL_WIDTH, ReadField
from core.web.forms import CheckField, Form, NumberField, SelectField, TextField

blueprint = Blueprint(
    "settings", __name__, url_prefix="/admin/settings", template_folder="templates"
)
RECENT = 20


@dataclass(frozen=True, slots=True)
class Group:
    """The settings of one owner."""

    owner: str
    title: str
    settings: Sequence[SettingDef]


def groups() -> list[Group]:
    """Return who has settings, the core first."""
    by_owner: dict[str, list[SettingDef]] = {}
    for definition in registry().settings():
        by_owner.setdefault(registry().owner_of(definition), []).append(definition)
    ordered = sorted(by_owner.items(), key=lambda item: (item[0] != CORE, item[0]))
    return [
        Group(owner, _("Core") if owner == CORE else registry().title_of(owner), settings)
        for owner, settings in ordered
    ]


def group_of(owner: str) -> Group:
    """Return the settings of one owner; raise NotFound when there are none."""
    found = next((group for group in groups() if group.owner == owner), None)
    if found is None:
        raise NotFound(_("There are no settings of that name."))
    return found


def recent_changes(group: Group) -> Sequence[SettingChange]:
    """Return the newest changes of a group's settings."""
    statement = (
        select(SettingChange)
        .where(SettingChange.key.in_([definition.key for definition in group.settings]))
        .order_by(SettingChange.id.desc())
        .limit(RECENT)
    )
    return current_session().scalars(statement).all()


class DecimalField(ReadField):
    """A number with any decimals."""

    kind = "number"

    def read(self, text: str) -> Decimal | None:
        """Return the number; raise ValueError in plain words."""
        plain = text.translate(FULL_WIDTH).strip()
        try:
            return Decimal(plain) if plain else None
        except InvalidOperation:
            raise ValueError(_("Enter a number.")) from None


def settings_form(definitions: Sequence[SettingDef]) -> Form:
    """Return a form with one field per setting, filled with the present values."""
    fields = {field_name(one): _field(one) for one in definitions}
    made: type[Form] = type("SettingsForm", (Form,), fields)
    return made(**{field_name(one): get(one.key) for one in definitions})


def field_name(definition: SettingDef) -> str:
    """Return the name of a setting's field; WTForms allows no dot."""
    return definition.key.replace(".", "__")


def _field(definition: SettingDef) -> Any:
    house: dict[str, Any] = {
        "hint": str(definition.help or ""),
        "span": 2,
        "rules": (_fits(definition),),
    }
    title = str(definition.title)
    match definition.type:
        case "bool":
            return CheckField(title, **house)
        case "int":
            return NumberField(title, required=True, **house)
        case "decimal":
            return DecimalField(title, required=True, **house)
        case "choice":
            return SelectField(title, choices=definition.choices, empty=False, **house)
        case "text":
            return TextField(title, limit=int(definition.maximum or LONGEST_TEXT), **house)


def _fits(definition: SettingDef) -> Callable[[Any, Any], None]:
    """Return the rule that a field holds what its setting accepts."""

    def rule(_form: Any, field: Any) -> None:
        try:
            check(definition, field.data)
        except Refused as refused:
            raise ValidationError(refused.fields[definition.key][0]) from refused

    return rule


@blueprint.get("/")
@needs("core.setting", Verb.CONFIGURE)
def index() -> ResponseReturnValue:
    """Go to the first group of settings."""
    found = groups()
    if found:
        return redirect(url_for(".group", owner=found[0].owner))
    return render_template("settings/empty.html")


@blueprint.route("/<owner>", methods=["GET", "POST"])
@needs("core.setting", Verb.CONFIGURE)
def group(owner: str) -> ResponseReturnValue:
    """Show and change the settings of the core or of one add-on."""
    chosen = group_of(owner)
    form = settings_form(chosen.settings)

    def act(session: GuardedSession) -> None:
        for definition in chosen.settings:
            set_value(session, definition.key, form[field_name(definition)].data)

    return answer(
        form,
        act,
        url_for(".group", owner=owner),
        said=_("The settings are stored and count from now on."),
        template="settings/group.html",
        title=_("Settings"),
        submit=_("Save settings"),
        cancel=None,
        group=chosen,
        groups=groups(),
        changes=recent_changes(chosen),
    )
