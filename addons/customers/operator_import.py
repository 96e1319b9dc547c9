"""Importing operators: many lines of a file, one a network, become one account each operator."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from addons.customers import countries
from addons.customers.batch import Batch, refuse
from addons.customers.fields import CustomerFields, check, wrong_texts
from addons.customers.industry_import import IndustryIndex
from addons.customers.models import Customer, Network
from addons.customers.names import exact_key
from core.access.adding import add_many
from core.errors import DomainError, Refused
from core.i18n import gettext as _
from core.unit_of_work import current_session

OPERATORS_CODE = "operators"
OPERATORS_NAME = {"zh": "电信运营商", "en": "Telecom operators"}
LIMITS = {"mcc": 20, "mnc": 20, "brand": 200, "status": 60, "bands": 500, "note": 5_000}


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the file, cleaned."""

    name: str
    country: str
    region: str
    network: Mapping[str, str]

    @property
    def network_key(self) -> tuple[str, str, str]:
        """What tells the networks of one operator apart."""
        return network_key(self.network)


def network_key(values: Mapping[str, str]) -> tuple[str, str, str]:
    """Return (MCC, MNC, brand): some files give one code to two brands."""
    return values["mcc"], values["mnc"], values["brand"].casefold()


def apply(session: Any, row: Mapping[str, str], options: Mapping[str, Any]) -> str:
    """Apply one row; see `Exchange.apply`."""
    result = apply_many(session, [row], options)[0]
    if isinstance(result, DomainError):
        raise result
    return result


def apply_many(
    session: Any, rows: Sequence[Mapping[str, str]], options: Mapping[str, Any]
) -> list[str | Refused]:
    """Apply a batch: "created" is a new operator, "updated" one that got or changed a network."""
    del session, options
    parsed = [_attempt(read_line, row) for row in rows]
    good = [line for line in parsed if isinstance(line, Line)]
    batch = Batch()
    batch.find(Customer.exact_key, [exact_key(line.name) for line in good])
    known = _Networks([one for line in good for one in batch.named(line.name)])
    industry_id = IndustryIndex().by_code(OPERATORS_CODE, OPERATORS_NAME) if good else None
    results = [
        line
        if isinstance(line, Refused)
        else _attempt(_apply_line, line, batch, known, industry_id)
        for line in parsed
    ]
    batch.store()
    known.store()
    return results


def read_line(row: Mapping[str, str]) -> Line:
    """Clean one row; an operator without a name goes by its brand, one without both is refused."""
    cells = {key: " ".join(text.split()) for key, text in row.items()}
    name = cells.get("operator", "") or cells.get("brand", "")
    if not name:
        refuse("operator", _("The row names neither an operator nor a brand."))
    country, region = _country(cells.get("country_code", ""), cells.get("country_name", ""))
    network = {key: cells.get(key, "") for key in LIMITS}
    errors = wrong_texts(network, LIMITS)
    if errors:
        raise Refused("", fields=errors)
    return Line(name, country, region, network)


def _country(code: str, name: str) -> tuple[str, str]:
    """Return (country code, region); a country that no code tells is kept by its name."""
    code = code.upper()
    if code and all(countries.is_country(part) for part in code.split("/")):
        return code[:20], ""
    found = countries.country_code(name)
    if found and not code:
        return found, ""
    return code[:20], name[:100]


def _apply_line(line: Line, batch: Batch, networks: "_Networks", industry_id: int | None) -> str:
    alike = [
        one
        for one in batch.named(line.name)
        if one.country == line.country and (line.country or one.region == line.region)
    ]
    if not alike:
        fields = CustomerFields(
            name=line.name, country=line.country, region=line.region, industry_id=industry_id
        )
        operator = batch.create(check(fields))
        networks.add(operator, line)
        return "created"
    for one in alike:
        if networks.holds(one, line):
            return "unchanged"
    batch.must_be_changeable(alike[0])
    networks.add(alike[0], line)
    return "updated"


class _Networks:
    """The networks of the accounts of a batch, and those that it adds."""

    def __init__(self, customers: Sequence[Customer]) -> None:
        self._known: dict[tuple[int, tuple[str, str, str]], Network] = {}
        self._new: list[Network] = []
        ids = {customer.id for customer in customers}
        if not ids:
            return
        by_id = {customer.id: customer for customer in customers}
        for network in current_session().scalars(
            select(Network).where(Network.customer_id.in_(ids)).order_by(Network.id)
        ):
            key = network_key(_values(network))
            self._known[id(by_id[network.customer_id]), key] = network

    def holds(self, customer: Customer, line: Line) -> bool:
        """Tell whether this very line is stored."""
        network = self._known.get((id(customer), line.network_key))
        return network is not None and _values(network) == line.network

    def add(self, customer: Customer, line: Line) -> None:
        """Add the line's network to the account, or change the one with its codes."""
        network = self._known.get((id(customer), line.network_key))
        if network is None:
            network = Network(customer=customer, **line.network)
            self._known[id(customer), line.network_key] = network
            self._new.append(network)
            return
        for key, value in line.network.items():
            setattr(network, key, value)

    def store(self) -> None:
        """Store the changes; the accounts must have been stored before."""
        add_many(current_session(), self._new)
        current_session().flush()


def _values(network: Network) -> dict[str, str]:
    return {key: getattr(network, key) for key in LIMITS}


def _attempt(function: Any, *arguments: Any) -> Any:
    try:
        return function(*arguments)
    except Refused as refusal:
        return refusal
