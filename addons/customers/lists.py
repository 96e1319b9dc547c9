"""The list of accounts, declared once."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select

from addons.customers import countries
from addons.customers.industry_columns import (
    branch_above,
    in_industries,
    industry_choices,
    industry_leaves,
    industry_titles,
)
from addons.customers.measures import standing_steps
from addons.customers.models import CUSTOMER, Customer, StageMove
from addons.customers.stages import (
    STAGE_TITLES,
    STAGE_TONES,
    STAGES,
    Grade,
    Stage,
)
from core.actor import current_actor
from core.events.models import StoredEvent
from core.i18n import current_locale
from core.i18n import lazy_gettext as _l
from core.organisation.models import Employee
from core.organisation.queries import employee_choices, employee_labels
from core.unit_of_work import current_session
from core.web.lists import BulkAction, Choice, Column, Facet, ListSpec, Lookup, Tab


def shown_name() -> ColumnElement[str]:
    """Return the name in the reader's language, where the account has one."""
    if current_locale() == "en":
        return case((Customer.name_en != "", Customer.name_en), else_=Customer.name)
    return Customer.name.expression


def _sorted_name() -> ColumnElement[str]:
    """Return what accounts are sorted by: the name that is shown, Chinese by pinyin."""
    return shown_name() if current_locale() == "en" else Customer.sort_key.expression


def rank_of(stage: Any, ladder: Sequence[str]) -> ColumnElement[int]:
    """Return the place of a stage on its ladder."""
    return case({str(one): place for place, one in enumerate(ladder)}, value=stage)


def _customers() -> Select[Any]:
    return (
        select().select_from(Customer).outerjoin(Employee, Employee.id == Customer.scope_owner_id)
    )


def _offered_managers() -> list[Choice]:
    people = employee_choices(current_session())
    return [Choice(str(key), name.partition(" · ")[0]) for key, name in people]


def _manager_titles(values: Collection[str]) -> dict[str, str]:
    names = employee_labels(current_session(), [int(value) for value in values])
    return {str(key): name for key, name in names.items()}


def _entered() -> ColumnElement[Any]:
    """Return the day on which an account became a prospect; none if it began further on."""
    counted = standing_steps(func.max(StageMove.happened_on))
    own = StageMove.customer_id == Customer.id
    return (
        counted.where(own, StageMove.to_stage == Stage.PROSPECT)
        .correlate(Customer)
        .scalar_subquery()
    )


MANAGERS = Lookup(_offered_managers, _manager_titles)


def _handed_over() -> Any:
    """Return when an account last got another manager; asked only where the filter is used."""
    handed = select(func.max(StoredEvent.at)).where(
        StoredEvent.type == "customers.handed_over", StoredEvent.record_id == Customer.id
    )
    return handed.correlate(Customer).scalar_subquery()


def mine() -> dict[str, str]:
    """Return the filter that leaves what the reader looks after."""
    return {"manager": str(current_actor().employee_id or 0)}


COUNTRIES = Lookup(
    lambda: [Choice(code, title) for code, title in countries.choices()],
    lambda values: {code: countries.country_title(code) for code in values},
)
GRADES = {str(grade): str(grade) for grade in Grade}

CUSTOMERS = ListSpec(
    key="customers.customer",
    resource=CUSTOMER,
    title=_l("Customers"),
    endpoint="customers.index",
    record_endpoint="customers.show",
    edit_endpoint="customers.edit",
    walks=True,
    id=Customer.id,
    source=_customers,
    rows=lambda: select().select_from(Customer),
    columns=(
        Column(
            "name", _l("Customer"), shown_name, sub=Customer.code, sort=_sorted_name, phone="p1"
        ),
        Column("grade", _l("Grade"), Customer.grade, kind="grade", phone="p2", edit="grade"),
        Column(
            "stage",
            _l("Stage"),
            Customer.stage,
            kind="tag",
            sort=rank_of(Customer.stage, STAGES),
            labels=STAGE_TITLES,
            tones=STAGE_TONES,
            phone="p3",
        ),
        Column(
            "industry",
            _l("Industry"),
            Customer.industry_id,
            labels=industry_leaves,
            sub=branch_above,
            sortable=False,
        ),
        Column("region", _l("Region"), Customer.region, edit="region"),
        Column("country", _l("Country"), Customer.country, labels=countries.names, edit="country"),
        Column("manager", _l("Account manager"), Employee.name, sortable=False),
        Column("since", _l("At this stage since"), Customer.stage_since, kind="day", phone="p4"),
        Column(
            "external_code",
            _l("External code"),
            Customer.external_code,
            shown=False,
            edit="external_code",
        ),
        Column("registration_no", _l("Registration number"), Customer.registration_no, shown=False),
        Column("name_en", _l("English name"), Customer.name_en, shown=False),
        Column("founded", _l("Founded"), Customer.founded, shown=False, edit="founded"),
        Column("updated", _l("Last change"), Customer.updated_at, kind="instant", shown=False),
    ),
    facets=(
        Facet(
            "industry",
            _l("Industry"),
            Customer.industry_id,
            choices=industry_choices,
            condition=in_industries,
            none=_l("None"),
        ),
        Facet("grade", _l("Grade"), Customer.grade, choices=GRADES, none=_l("Not graded")),
        Facet("stage", _l("Stage"), Customer.stage, choices=STAGE_TITLES),
        Facet("region", _l("Region"), Customer.region),
        Facet("country", _l("Country"), Customer.country, choices=COUNTRIES, none=_l("None")),
        Facet(
            "manager",
            _l("Account manager"),
            Customer.scope_owner_id,
            choices=MANAGERS,
            none=_l("Nobody"),
        ),
        Facet("since", _l("At this stage since"), Customer.stage_since, kind="dates"),
        Facet("entered", _l("Prospect since"), _entered, kind="dates"),
        Facet("handed", _l("Handed over"), _handed_over, kind="dates"),
    ),
    search=(Customer.search_text,),
    search_hint=_l("Name, code, pinyin initials"),
    tabs=(Tab("mine", _l("Mine"), mine),),
    bulk=(
        BulkAction(
            "hand_over", _l("Hand over…"), "customers.hand_over", icon="user", action="assign"
        ),
    ),
    export_endpoint="customers.export",
    empty_title=_l("No customers yet"),
    empty_text=_l(
        "Customers that you look after stand here. Enter the first one or import a file."
    ),
)


def _in_file(column: Column) -> Column:
    """Return a column as files have it: shown, and an industry with all above it in one cell."""
    if column.key == "industry":
        return replace(column, labels=industry_titles, sub=None)
    return replace(column, shown=True)


EXPORTED_CUSTOMERS = replace(
    CUSTOMERS,
    columns=(
        Column("code", _l("Our code"), Customer.code),
        Column("name", _l("Name"), Customer.name),
        *(_in_file(column) for column in CUSTOMERS.columns[1:]),
        Column("website", _l("Website"), Customer.website),
        Column("notes", _l("Notes"), Customer.notes),
    ),
)

LISTED_CUSTOMERS = replace(
    EXPORTED_CUSTOMERS,
    columns=(
        *EXPORTED_CUSTOMERS.columns,
        Column("manager_id", _l("Account manager"), Customer.scope_owner_id, sortable=False),
        Column("unit_id", _l("Unit"), Customer.scope_org_id, sortable=False),
        Column("row_version", _l("Version"), Customer.row_version, sortable=False),
    ),
)
