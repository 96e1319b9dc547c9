"""What both imports share: look-ups for a whole batch, and storing its new accounts at once."""

from collections.abc import Iterable, Sequence
from typing import NoReturn

from sqlalchemy import or_, select
from sqlalchemy.orm import InstrumentedAttribute

from addons.customers import stage_moves
from addons.customers.codes import next_codes
from addons.customers.fields import CustomerFields
from addons.customers.models import Customer
from addons.customers.names import exact_key
from addons.customers.services import new_customer, place_of, place_words
from addons.customers.stages import Stage
from core.access.adding import add_many
from core.access.places import Place, places_for
from core.clock import today
from core.contributions import Verb
from core.errors import Refused
from core.i18n import gettext as _
from core.organisation.models import Employee
from core.unit_of_work import current_session, current_unit


def refuse(column: str, words: str) -> NoReturn:
    """Raise Refused for one cell."""
    raise Refused("", fields={column: [words]})


class Batch:
    """The accounts that a batch of rows may mean, and those that it adds."""

    def __init__(self) -> None:
        self._by_code: dict[str, Customer] = {}
        self._by_external: dict[str, Customer] = {}
        self._by_name: dict[str, list[Customer]] = {}
        self._managers: dict[str, list[int]] = {}
        self._places: dict[int | None, Place] = {}
        self._may_put = places_for(Customer)
        self._changeable: set[int] | None = None
        self._found: list[int] = []
        self._new: list[tuple[Customer, str]] = []

    def find(self, column: InstrumentedAttribute[str], wanted: Iterable[str]) -> None:
        """Load every visible account that has one of the keys in `column`, in one statement."""
        keys = {key for key in wanted if key}
        if not keys:
            return
        for customer in current_session().scalars(
            select(Customer).where(column.in_(keys)).order_by(Customer.id)
        ):
            self._remember(customer)

    def knows(self, *, code: str, external_code: str) -> bool:
        """Tell whether one of the codes was found already, so that the name does not matter."""
        return code in self._by_code or external_code in self._by_external

    def know_managers(self, names: Iterable[str]) -> None:
        """Load the active employees whom the rows name by code or name."""
        wanted = {name for name in names if name}
        if not wanted:
            return
        rows = current_session().execute(
            select(Employee.id, Employee.code, Employee.name).where(
                Employee.active.is_(True),
                or_(Employee.code.in_(wanted), Employee.name.in_(wanted)),
            )
        )
        for key, code, name in rows:
            for words in {code, name}:
                self._managers.setdefault(words, []).append(key)

    def match(
        self, *, name: str, country: str, code: str = "", external_code: str = ""
    ) -> Customer | None:
        """Return the one account that is meant, or None; raise Refused when several may be."""
        if code:
            return self._by_code.get(code)
        if external_code and external_code in self._by_external:
            return self._by_external[external_code]
        alike = [
            customer
            for customer in self._by_name.get(exact_key(name), ())
            if not (country and customer.country and customer.country != country)
            and not (
                external_code and customer.external_code and customer.external_code != external_code
            )
        ]
        if len(alike) > 1:
            refuse(
                "name",
                _(
                    "%(count)d customers have this name; add the column of our codes.",
                    count=len(alike),
                ),
            )
        return alike[0] if alike else None

    def named(self, name: str) -> Sequence[Customer]:
        """Return the accounts of this name, those of this batch included."""
        return self._by_name.get(exact_key(name), ())

    def create(
        self, fields: CustomerFields, *, manager: str = "", stage: str = Stage.PROSPECT
    ) -> Customer:
        """Build a new account; `store` gives it its code and its first steps."""
        owner = self._manager_id(manager)
        if owner not in self._places:
            self._places[owner] = place_of(owner)
        if not self._may_put(self._places[owner]):
            refuse("manager", place_words(owner))
        customer = new_customer(fields, owner=self._places[owner], code="", since=today())
        self._new.append((customer, stage))
        self._remember(customer)
        return customer

    def must_be_changeable(self, customer: Customer) -> None:
        """Raise Refused unless the actor may update this account."""
        if customer.id is None:
            return
        if self._changeable is None:
            statement = select(Customer.id).where(Customer.id.in_(self._found))
            self._changeable = set(
                current_session().scalars(statement.execution_options(action=Verb.UPDATE))
            )
        if customer.id not in self._changeable:
            refuse("", _("You may see %(code)s, but not change it.", code=customer.code))

    def store(self) -> None:
        """Store the changes; give the new accounts codes and record the stages they are at."""
        session = current_session()
        session.flush()
        codes = next_codes(len(self._new)) if self._new else ()
        for (customer, _stage), code in zip(self._new, codes, strict=True):
            customer.code = code
            customer.search_text = f"{code.casefold()} {customer.search_text}"[:800]
        moves = [
            move
            for customer, stage in self._new
            for move in stage_moves.first_steps(customer, stage, today())
        ]
        add_many(session, [customer for customer, _stage in self._new])
        add_many(session, moves)

    def _remember(self, customer: Customer) -> None:
        if customer.id is not None:
            self._found.append(customer.id)
        if customer.code:
            self._by_code.setdefault(customer.code, customer)
        if customer.external_code:
            self._by_external.setdefault(customer.external_code, customer)
        alike = self._by_name.setdefault(customer.exact_key, [])
        if customer not in alike:
            alike.append(customer)

    def _manager_id(self, words: str) -> int | None:
        if not words:
            return current_unit().actor.employee_id
        found = self._managers.get(words, [])
        if len(found) != 1:
            refuse(
                "manager",
                _("Nobody active is called %(name)s.", name=words)
                if not found
                else _("Several people are called %(name)s; use the employee code.", name=words),
            )
        return found[0]
