"""The policies alone, on the toy tables: what plain SQL sees under random terms, by brute force."""

import random
from types import SimpleNamespace

import psycopg
import pytest
import sqlalchemy as sa

from core.access import resources as resources_module
from core.access.policies import FUNCTIONS, Guarded, guarded_tables, lowering, raising
from core.access.reach import Conjunct, KeySet
from core.access.resources import use_resources
from core.access.saying import say
from core.access.terms import Term
from core.access.wall import SAY, SETTING, WIDE
from core.contributions import Resource
from tests.core.access.wall_toys import Contact, Cost, Customer, Line, Piece, ToyBase, Trip, World

USER, EMPLOYEE = 7, 3
DECLARED = {
    "toy.cost": Resource(key="toy.cost", title="costs", model=Cost, participants=True),
    "toy.line": Resource(key="toy.line", title="lines", model=Line, dimensions=("org", "owner")),
    "toy.customer": Resource(key="toy.customer", title="customers", model=Customer),
    "toy.piece": Resource(key="toy.piece", title="pieces", model=Piece),
    "toy.contact": Resource(key="toy.contact", title="contacts", model=Contact),
}
TABLES = {"toy_cost": "toy.cost", "toy_line": "toy.line", "toy_customer": "toy.customer"}
DIMENSIONS = ("org", "customer", "owner")


@pytest.fixture(scope="module")
def toys(postgres_cluster):
    """Give a connection of a plain role to hardened toy tables with a row of every kind."""
    cluster, name = postgres_cluster, "hardened_toys"
    cluster.administer("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
    cluster.administer("CREATE DATABASE {}", name)
    cluster.administer("DROP ROLE IF EXISTS {}", "toy_app")
    cluster.administer("CREATE ROLE {} LOGIN", "toy_app")
    engine = sa.create_engine(cluster.url(name))
    World(engine).fill()
    engine.dispose()
    engine = sa.create_engine(cluster.url(name))  # past the wall of the application
    kept = resources_module._source[0]  # not what it gives now, outside of a site
    use_resources(lambda: DECLARED)
    with engine.begin() as connection:
        for statement in FUNCTIONS[:-1]:  # the last is about the audit trail, which is not here
            connection.exec_driver_sql(statement)
        for guarded in guarded_tables(ToyBase.metadata):
            for statement in raising(guarded):
                connection.exec_driver_sql(statement)
        connection.exec_driver_sql("GRANT ALL ON ALL TABLES IN SCHEMA public TO toy_app")
        connection.exec_driver_sql("GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO toy_app")
        rows = [
            f"({n}, {org}, {owner}, 1, 0, 'c', '')"
            for n, (org, owner) in enumerate(
                ((o, w) for o in (*range(1, 5), "NULL") for w in (*range(1, 5), "NULL")), start=200
            )
        ]
        connection.exec_driver_sql(
            "INSERT INTO toy_cost (id, scope_org_id, scope_owner_id, scope_customer_id, amount, "
            f"kind, note) VALUES {', '.join(rows)}"
        )
        sets = [f"({s}, {k})" for s in range(1, 9) for k in range(1, 5) if (s * 7 + k * 3) % 4 < 2]
        connection.exec_driver_sql(f"INSERT INTO core_access_set_key VALUES {', '.join(sets)}")
        connection.exec_driver_sql(
            f"INSERT INTO core_participant VALUES ('toy.cost', 203, {USER}), ('toy.line', 2, {USER})"
        )
    engine.dispose()
    with psycopg.connect(
        f"host={cluster.folder} user=toy_app dbname={name}", autocommit=False
    ) as connection:
        yield connection
    use_resources(kept)


class House:
    """Random terms, and who sees which row by their definition."""

    def __init__(self, seed, toys):
        self.dice = random.Random(seed)
        with toys.cursor() as cursor:
            cursor.execute(SAY, (SETTING, WIDE))
            cursor.execute("SELECT set_id, key FROM core_access_set_key")
            self.keys = {}
            for set_id, key in cursor:
                self.keys.setdefault(set_id, set()).add(key)
            self.rows = {}
            for table in TABLES:
                customer = "id" if table == "toy_customer" else "scope_customer_id"
                cursor.execute(f"SELECT id, scope_org_id, {customer}, scope_owner_id FROM {table}")
                self.rows[table] = cursor.fetchall()
        toys.rollback()
        self.terms = [self.term() for _ in range(self.dice.randint(1, 7))]

    def term(self):
        dice = self.dice
        named = [key for key in DIMENSIONS if dice.random() < 0.35]
        stored = {key: dice.randint(1, 9) for key in named}  # the ninth set is empty
        if dice.random() < 0.3:
            if dice.random() < 0.5:
                stored.pop("owner", None)
            stored["self"] = EMPLOYEE
            named = [*dict.fromkeys([*named, "owner"])]
        return Term(
            resource=dice.choice(["*", *TABLES.values()]),
            actions=frozenset(dice.choice([{"query"}, {"query", "update"}, {"*"}, {"update"}])),
            allow=dice.random() < 0.75,
            ranges=Conjunct.of({key: KeySet(keys=frozenset({0})) for key in named}),
            stored=stored,
        )

    def seen(self, table, verb):
        about = [
            one
            for one in self.terms
            if one.resource in ("*", TABLES[table])
            and ("*" in one.actions or verb in one.actions)
            and not (table == "toy_line" and "customer" in one.stored)
        ]
        taking = table == "toy_cost" and verb == "query" and any(one.allow for one in about)
        return {
            row[0]
            for row in self.rows[table]
            if (
                any(one.allow and self.holds(one, row) for one in about)
                or (taking and row[0] == 203)
            )
            and not any(not one.allow and self.holds(one, row) for one in about)
        }

    def holds(self, term, row):
        org, customer, owner = row[1:]
        owners = set()
        for key, value in (("org", org), ("customer", customer)):
            if key in term.stored and value not in self.keys.get(term.stored[key], ()):
                return False
        if not {"owner", "self"} & term.stored.keys():
            return True
        owners |= self.keys.get(term.stored.get("owner"), set())
        owners |= {term.stored["self"]} if "self" in term.stored else set()
        return owner in owners


def asked(toys, said, sql):
    with toys.cursor() as cursor:
        cursor.execute(SAY, (SETTING, said))
        cursor.execute(sql)
        return {row[0] for row in cursor}


@pytest.mark.parametrize("seed", range(60))
def test_plain_sql_sees_what_the_stored_terms_say_by_definition(seed, toys):
    house = House(seed, toys)
    for verb in ("query", "update"):
        said = say(USER, house.terms, verb)
        for table in TABLES:
            assert asked(toys, said, f"SELECT id FROM {table}") == house.seen(table, verb), table
    toys.rollback()


def test_some_of_those_houses_show_something_and_none_shows_everything(toys):
    shown = [len(House(seed, toys).seen("toy_cost", "query")) for seed in range(60)]
    total = len(House(0, toys).rows["toy_cost"])
    assert sum(0 < one < total for one in shown) > 15


def test_a_subclass_is_seen_with_the_row_of_its_base(toys):
    told = SimpleNamespace(
        foreign=Term(resource="toy.cost", actions=frozenset({"query"}),
                     ranges=Conjunct.of({"owner": KeySet()}), stored={"self": 9}),
        own=Term(resource="toy.cost", actions=frozenset({"query"}),
                 ranges=Conjunct.of({"owner": KeySet()}), stored={"self": 2}),
    )  # fmt: skip
    trips = f"SELECT id FROM {Trip.__tablename__}"
    assert asked(toys, say(USER, [told.foreign], "query"), trips) == set()
    assert asked(toys, say(USER, [told.own], "query"), trips) == {4}
    toys.rollback()


@pytest.mark.parametrize("said", ["", "wid", "{}", '{"allow": {}}', "WIDE"])
def test_whoever_says_nothing_that_is_known_sees_nothing_and_stores_nothing(toys, said):
    assert asked(toys, said, "SELECT id FROM toy_cost") == set()
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        asked(
            toys,
            said,
            "INSERT INTO toy_cost (amount, kind, note, scope_org_id) VALUES (1, 'c', '', 1)",
        )
    toys.rollback()


def test_a_row_can_neither_be_stored_out_of_reach_nor_be_moved_there(toys):
    term = Term(resource="toy.cost", actions=frozenset({"update"}),
                ranges=Conjunct.of({"owner": KeySet()}), stored={"self": 2})  # fmt: skip
    said = say(USER, [term], "(writing)")
    assert asked(toys, said, "UPDATE toy_cost SET amount = 5 WHERE id = 2 RETURNING id") == {2}
    assert asked(toys, said, "UPDATE toy_cost SET amount = 5 WHERE id = 1 RETURNING id") == set()
    assert asked(toys, said, "DELETE FROM toy_cost WHERE id = 1 RETURNING id") == set()
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        asked(toys, said, "UPDATE toy_cost SET scope_owner_id = 1 WHERE id = 2 RETURNING id")
    toys.rollback()


def test_a_changed_declaration_changes_the_mark(toys):
    del toys
    before = {one.table: one.mark for one in guarded_tables(ToyBase.metadata)}
    use_resources(dict)
    try:
        after = {one.table: one.mark for one in guarded_tables(ToyBase.metadata)}
    finally:
        use_resources(lambda: DECLARED)
    assert {name for name in before if before[name] != after[name]} == {"toy_cost", "toy_line"}
    assert "toy_plain" not in before
    assert "toy_tag" not in before


def test_tables_that_need_no_policy_have_none(toys):
    with toys.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM toy_tag")
        assert cursor.fetchone() == (1,)
    toys.rollback()
    assert lowering("toy_tag")[0].startswith("DROP POLICY IF EXISTS")
    assert len(Guarded("toy_tag", "true").mark) == 16
