"""A site whose database is hardened, made as an operator makes one: tables, `db harden`, new address.

The tables belong to a role that is no superuser, so that FORCE is what holds it.
"""

from contextlib import contextmanager

from flask import Flask

from core.app import create_app
from core.cli.main import cli
from core.database import db
from core.testing.databases import SUPERUSER, Cluster, PostgresDatabase
from core.testing.site import Site, fill_template

OWNER, ROLE = "site_owner", "site_app"


class HardenedDatabase(PostgresDatabase):
    """A database of the run's own cluster that belongs to `OWNER`; the site connects as `ROLE`."""

    def __init__(self, cluster: Cluster, name: str = "hardened") -> None:
        super().__init__(cluster, name)
        for role in (OWNER, ROLE):
            cluster.administer("DROP ROLE IF EXISTS {}", role)
        cluster.administer("CREATE ROLE {} LOGIN CREATEROLE", OWNER)
        cluster.administer("ALTER DATABASE {} OWNER TO {}", name, OWNER)
        self.cluster, self.name = cluster, name
        self.owner_url = self.address(OWNER)
        self.url = self.address(ROLE)

    def restore(self) -> None:
        """Set the content back; who makes a database owns it, and it was not `OWNER`."""
        super().restore()
        self.cluster.administer("ALTER DATABASE {} OWNER TO {}", self.name, OWNER)

    def address(self, role: str) -> str:
        """Return the address of the database for a role."""
        return self.cluster.url(self.name).replace(f"{SUPERUSER}@", f"{role}@")


def run(app: Flask, *words: str):
    """Run a command on a site."""
    return app.test_cli_runner().invoke(cli, list(words), obj=_of(app))


def _of(app: Flask):
    from flask.cli import ScriptInfo

    return ScriptInfo(create_app=lambda: app)


def hardened_site(cluster: Cluster, folder) -> Site:
    """Build the site under the owner's address, harden it, and open it under the role's."""
    database = HardenedDatabase(cluster)
    with as_owner(database, folder) as app:
        with app.app_context():
            fill_template()
        done = run(app, "db", "harden", "--role", ROLE)
        assert done.exit_code == 0, done.output or done.exception
    return Site(database, folder, database_owner_url=database.owner_url)


@contextmanager
def as_owner(database, folder, **settings):
    """Open the site under the owner's address alone."""
    app = create_app(
        instance=folder, database_url=database.owner_url, testing=True, job_engine="off", **settings
    )
    try:
        yield app
    finally:
        with app.app_context():
            db.session.remove()
            for engine in db.engines.values():
                engine.dispose()
