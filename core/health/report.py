"""All checks in one report; a check that fails is a finding, never a failed page."""

from collections.abc import Sequence

from flask import current_app, has_request_context, url_for
from sqlalchemy.exc import SQLAlchemyError

from core.health.checks import CHECKS, Check, Finding, State
from core.health.facts import Facts, read_facts
from core.i18n import gettext as _
from core.unit_of_work import current_session

ORDER: Sequence[State] = ("bad", "warn", "ok")


def report() -> list[Finding]:
    """Run every check and return the findings, in their order."""
    try:
        with current_session().begin_nested():
            facts = read_facts(current_session())
    except SQLAlchemyError as error:
        current_app.logger.exception("the facts of the site could not be read")
        said = _("The database did not answer: %(error)s", error=type(error).__name__)
        return [Finding("database", _("Database"), "bad", said)]
    answers = _("It answers; it is %(name)s.", name=facts.database)
    return [
        Finding("database", _("Database"), "ok", answers),
        *(_checked(facts, *one) for one in CHECKS),
    ]


def _checked(facts: Facts, check: Check, title: object, endpoint: str) -> Finding:
    key = check.__name__
    try:
        with current_session().begin_nested():
            state, said = check(facts)
    except Exception as error:
        current_app.logger.exception("the check %s failed", key)
        state = "bad"
        said = _("This could not be checked: %(error)s", error=type(error).__name__)
    url = url_for(endpoint) if endpoint and has_request_context() else ""
    return Finding(key, str(title), state, said, url)


def worst(findings: Sequence[Finding]) -> State:
    """Return the worst state among findings."""
    return min((one.state for one in findings), key=ORDER.index, default="ok")
