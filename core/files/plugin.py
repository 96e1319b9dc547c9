"""What the files package contributes; importing it switches the cleaning on."""

from collections.abc import Iterable
from typing import Any

from flask import Blueprint

from core.audit.field_words import name_fields
from core.contributions import JobDef, Resource, SettingDef
from core.files import cleaning
from core.files.api import api
from core.files.models import Attachment
from core.files.resources import RESOURCES, SETTINGS
from core.files.views import blueprint
from core.hookspecs import hookimpl
from core.i18n import lazy_gettext as _l


@hookimpl
def register_models() -> Iterable[type[Any]]:
    """Name the table and its fields."""
    titles = {
        "resource": _l("Kind of record"),
        "record_id": _l("Number"),
        "name": _l("Name"),
        "media_type": _l("Kind"),
        "size": _l("Size (bytes)"),
        "sha256": _l("Checksum (SHA-256)"),
        "uploader_user_id": _l("Account"),
        "uploader_label": _l("Uploaded by"),
        "at": _l("Uploaded"),
        "deleted_at": _l("Deleted"),
    }
    name_fields(Attachment, titles, rows=_l("Attachments"))
    return (Attachment,)


@hookimpl
def register_resources() -> Iterable[Resource]:
    """Declare what may be granted."""
    return RESOURCES


@hookimpl
def register_blueprints() -> Iterable[Blueprint]:
    """Give the verbs and the programming interface."""
    return (blueprint, api)


@hookimpl
def register_settings() -> Iterable[SettingDef]:
    """Declare how large a file may be."""
    return SETTINGS


@hookimpl
def register_jobs() -> Iterable[JobDef]:
    """Declare the sweeping of bytes that belong to nothing."""
    return (cleaning.SWEEP,)
