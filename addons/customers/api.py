"""The programming interface of accounts: a twin of every act of their pages."""

from typing import Annotated, Any

from pydantic import Field

from addons.customers import duplicates, many, queries, services, stage_moves
from addons.customers import hand_over as handing
from addons.customers.api_models import (
    Correction,
    CustomerChanges,
    CustomerOut,
    CustomerValues,
    GroupOut,
    HandedOver,
    HandOver,
    HandOverLine,
    NewCustomer,
    NewCustomers,
    StageSumOut,
    StageTo,
    StepOut,
    StoredMany,
)
from addons.customers.fields import CustomerFields, values_of
from addons.customers.lists import EXPORTED_CUSTOMERS, LISTED_CUSTOMERS
from addons.customers.models import CUSTOMER
from core.access.decorators import needs
from core.access.records import check_version
from core.api import Api, In, Text
from core.i18n import lazy_gettext as _l
from core.unit_of_work import current_unit

api = Api("customers_api", __name__)
APART = {"manager_id", "stage", "since"}

api.collection("", LISTED_CUSTOMERS, name="customers", summary=_l("List customers"))
api.export("/export", EXPORTED_CUSTOMERS, name="export", summary=_l("Export customers"))


@api.on("GET", "/<int:record_id>", summary=_l("Read a customer"))
@needs(CUSTOMER, "query")
def show(record_id: int) -> CustomerOut:
    """Answer one account."""
    return queries.customer(record_id)  # type: ignore[return-value]


@api.on("POST", "", summary=_l("Create a customer"), status=201, location="customers_api.show")
@needs(CUSTOMER, "create")
def create(body: NewCustomer) -> CustomerOut:
    """Store an account."""
    draft = _draft(body)
    return services.create_customer(  # type: ignore[return-value]
        draft.fields, manager_id=draft.manager_id, stage=draft.stage, since=draft.since
    )


@api.on("PATCH", "/<int:record_id>", summary=_l("Change a customer"))
@needs(CUSTOMER, "update")
def change(record_id: int, row_version: int, body: CustomerValues) -> CustomerOut:
    """Change the fields that are sent."""
    before = queries.customer(record_id)
    fields = CustomerFields(**{**values_of(before), **_sent(body)})
    return services.update_customer(record_id, fields, row_version=row_version)  # type: ignore[return-value]


@api.on("DELETE", "/<int:record_id>", summary=_l("Delete a customer"))
@needs(CUSTOMER, "delete")
def delete(record_id: int, row_version: int) -> None:
    """Delete an account on which nothing hangs."""
    check_version(queries.customer(record_id), row_version, {})
    services.delete_customer(record_id)


@api.on("POST", "/batch", summary=_l("Create up to 1,000 customers, all or none"), status=201)
@needs(CUSTOMER, "create")
def create_many(body: NewCustomers) -> StoredMany:
    """Store many accounts."""
    made = many.create_customers([_draft(one) for one in body.items])
    return _stored(made, version=1)


@api.on("PATCH", "/batch", summary=_l("Change up to 1,000 customers, all or none"))
@needs(CUSTOMER, "update")
def change_many(body: CustomerChanges) -> StoredMany:
    """Change many accounts."""
    changes = [
        many.Change(
            customer_id=one.id,
            row_version=one.row_version,
            values=one.model_dump(exclude_unset=True, exclude={"id", "row_version"}),
        )
        for one in body.items
    ]
    return _stored(many.change_customers(changes))


@api.on("POST", "/<int:record_id>/stage", summary=_l("Move a customer to another stage"))
@needs(CUSTOMER, "update")
def move(record_id: int, body: StageTo) -> CustomerOut:
    """Record a step."""
    return stage_moves.move_stage(record_id, body.to, on=body.on, reason=body.reason)  # type: ignore[return-value]


@api.on("GET", "/<int:record_id>/stages", summary=_l("Read the stage history"))
@needs(CUSTOMER, "query")
def stages(record_id: int) -> list[StepOut]:
    """Answer every recorded step, oldest first."""
    queries.customer(record_id)
    return queries.stage_history(record_id)  # type: ignore[return-value]


@api.on(
    "POST",
    "/<int:record_id>/stages/<int:move_id>/correct",
    summary=_l("Correct the date of a step"),
)
@needs(CUSTOMER, "correct")
def correct(record_id: int, move_id: int, body: Correction) -> list[StepOut]:
    """Give a step another date by a new row."""
    queries.customer(record_id)
    stage_moves.correct_stage_date(move_id, body.on, reason=body.reason, of_customer=record_id)
    return queries.stage_history(record_id)  # type: ignore[return-value]


@api.on("POST", "/hand-over", summary=_l("Hand customers over"))
@needs(CUSTOMER, "assign")
def hand_over(body: HandOver) -> HandedOver:
    """Give accounts to another manager, all or none."""
    moved = handing.hand_over(body.ids, to_employee_id=body.to_employee_id, reason=body.reason)
    return HandedOver(moved=moved)


@api.on("POST", "/hand-over/preview", summary=_l("Preview a hand-over"))
@needs(CUSTOMER, "assign")
def preview_hand_over(body: HandOver) -> list[HandOverLine]:
    """Tell what would become of each account."""
    return handing.preview(body.ids, body.to_employee_id)  # type: ignore[return-value]


@api.on("GET", "/pipeline", summary=_l("Read the pipeline by stage"))
@needs(CUSTOMER, "analyse")
def pipeline() -> list[StageSumOut]:
    """Answer accounts and open expected value by stage: what the chart shows."""
    return queries.pipeline()  # type: ignore[return-value]


class Like(In):
    """Names to compare with; without any, every group of alike accounts is answered."""

    name: Annotated[Text, Field(max_length=200)] = ""
    name_en: Annotated[Text, Field(max_length=200)] = ""


@api.on("GET", "/duplicates", summary=_l("Find customers that may be the same"))
@needs(CUSTOMER, "query")
def alike(query: Like) -> list[GroupOut]:
    """Answer groups of the caller's range."""
    if not (query.name or query.name_en):
        return duplicates.groups()  # type: ignore[return-value]
    members = tuple(duplicates.like(query.name, query.name_en))
    return [duplicates.Group(query.name, members)] if members else []  # type: ignore[list-item]


def _sent(body: Any) -> dict[str, Any]:
    sent: dict[str, Any] = body.model_dump(exclude_unset=True)
    return sent


def _draft(body: NewCustomer) -> many.Draft:
    return many.Draft(
        fields=CustomerFields(**body.model_dump(exclude=APART)),
        manager_id=body.manager_id,
        stage=body.stage,
        since=body.since,
    )


def _stored(records: list[Any], *, version: int | None = None) -> StoredMany:
    current_unit().flush()
    items = [
        {"id": one.id, "code": one.code, "row_version": version or one.row_version}
        for one in records
    ]
    return StoredMany.model_validate({"items": items})
