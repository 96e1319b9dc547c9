"""The health page, its panel on the start page, and what load balancers ask."""

from typing import Any

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from core.access.decorators import needs, public
from core.addons.models import EPOCH_ID, CoreEpoch
from core.contributions import Verb
from core.database import READ, db, open_connection
from core.health.checks import report, worst

HEALTH = "core.health"
NOT_READY = 503

blueprint = Blueprint("health", __name__, template_folder="templates")


@blueprint.get("/health")
@public("says that this process answers, and nothing else; load balancers have no account")
def alive() -> Response:
    """Tell that the process lives; no database is asked."""
    return _plain("ok")


@blueprint.get("/health/ready")
@public("says whether this process reaches its database; load balancers have no account")
def ready() -> Response:
    """Tell whether the process can serve: one look at one row."""
    try:
        with open_connection(db.engine, READ) as connection:
            found = connection.scalar(select(CoreEpoch.id).where(CoreEpoch.id == EPOCH_ID))
    except SQLAlchemyError:
        found = None
    return _plain("ready") if found else _plain("not ready", NOT_READY)


@blueprint.get("/admin/health")
@needs(HEALTH, Verb.QUERY)
def show() -> ResponseReturnValue:
    """Show every check with what to do."""
    findings = report()
    return render_template("health/show.html", findings=findings, worst=worst(findings))


def attention(_record: Any) -> str:
    """Return the administrator's panel: what is not well, or one quiet line when all is."""
    return render_template(
        "health/panel.html", findings=[one for one in report() if one.state != "ok"]
    )


def _plain(words: str, status: int = 200) -> Response:
    response = Response(words, status=status, mimetype="text/plain")
    response.headers["Cache-Control"] = "no-store"
    return response
