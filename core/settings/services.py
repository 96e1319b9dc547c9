"""Reading settings from anywhere, and changing them with a trail."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.addons.models import EPOCH_ID, CoreEpoch, bump
from core.addons.registry import registry
from core.audit.services import record
from core.clock import now
from core.contributions import SettingDef
from core.errors import Refused, undeclared
from core.i18n import gettext as _
from core.i18n.writing import wrong_text
from core.settings.models import Setting, SettingChange
from core.unit_of_work import read_only

CACHE = "sunmao_settings"
CHANGED = "sunmao_settings_changed"
LONGEST_TEXT = 2000


def get(key: str) -> Any:
    """Return a setting's value, its default if nobody changed it.

    Reads are cached by the settings version: one statement per unit of work, none for further
    settings. Raises ProgrammingFault for a key that nothing enabled declares.
    """
    declared = declared_setting(key)
    with read_only() as session:
        stored = stored_values(session)
    return restore(declared, stored[key]) if key in stored else declared.default


def set_value(session: Session, key: str, value: Any) -> bool:
    """Change a setting for everybody; False when it has that value already.

    Raises Refused with `fields` for a value that does not fit.
    """
    declared = declared_setting(key)
    new = check(declared, value)
    kept = session.get(Setting, key, with_for_update=True)
    old = kept.value if kept else check(declared, declared.default)
    if old == new:
        return False
    if declared.guard is not None:
        declared.guard(key, old, new)
    if kept is None:
        session.add(Setting(key=key, value=new, changed_at=now()))
    else:
        kept.value, kept.changed_at = new, now()
    actor = session.info["unit"].actor
    session.add(
        SettingChange(
            key=key,
            old=old,
            new=new,
            at=now(),
            actor_user_id=actor.user_id,
            actor_label=actor.label[:200],
        )
    )
    record(session, "configure", "core.setting", None, changes={key: [old, new]}, label=key)
    bump(session, "settings_version")
    session.info.pop(CACHE, None)
    session.info[CHANGED] = True  # uncommitted values must not reach the process's cache
    return True


def declared_setting(key: str) -> SettingDef:
    """Return the declaration of a setting; raise ProgrammingFault when there is none."""
    for definition in registry().settings():
        if definition.key == key:
            return definition
    raise undeclared("setting", key, [one.key for one in registry().settings()])


def stored_values(session: Session) -> Mapping[str, Any]:
    """Return all changed settings as they stand in this unit of work."""
    held = session.info.get(CACHE)
    if held is None:
        held = _load(session)
        session.info[CACHE] = held
    return held


def _load(session: Session) -> Mapping[str, Any]:
    """Read the version first: values may be newer than their version, never older."""
    version = session.info["unit"].settings_version
    if version is None:
        version = session.scalar(select(CoreEpoch.settings_version).where(CoreEpoch.id == EPOCH_ID))
    cached = current_app.extensions.get(CACHE)
    if cached is not None and cached[0] == version and not session.info.get(CHANGED):
        values: Mapping[str, Any] = cached[1]
        return values
    rows = session.execute(select(Setting.key, Setting.value))
    values = {row.key: row.value for row in rows}
    if not session.info.get(CHANGED):
        current_app.extensions[CACHE] = (version, values)
    return values


def check(definition: SettingDef, value: Any) -> Any:
    """Return `value` as JSON stores it; raise Refused naming the setting when it does not fit."""
    match definition.type:
        case "bool":
            return _bool(definition, value)
        case "int":
            return _int(definition, value)
        case "decimal":
            return _decimal(definition, value)
        case "choice":
            return _choice(definition, value)
        case "text":
            return _text(definition, value)


def restore(definition: SettingDef, stored: Any) -> Any:
    """Return a stored value with the type that code expects."""
    return Decimal(stored) if definition.type == "decimal" else stored


def _bool(definition: SettingDef, value: Any) -> bool:
    if not isinstance(value, bool):
        raise _refused(definition, _("Choose yes or no."))
    return value


def _int(definition: SettingDef, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise _refused(definition, _("Enter a whole number."))
    _check_bounds(definition, value)
    return value


def _decimal(definition: SettingDef, value: Any) -> str:
    if isinstance(value, bool | float):
        raise _refused(definition, _("Enter a number."))
    try:
        number = Decimal(value)
    except (InvalidOperation, TypeError, ValueError):
        raise _refused(definition, _("Enter a number.")) from None
    if not number.is_finite():
        raise _refused(definition, _("Enter a number."))
    _check_bounds(definition, number)
    return str(number)


def _check_bounds(definition: SettingDef, number: int | Decimal) -> None:
    if definition.minimum is not None and number < definition.minimum:
        raise _refused(definition, _("At least %(number)s.", number=definition.minimum))
    if definition.maximum is not None and number > definition.maximum:
        raise _refused(definition, _("At most %(number)s.", number=definition.maximum))


def _choice(definition: SettingDef, value: Any) -> str:
    if value not in [key for key, _title in definition.choices]:
        raise _refused(definition, _("Choose one of the listed values."))
    return str(value)


def _text(definition: SettingDef, value: Any) -> str:
    if not isinstance(value, str) or "\x00" in value:
        raise _refused(definition, _("Enter text."))
    longest = definition.maximum or LONGEST_TEXT
    if len(value) > longest:
        raise _refused(definition, _("At most %(number)s characters.", number=longest))
    wrong = wrong_text(value, lines=True)
    if wrong is not None:
        raise _refused(definition, wrong)
    return value


def _refused(definition: SettingDef, words: str) -> Refused:
    return Refused(f"{definition.title}: {words}", fields={definition.key: [words]})
