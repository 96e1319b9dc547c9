"""A hardened site that is set up again from its backup stands behind the same wall."""

import os
import subprocess

import psycopg
import pytest
from sqlalchemy import create_engine

from core.access.hardening import plan, state
from core.database import Model
from core.testing.databases import find_program
from tests.hardening import OWNER, ROLE

NAME = "hardened_restored"


@pytest.fixture
def database():
    return "postgresql"


@pytest.fixture
def site(hardened):
    hardened.touch()
    return hardened


@pytest.fixture
def restored(site, make, tmp_path):
    """Give the cluster with a database that was restored by the documented words."""
    make.customers.customer("Once more")
    cluster, dump = site.database.cluster, tmp_path / "site.dump"
    cluster.administer("DROP DATABASE IF EXISTS {} WITH (FORCE)", NAME)
    cluster.administer("CREATE DATABASE {} OWNER {}", NAME, OWNER)
    programs = find_program("initdb")
    for program, words in (
        ("pg_dump", ["--enable-row-security", "-Fc", "-f", str(dump), site.database.name]),
        ("pg_restore", ["-d", NAME, str(dump)]),
    ):
        done = subprocess.run(
            [str(programs.with_name(program)), "-h", str(cluster.folder), "-U", OWNER, *words],
            env={**os.environ, "PGOPTIONS": "-c sunmao.who=wide"},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    yield cluster
    cluster.administer("DROP DATABASE IF EXISTS {} WITH (FORCE)", NAME)


def test_policies_marks_functions_and_privileges_come_with_it(app, restored):
    del app
    engine = create_engine(restored.url(NAME).replace("sunmao@", f"{OWNER}@", 1))
    with engine.connect() as connection:
        found = state(connection, Model.metadata)
        assert (found.role, found.bare, found.altered) == (ROLE, (), ())
        assert plan(connection, Model.metadata, ROLE) == []
    engine.dispose()
    with psycopg.connect(f"host={restored.folder} user={ROLE} dbname={NAME}") as held:
        count = "SELECT count(*) FROM customers_customer"
        assert held.execute(count).fetchone() == (0,)
        held.execute("SELECT set_config('sunmao.who', 'wide', true)")
        assert held.execute(count).fetchone() == (1,)
