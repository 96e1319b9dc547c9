"""Who asks, in the matrix and the crawl."""

from core.accounts.models import User
from core.testing.client import signed_in_client

ROLES = ("stranger", "staff", "head", "administrator")


def client_of(app, make, role: str):
    """Return a client of that role and its user (None for a stranger)."""
    if role == "stranger":
        return app.test_client(), None
    user = user_of(make, role)
    return signed_in_client(app, user), user


def user_of(make, role: str) -> User:
    if role == "head":
        return make.user("head", heads=make.unit("Heads' own"))
    return make.user(role, administrator=role == "administrator")
