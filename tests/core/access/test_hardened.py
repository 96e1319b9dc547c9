"""A hardened site: the database shows each unit of work its actor's rows, whatever it is asked."""

import psycopg
import pytest
from sqlalchemy import delete, func, literal_column, select, text, update
from sqlalchemy.exc import ProgrammingError

from addons.customers.hand_over import hand_over
from addons.customers.models import Contact, Customer
from core.access.bulk import bulk_write
from core.access.elevation import elevated
from core.access.policy import recompile
from core.actor import system_actor
from core.audit.models import AuditEntry
from core.clock import today
from core.database import db
from core.unit_of_work import current_unit, read_only, unit_of_work
from tests.core.access.planted import ROWS, everything_off, raw, told


@pytest.fixture
def database():
    return "postgresql"


@pytest.fixture
def site(hardened):
    return hardened


def test_nothing_is_seen_before_somebody_says_who_asks(people):
    with read_only(people.as_ann) as session:
        assert raw() == set()
        assert set(session.scalars(select(Customer.id))) == {people.hers}
        assert raw() == {people.hers}
        assert raw("SELECT id FROM customers_contact") == set()


def test_raw_sql_sees_each_persons_rows_under_the_verb_of_the_statement(people):
    everything = {people.hers, people.his}
    for actor, wanted in (
        (people.as_ann, {people.hers}),
        (people.as_bob, {people.his}),
        (people.as_head, {people.hers}),
        (people.as_boss, everything),
    ):
        with read_only(actor) as session:
            for verb in ("query", "export", "update"):
                rows = set() if (actor, verb) == (people.as_head, "update") else wanted
                asked = select(Customer.id).execution_options(action=verb)
                assert set(session.scalars(asked)) == rows
                assert raw() == rows


def test_the_next_transaction_of_a_connection_begins_with_nothing(people):
    for end in ("commit", "rollback"):
        with unit_of_work(people.as_boss) as session:
            assert len(set(session.scalars(select(Customer.id)))) == 2
            connection = current_unit().connection.connection.driver_connection
            getattr(connection, end)()
            assert connection.execute(ROWS).fetchall() == []
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("INSERT INTO customers_contact (customer_id) VALUES (1)")
            connection.rollback()


def test_prepared_statements_of_one_connection_serve_people_in_turn(people):
    asked, seen = select(Customer.id).order_by(Customer.id), []
    db.engine.dispose()  # so that there is one connection for all
    pids = set()
    for _round in range(12):  # psycopg prepares a statement at its sixth execution
        for actor in (people.as_ann, people.as_bob):
            with read_only(actor) as session:
                seen.append(tuple(session.scalars(asked)))
                assert raw() == set(seen[-1])
                pids.add(current_unit().connection.connection.driver_connection.info.backend_pid)
    assert len(pids) == 1
    assert set(seen[::2]) == {(people.hers,)}
    assert set(seen[1::2]) == {(people.his,)}


def test_a_savepoint_that_is_taken_back_takes_what_was_said_with_it(people):
    with unit_of_work(people.as_ann) as session:
        nested = session.begin_nested()
        assert session.scalars(select(Customer.id)).all() == [people.hers]
        nested.rollback()
        assert raw() == set()
        assert session.scalars(select(Customer.id)).all() == [people.hers]
        with session.begin_nested():
            assert session.get(Customer, people.hers).name == "Ann's"
        assert raw() == {people.hers}


def test_a_unit_and_what_is_elevated_in_it_alternate_on_one_transaction(people):
    with unit_of_work(people.as_ann) as session, elevated("test") as wide:
        for _round in range(3):
            assert set(wide.scalars(select(Customer.id))) == {people.hers, people.his}
            assert session.scalars(select(Customer.id)).all() == [people.hers]
            assert raw() == {people.hers}
        wide.get(Customer, people.his).notes = "by the system"
        session.get(Customer, people.hers).notes = "by Ann"
        wide.flush()
        session.flush()
        assert set(wide.scalars(select(Customer.notes))) == {"by the system", "by Ann"}
        session.scalar(select(func.count(AuditEntry.id)))  # of a table without policy
        assert raw() == {people.hers}, "the marker stood while somebody else asked"


def test_text_hidden_in_a_function_never_runs_under_the_marker(people):
    hidden = select(literal_column("query_to_xml('SELECT id FROM customers_' || 'customer', 1 = 1, "
                                   "1 = 0, '')::text"))  # fmt: skip
    with read_only(people.as_ann) as session, elevated("test") as wide:
        assert len(wide.scalars(select(Customer.id)).all()) == 2
        assert session.scalar(hidden).count("<id>") == 1


def test_who_has_handed_a_record_on_may_read_it_once_more_in_the_same_unit(people):
    with unit_of_work(people.as_boss):
        hand_over([people.hers], to_employee_id=people.bob.id, reason="leave")
    with unit_of_work(people.as_head) as session:
        customer = session.scalar(select(Customer))
        assert customer is None
    with unit_of_work(people.as_boss) as session:
        session.get(Customer, people.hers).scope_owner_id = people.ann.id
    with unit_of_work(people.as_ann) as session:
        customer = session.get(Customer, people.hers)
        with elevated("somebody else takes it away") as wide:
            wide.get(Customer, people.hers).scope_owner_id = people.bob.id
        session.refresh(customer)
        assert customer.scope_owner_id == people.bob.id


def test_a_unit_that_compiles_rights_goes_on_under_those_that_it_began_with(people):
    with unit_of_work(people.as_ann) as session:
        session.get(Customer, people.hers).notes = "before"
        with elevated("test") as wide:
            recompile(wide)
        session.get(Customer, people.hers).notes = "after"
        session.flush()
        session.expire_all()
        assert session.scalars(select(Customer.notes)).all() == ["after"]


def test_set_based_changes_and_children_stay_within_and_follow(people):
    with unit_of_work(people.as_boss) as session:
        done = bulk_write(
            session,
            update(Customer).where(Customer.id == people.his).values(scope_owner_id=people.ann.id),
            "test",
        )
        assert done == 1
    with read_only(people.as_ann) as session:
        assert session.scalars(select(Contact.id)).all() == [people.contact]
        assert raw("SELECT id FROM customers_contact") == {people.contact}
    with unit_of_work(people.as_bob) as session:
        assert bulk_write(session, delete(Contact), "test") == 0


def test_with_the_applications_wall_off_nothing_leaks(people):
    with everything_off(), read_only(people.as_ann) as session:
        assert session.scalars(select(Customer.id)).all() == [people.hers]
        assert session.execute(select(Customer.__table__.c.id)).all() == [(people.hers,)]
        assert session.scalar(text("SELECT count(*) FROM customers_customer")) == 1
        assert session.scalar(text("SELECT count(*) FROM customers_contact")) == 0
    with everything_off(), pytest.raises(ProgrammingError), unit_of_work(people.as_ann) as session:
        session.add(Customer(code="X", name="x", scope_owner_id=people.bob.id, exact_key="x",
                             match_key="x", stage_since=today()))  # fmt: skip


def test_what_is_append_only_stays_so_and_nothing_can_be_lifted(people):
    with unit_of_work(people.as_boss) as session:
        session.get(Customer, people.hers).notes = "one entry"
    for sql in (
        "UPDATE core_audit SET label = ''",
        "DELETE FROM core_audit",
        "TRUNCATE core_audit",
        "TRUNCATE customers_customer",
        "ALTER TABLE customers_customer DISABLE ROW LEVEL SECURITY",
        "DROP POLICY core_wall ON customers_customer",
        "DROP FUNCTION core_wall_user() CASCADE",
        "CREATE TABLE mine (id int)",
        "ALTER TABLE core_audit DISABLE TRIGGER ALL",
        "UPDATE core_version SET version_num = ''",
    ):
        with read_only(system_actor("test")):
            current_unit().release()
        with (
            unit_of_work(system_actor("test")),
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            raw(sql)


def test_a_request_pays_one_statement_and_none_without_protected_rows(people):
    with told() as said, read_only(people.as_ann) as session:
        session.scalar(select(func.count(AuditEntry.id)))
        assert said == []
        for _round in range(3):
            session.scalars(select(Customer)).all()
            session.scalars(select(Contact)).all()
            session.scalar(select(func.count(AuditEntry.id)))
        assert len(said) == 1
