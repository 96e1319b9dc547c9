"""An import of customers beside somebody who creates one: neither waits for the other in a ring."""

import threading

from flask import Flask

from addons.customers import services
from addons.customers.codes import next_codes
from addons.customers.fields import CustomerFields
from addons.customers.industries import insert_node
from core.actor import system_actor
from core.database import db
from core.unit_of_work import unit_of_work

SYSTEM = system_actor("test")


def test_who_adds_an_industry_does_not_hold_up_who_creates_a_customer(app: Flask) -> None:
    """An import adds industries, then takes codes; a person takes a code, then stores."""
    stored = threading.Event()

    def create() -> None:
        with app.app_context():
            with unit_of_work(SYSTEM):
                services.create_customer(CustomerFields(name="By hand"))
            stored.set()
            db.session.remove()

    person = threading.Thread(target=create)
    with unit_of_work(SYSTEM):
        insert_node({"zh": "航运", "en": "Shipping"})
        person.start()
        if db.engine.dialect.name == "postgresql":  # SQLite lets one write after the other
            assert stored.wait(10), "the person waits for the import, which may wait for the person"
        next_codes(50)
    person.join(30)
    assert stored.is_set()
