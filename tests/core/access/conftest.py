"""The toy world on both databases; it needs no application."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from tests.core.access.wall_toys import World


def toy_world(kind: str, request: pytest.FixtureRequest) -> World:
    if kind == "sqlite":
        url = "sqlite://"
        options = {"poolclass": sa.pool.StaticPool, "connect_args": {"check_same_thread": False}}
        engine = sa.create_engine(url, **options)
    else:
        cluster = request.getfixturevalue("postgres_cluster")
        cluster.administer("DROP DATABASE IF EXISTS {} WITH (FORCE)", "toys")
        cluster.administer("CREATE DATABASE {}", "toys")
        engine = sa.create_engine(cluster.url("toys"))
    world = World(engine)
    world.fill()
    return world


@pytest.fixture(scope="session")
def _toy_worlds() -> Iterator[dict[str, World]]:
    worlds: dict[str, World] = {}
    yield worlds
    for world in worlds.values():
        world.engine.dispose()


@pytest.fixture
def world(database: str, _toy_worlds: dict[str, World], request: pytest.FixtureRequest) -> World:
    """Give the toy world; tests that commit must call `world.fill()` afterwards."""
    if database not in _toy_worlds:
        _toy_worlds[database] = toy_world(database, request)
    return _toy_worlds[database]


@pytest.fixture
def people(app, make):
    """Ann and Bob with an account each, and the head of Ann's unit."""
    del app
    unit = make.unit("One")

    class People:
        ann, bob = make.employee("Ann", unit=unit), make.employee("Bob")
        hers = make.customers.customer("Ann's", manager=ann)
        his = make.customers.customer("Bob's", manager=bob)
        contact = make.customers.contact(his, "Bob's contact")

    People.as_ann = make.actor(make.user("ann", employee=People.ann))
    People.as_bob = make.actor(make.user("bob", employee=People.bob))
    People.as_head = make.actor(make.user("head", heads=unit))
    People.as_boss = make.actor(make.administrator("boss"))
    return People
