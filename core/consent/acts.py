"""Services that a site may give to several people at once: marked here, judged at every call."""

import inspect
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache, wraps
from typing import Any, ParamSpec, TypeVar, get_type_hints

from pydantic import TypeAdapter

from core.addons.registry import registry
from core.consent.holders import holders_of
from core.consent.rehearsal import Effect, rehearse
from core.contributions import Act, SettingDef
from core.errors import DomainError, NotFound, Refused
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.settings.services import declared_setting, get, set_value
from core.unit_of_work import current_session, current_unit

Given = ParamSpec("Given")
Result = TypeVar("Result")
Payload = Mapping[str, Any]
CONFIGURE = ("core.setting", "configure")
CHOICES = (
    ("1", _l("one person alone, as usual")),
    ("2", _l("two people")),
    ("3", _l("three people")),
)


@dataclass(eq=False)
class ConsentNeeded(DomainError):  # noqa: N818 - read as words in raise statements
    """The act takes several people; nothing was stored. Its page offers to ask for it."""

    act: Act = field(kw_only=True)
    payload: Payload = field(kw_only=True)
    people: int = field(kw_only=True)
    effects: list[Effect] = field(kw_only=True)
    status: int = field(default=409, kw_only=True)


_granted: ContextVar[tuple[str, str] | None] = ContextVar("granted_act", default=None)


@contextmanager
def granted(act: Act, payload: Payload) -> Iterator[None]:
    """Let this very act with these very arguments through within the block."""
    token = _granted.set(_mark(act, payload))
    try:
        yield
    finally:
        _granted.reset(token)


def people_setting(key: str, title: Any) -> SettingDef:
    """Return the setting that says how many people some acts take; `title` names these acts."""
    return SettingDef(
        key=key,
        title=_l("People it takes: %(act)s", act=title),
        type="choice",
        default="1",
        choices=CHOICES,
        help=_l("From two on it is asked for, and done once others agree. Fewer need them all."),
        guard=_guard,
    )


def by_several(
    name: str,
    *,
    title: Any,
    needs: tuple[str, str],
    record: str = "",
    concerns: Callable[..., bool] | None = None,
    summary: Callable[..., str] | None = None,
    depends: Callable[..., Any] | None = None,
    setting: SettingDef | None = None,
) -> Callable[[Callable[Given, Result]], Callable[Given, Result]]:
    """Mark a service as one that a site may give to several people; name it by `register_acts`.

    Its arguments must be what JSON can keep, by their annotations; `session` is filled in, and
    `row_version` is left out, for people agree to the state that they were shown. It runs
    in the caller's unit of work, must commit nothing itself and change nothing but the database.
    Acts that lead to the same end share a `setting` (`people_setting`), so that none of them is a
    way round the others. See docs/consent.md.
    """
    if isinstance(needs, str):
        raise TypeError(f'{name}: needs={needs!r} must be a pair, such as ("addon.noun", "query")')

    def mark(service: Callable[Given, Result]) -> Callable[Given, Result]:
        owner, _dot, word = name.partition(".")
        known = inspect.signature(service).parameters
        if record and record not in known:
            raise TypeError(f"{name}: the service has no argument {record}")
        for one in known.values():
            if one.annotation is one.empty:
                raise TypeError(f"{name}: the argument {one.name} needs an annotation")
        act = Act(
            name=name,
            title=title,
            needs=(str(needs[0]), str(needs[1])),
            run=service,
            record=record,
            concerns=concerns,
            summary=summary,
            depends=depends,
            setting=setting or people_setting(f"{owner}.several_{word}", title),
        )

        @wraps(service)
        def judged(*args: Given.args, **given: Given.kwargs) -> Result:
            demand(act, _bound(service, args, given))
            return service(*args, **given)

        judged.act = act  # type: ignore[attr-defined]
        return judged

    return mark


def act_of(service: Callable[..., Any]) -> Act:
    """Return the act of a service that `by_several` has marked."""
    act: Act = service.act  # type: ignore[attr-defined]
    return act


def demand(act: Act, arguments: Payload) -> None:
    """Raise ConsentNeeded unless one person is enough or the very act is granted.

    What the act itself refuses is raised first: it is tried, and taken back.
    """
    people = people_for(act, arguments)
    if people < 2:  # noqa: PLR2004 - one person alone
        return
    payload = kept(act, arguments)
    if _granted.get() == _mark(act, payload):
        return
    effects = rehearsed(act, payload)
    raise ConsentNeeded(
        _(
            "This takes %(people)s people, so nothing was stored. Ask for it: it is done once "
            "%(others)s more agree.",
            people=people,
            others=people - 1,
        ),
        act=act,
        payload=payload,
        people=people,
        effects=effects,
    )


def people_for(act: Act, arguments: Payload) -> int:
    """Return how many people the act takes; one where it is the system that acts."""
    if not current_unit().actor.is_signed_in:
        return 1
    if act.people is not None:
        return act.people(**arguments)
    people = people_by_setting(act)
    concerned = people > 1 and (act.concerns is None or act.concerns(**arguments))
    return people if concerned else 1


def people_by_setting(act: Act) -> int:
    """Return how many people the site says it takes, whatever its arguments."""
    return 1 if act.setting is None else int(get(act.setting.key))


def rehearsed(act: Act, payload: Payload) -> list[Effect]:
    """Return what the act would change, in the name of the unit's actor; nothing is stored.

    Raises whatever the act raises.
    """
    with granted(act, payload):
        return rehearse(lambda: _run(act, restored(act, payload)))


def done(act: Act, payload: Payload) -> None:
    """Do the act in the present unit of work."""
    with granted(act, payload):
        _run(act, restored(act, payload))


def depends_of(act: Act, payload: Payload) -> Any:
    """Return what else the outcome of an act hangs on, as JSON; ask before it is done."""
    return act.depends(**restored(act, payload)) if act.depends is not None else None


def summary_of(act: Act | None, payload: Payload) -> str:
    """Return in words what an act is about; "" where nothing says it, or it is gone by now."""
    if act is None or act.summary is None:
        return ""
    try:
        return act.summary(**restored(act, payload))
    except (DomainError, LookupError):
        return ""


def known_act(name: str) -> Act:
    """Return an act that is on; raise NotFound while its add-on is off."""
    for act in registry().acts():
        if act.name == name:
            return act
    raise NotFound(_("What was asked for belongs to an add-on that is switched off."))


def kept(act: Act, arguments: Payload) -> dict[str, Any]:
    """Return arguments as JSON keeps them."""
    known = _adapters(act.run)
    return {
        name: known[name].dump_python(value, mode="json")
        for name, value in sorted(arguments.items())
        if name != "row_version"
    }


def restored(act: Act, payload: Payload) -> dict[str, Any]:
    """Return arguments of what JSON kept."""
    known = _adapters(act.run)
    return {name: known[name].validate_python(value) for name, value in payload.items()}


def _run(act: Act, arguments: Payload) -> Any:
    if "session" in inspect.signature(act.run).parameters:
        return act.run(current_session(), **arguments)
    return act.run(**arguments)


def _bound(service: Callable[..., Any], args: Any, given: Any) -> dict[str, Any]:
    bound = inspect.signature(service).bind(*args, **given)
    bound.apply_defaults()
    return {name: value for name, value in bound.arguments.items() if name != "session"}


@cache
def _adapters(service: Callable[..., Any]) -> dict[str, TypeAdapter[Any]]:
    hints = get_type_hints(service)
    return {
        name: TypeAdapter(hint) for name, hint in hints.items() if name not in {"session", "return"}
    }


def _mark(act: Act, payload: Payload) -> tuple[str, str]:
    return act.name, json.dumps(payload, sort_keys=True)


def _loosen(key: str, value: str) -> None:
    """Let an act take fewer people from now on."""
    set_value(current_session(), key, value)


LOOSEN = Act(
    name="core.loosen",
    title=_l("Let an act take fewer people"),
    needs=CONFIGURE,
    run=_loosen,
    people=lambda key, **_rest: int(get(key)),
    summary=lambda key, value: _(
        "%(setting)s: from %(old)s to %(new)s",
        setting=declared_setting(key).title,
        old=get(key),
        new=value,
    ),
)


def _guard(key: str, old: str, new: str) -> None:
    """Demand as many people as an act takes for letting it take fewer.

    More than could agree are refused: nothing could be done, nor be undone, by anybody.
    """
    if not current_unit().actor.is_signed_in:
        return
    if int(new) < int(old):
        demand(LOOSEN, {"key": key, "value": new})
        return
    for act in registry().acts():
        if act.setting is None or act.setting.key != key:
            continue
        several = len(holders_of(current_session(), *act.needs))
        if several < int(new):
            words = _(
                "Only %(count)s people hold the right for “%(act)s”: nobody could agree.",
                count=several,
                act=act.title,
            )
            raise Refused(words, fields={key: [words]})
