"""The two ladders: the stage of an account and the stage of an opportunity."""

from enum import StrEnum
from typing import Any

from core.i18n import lazy_gettext as _l


class Grade(StrEnum):
    """How important an account is; an account may also have no grade yet."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"


class Stage(StrEnum):
    """How far the business with an account has come."""

    PROSPECT = "prospect"
    OPPORTUNITY = "opportunity"
    RELATIONSHIP = "relationship"
    SIGNED = "signed"


class OpportunityStage(StrEnum):
    """How far one opportunity has come; won and lost are ends."""

    LEAD = "lead"
    PROPOSAL = "proposal"
    NEGOTIATION = "negotiation"
    WON = "won"
    LOST = "lost"


STAGES = tuple(Stage)
STAGE_TITLES: dict[str, Any] = {
    Stage.PROSPECT: _l("Prospect"),
    Stage.OPPORTUNITY: _l("Opportunity"),
    Stage.RELATIONSHIP: _l("Relationship confirmed"),
    Stage.SIGNED: _l("Migration signed"),
}
STAGE_TONES: dict[str, str] = {
    Stage.PROSPECT: "",
    Stage.OPPORTUNITY: "wood",
    Stage.RELATIONSHIP: "info",
    Stage.SIGNED: "ok",
}

OPPORTUNITY_STAGES = tuple(OpportunityStage)
OPEN_STAGES = (OpportunityStage.LEAD, OpportunityStage.PROPOSAL, OpportunityStage.NEGOTIATION)
ENDS = (OpportunityStage.WON, OpportunityStage.LOST)
OPPORTUNITY_TITLES: dict[str, Any] = {
    OpportunityStage.LEAD: _l("Need identified"),
    OpportunityStage.PROPOSAL: _l("Proposal made"),
    OpportunityStage.NEGOTIATION: _l("In negotiation"),
    OpportunityStage.WON: _l("Won"),
    OpportunityStage.LOST: _l("Lost"),
}
OPPORTUNITY_TONES: dict[str, str] = {
    OpportunityStage.LEAD: "",
    OpportunityStage.PROPOSAL: "wood",
    OpportunityStage.NEGOTIATION: "info",
    OpportunityStage.WON: "ok",
    OpportunityStage.LOST: "bad",
}

NETWORK_STATUSES: dict[str, Any] = {  # as files of operators write them
    "operational": _l("Operational"),
    "not operational": _l("Not operational"),
    "planned": _l("Planned"),
    "ongoing": _l("Under construction"),
    "temporary operational": _l("Temporarily operational"),
    "test network": _l("Test network"),
    "testing": _l("Test network"),
    "upcoming": _l("Planned"),
    "allocated": _l("Allocated"),
    "reserved": _l("Reserved"),
    "returned spare": _l("Returned"),
    "unknown": _l("Unknown"),
}


def rank(stage: str) -> int:
    """Return the place of an account's stage on its ladder, from 0."""
    return STAGES.index(Stage(stage))
