"""Everything that tests share comes from the plugin that integrators may use as well."""

import os

import pytest

from tests.hardening import hardened_site

pytest_plugins = ["core.testing.plugin"]


@pytest.fixture(scope="session")
def _hardened(postgres_cluster, tmp_path_factory):
    """Hold the one hardened site of the session."""
    site = hardened_site(postgres_cluster, tmp_path_factory.mktemp("instance-hardened"))
    yield site
    site.release()


@pytest.fixture
def hardened(_hardened):
    """Give the hardened site with the template's content; a test module may make it its `site`."""
    _hardened.reset()
    return _hardened


if os.environ.get("SUNMAO_TEST_HARDENED") == "1":  # every test on PostgreSQL, once more

    @pytest.fixture
    def site(site, database, request):
        """Give the hardened site in the place of the plain one."""
        return request.getfixturevalue("hardened") if database == "postgresql" else site
