"""What the remarks package contributes; importing it switches the cleaning on."""

from collections.abc import Iterable
from typing import Any

from flask import Blueprint

from core.audit.field_words import name_fields
from core.contributions import JobDef, Resource
from core.hookspecs import hookimpl
from core.i18n import lazy_gettext as _l
from core.remarks import cleaning
from core.remarks.api import api
from core.remarks.models import Follower, Remark
from core.remarks.resources import RESOURCES
from core.remarks.telling import JOBS
from core.remarks.views import blueprint

CLEANER = cleaning.forget_deleted


@hookimpl
def register_models() -> Iterable[type[Any]]:
    """Name the tables and the fields of remarks."""
    titles = {
        "resource": _l("Kind of record"),
        "record_id": _l("Number"),
        "author_user_id": _l("Account"),
        "author_label": _l("Author"),
        "text": _l("Text"),
        "at": _l("Written"),
        "edited_at": _l("Edited"),
        "deleted_at": _l("Deleted"),
    }
    name_fields(Remark, titles, rows=_l("Remarks"))
    return (Remark, Follower)


@hookimpl
def register_resources() -> Iterable[Resource]:
    """Declare what may be granted."""
    return RESOURCES


@hookimpl
def register_blueprints() -> Iterable[Blueprint]:
    """Give the verbs and the programming interface."""
    return (blueprint, api)


@hookimpl
def register_jobs() -> Iterable[JobDef]:
    """Declare how followers are told."""
    return JOBS
