from sqlalchemy import select

from addons.customers.models import Customer
from core.actor import system_actor
from core.jobs.worker import drain
from core.organisation import staff
from core.organisation.staff import EmployeeFields
from core.unit_of_work import unit_of_work

SYSTEM = system_actor("test")


def move(employee, unit):
    with unit_of_work(SYSTEM) as session:
        fields = EmployeeFields(code=employee.code, name=employee.name, unit_id=unit.id)
        staff.update_employee(session, employee.id, fields)


def units_of(*customers):
    with unit_of_work(SYSTEM) as session:
        rows = session.execute(select(Customer.id, Customer.scope_org_id)).all()
    found = dict(iter(rows))
    return [found[customer] for customer in customers]


def test_accounts_follow_their_manager_into_another_unit(app, make):
    here, there, third = make.unit(), make.unit(), make.unit()
    mover, colleague = make.employee(unit=here), make.employee(unit=here)
    own = make.customers.customer(manager=mover)
    others = make.customers.customer(manager=colleague)
    elsewhere = make.customers.customer(manager=mover)
    with unit_of_work(SYSTEM) as session:
        session.get(Customer, elsewhere).scope_org_id = third.id
    move(mover, there)
    assert units_of(own, others, elsewhere) == [here.id, here.id, third.id]
    drain(app)
    assert units_of(own, others, elsewhere) == [there.id, here.id, third.id]
