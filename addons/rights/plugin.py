"""What this add-on contributes: the table of contents."""

from collections.abc import Iterable
from typing import Any

from flask import Blueprint

from addons.rights import (
    api_people,
    api_reviews,
    assign_views,
    assignments,
    delegation_views,
    demo,
    duties,
    duty_views,
    grade_views,
    grades,
    person_views,
    review_views,
    seed,
    unused_views,
)
from addons.rights.api import api
from addons.rights.blueprint import blueprint
from addons.rights.delegation_models import Delegation
from addons.rights.expiring import NEWS, SETTINGS, TELL_OF_ENDS
from addons.rights.field_titles import name_all
from addons.rights.menus import MENUS
from addons.rights.models import MODELS
from addons.rights.policy import POLICY
from addons.rights.resources import RESOURCES
from addons.rights.review_models import REVIEW_MODELS
from addons.rights.reviews import REMIND
from addons.rights.unused import UNUSED_SETTINGS
from core.consent.acts import act_of
from core.contributions import Act, EventType, JobDef, MenuItem, Policy, Resource, SettingDef
from core.hookspecs import hookimpl

PAGES = (
    api_people,
    api_reviews,
    assign_views,
    delegation_views,
    duty_views,
    grade_views,
    person_views,
    review_views,
    unused_views,
)  # importing them hangs the pages up


@hookimpl
def register_models() -> Iterable[type[Any]]:
    """Name the tables."""
    name_all()
    return (*MODELS, Delegation, *REVIEW_MODELS)


@hookimpl
def register_resources() -> Iterable[Resource]:
    """Declare what may be granted."""
    return RESOURCES


@hookimpl
def register_acts() -> Iterable[Act]:
    """Name what a site may give to several people at once."""
    services = (
        assignments.assign,
        assignments.end,
        duties.update_duty,
        duties.include,
        grades.set_grade,
    )
    return [act_of(one) for one in services]


@hookimpl
def register_policies() -> Iterable[Policy]:
    """Give everybody's rights while the add-on is on."""
    return (POLICY,)


@hookimpl
def register_blueprints() -> Iterable[Blueprint]:
    """Give the pages."""
    return (blueprint, api)


@hookimpl
def register_menus() -> Iterable[MenuItem]:
    """Give the entries of the sidebar."""
    return MENUS


@hookimpl
def register_jobs() -> Iterable[JobDef]:
    """Give the daily words about reviews and about rights that end."""
    return (REMIND, TELL_OF_ENDS)


@hookimpl
def register_settings() -> Iterable[SettingDef]:
    """Declare settings."""
    return (*SETTINGS, *UNUSED_SETTINGS)


@hookimpl
def register_event_types() -> Iterable[EventType]:
    """Name the kinds of news in the inbox."""
    return NEWS


@hookimpl
def addon_enabled(session: Any) -> None:
    """Make duties of the built-in rules, once."""
    seed.prepare(session)


@hookimpl
def why_keep(session: Any) -> Iterable[str]:
    """Name what is still given."""
    del session
    return seed.reasons_to_keep()


@hookimpl
def seed_demo(session: Any) -> None:
    """Add the duties of the demonstration."""
    demo.seed(session)
