from collections import Counter

from sqlalchemy import func, select

from addons.customers import demo
from addons.customers.credit_codes import is_credit_code
from addons.customers.models import Contact, Customer, Opportunity
from core.unit_of_work import unit_of_work
from tests.factories.customers import MAKING


def test_the_demo_spreads_sixty_accounts_over_the_managers_once(house, make):
    for _ in range(2):
        with unit_of_work(MAKING):
            demo.seed()
    with unit_of_work(MAKING) as session:
        owners = Counter(session.scalars(select(Customer.scope_owner_id)))
        assert sum(owners.values()) == 60
        assert set(owners) == {house.ann.employee.id, house.bob.employee.id}
        assert min(owners.values()) == 30
        stages = set(session.scalars(select(Customer.stage)))
        assert stages == {"prospect", "opportunity", "relationship", "signed"}
        assert session.scalar(select(func.count()).select_from(Contact)) > 60
        outcomes = set(session.scalars(select(Opportunity.stage)))
        assert {"won", "lost", "negotiation"} <= outcomes
        numbers = session.scalars(select(Customer.registration_no).where(Customer.country == "CN"))
        assert all(is_credit_code(number) for number in numbers if number)
