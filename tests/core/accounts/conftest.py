"""Accounts with passwords, and sign-in by the form as a browser does it."""

import pytest

from tests.core.accounts.account_browser import Browser, set_password


@pytest.fixture
def browser(app):
    return lambda: Browser(app.test_client())


@pytest.fixture
def member(make):
    """A user called wang with a password."""
    user = make.user("wang")
    set_password(user)
    return user


@pytest.fixture
def boss(make):
    """An administrator with a password."""
    user = make.administrator("boss")
    set_password(user)
    return user
