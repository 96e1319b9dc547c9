"""A site of its own for the life of add-ons, so that acts on them disturb no other test."""

import sys

import pytest

from core.testing.databases import PostgresDatabase, SqliteDatabase
from core.testing.making import Maker
from core.testing.site import Site
from tests.core.addons.building import Workshop
from tests.core.addons.pets import write_pets


@pytest.fixture(scope="session")
def _pet_sites(tmp_path_factory):
    workshop = Workshop(tmp_path_factory.mktemp("pets"))
    write_pets(workshop)
    sys.path.insert(0, str(workshop.code))
    sites = {"workshop": workshop}
    yield sites
    sys.path.remove(str(workshop.code))


@pytest.fixture
def pet_site(database, _pet_sites, tmp_path_factory, request):
    """A site that has only the add-ons `pets` and `leash`, both switched on."""
    if database not in _pet_sites:
        folder = tmp_path_factory.mktemp(f"pet-site-{database}")
        target = (
            SqliteDatabase(folder)
            if database == "sqlite"
            else PostgresDatabase(request.getfixturevalue("postgres_cluster"), "pets")
        )
        manifests = _pet_sites["workshop"].manifests
        _pet_sites[database] = Site(target, folder, manifests=manifests)
    site = _pet_sites[database]
    site.touch()  # acts on add-ons also write through engines of their own
    site.reset()
    return site


@pytest.fixture
def pet_app(pet_site):
    with pet_site.app.app_context():
        yield pet_site.app


@pytest.fixture
def make(pet_app):
    return Maker()
