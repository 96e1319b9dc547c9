"""The customer dimension: how ranges of customers are named and made by rule."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, select

from addons.customers import industries
from addons.customers.models import Customer, Industry
from addons.customers.stages import Grade
from core.contributions import Dimension, RangeRule
from core.i18n import lazy_gettext as _l
from core.unit_of_work import current_session


def labels_of(keys: Sequence[int]) -> Mapping[int, str]:
    """Return "KH-0001 name" for those of the accounts that the actor may see."""
    rows = current_session().execute(
        select(Customer.id, Customer.code, Customer.name).where(Customer.id.in_(keys))
    )
    return {key: f"{code} {name}" for key, code, name in rows}


def find(texts: Sequence[str]) -> Mapping[str, int]:
    """Return the accounts with these codes, of those that the actor may see."""
    rows = current_session().execute(
        select(Customer.code, Customer.id).where(Customer.code.in_(texts))
    )
    return {code: key for code, key in rows}  # noqa: C416 - rows are no pairs to a type checker


def of_grade(grade: Any) -> Select[Any]:
    """Return the accounts of a grade."""
    return select(Customer.id).where(Customer.grade == str(grade))


def of_region(region: Any) -> Select[Any]:
    """Return the accounts of a region."""
    return select(Customer.id).where(Customer.region == str(region))


def of_industry(industry_id: Any) -> Select[Any]:
    """Return the accounts of an industry and all below it."""
    wanted = select(Industry.path).where(Industry.id == int(industry_id)).scalar_subquery()
    below = select(Industry.id).where(Industry.path.startswith(wanted))
    return select(Customer.id).where(Customer.industry_id.in_(below))


def regions() -> Sequence[tuple[str, str]]:
    """Return the regions that visible accounts have."""
    found = current_session().scalars(
        select(Customer.region).where(Customer.region != "").distinct().order_by(Customer.region)
    )
    return [(region, region) for region in found]


CUSTOMER_DIMENSION = Dimension(
    key="customer",
    title=_l("Customer"),
    column="scope_customer_id",
    labels_of=labels_of,
    model=Customer,
    find=find,
    rules=(
        RangeRule(
            key="grade",
            title=_l("Grade"),
            select_keys=of_grade,
            columns=("grade",),
            choices=lambda: [(str(grade), str(grade)) for grade in Grade],
        ),
        RangeRule(
            key="region",
            title=_l("Region"),
            select_keys=of_region,
            columns=("region",),
            choices=regions,
        ),
        RangeRule(
            key="industry",
            title=_l("Industry and below"),
            select_keys=of_industry,
            columns=("industry_id",),
            choices=industries.choices,
        ),
    ),
)
