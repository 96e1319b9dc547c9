"""A program with a token, beside the people of the site."""

import json
from dataclasses import dataclass

import pytest

from core.testing.client import token_headers


@dataclass
class Program:
    """Speaks JSON with a token, and nothing else."""

    client: object
    headers: dict

    def ask(self, method: str, path: str, body=None, **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        options = {"headers": {"Accept-Language": "en", **self.headers, **named}}
        if body is not None:
            options["data"] = body if isinstance(body, bytes) else json.dumps(body)
            options["headers"].setdefault("Content-Type", "application/json")
        return self.client.open(path, method=method, **options)

    def get(self, path, **headers):
        return self.ask("GET", path, **headers)

    def post(self, path, body=None, **headers):
        return self.ask("POST", path, body, **headers)

    def patch(self, path, body=None, **headers):
        return self.ask("PATCH", path, body, **headers)

    def delete(self, path, **headers):
        return self.ask("DELETE", path, **headers)


@pytest.fixture
def program(app):
    """Give a function from a user (and scopes) to a program that acts for them."""

    def of(user, *scopes) -> Program:
        return Program(app.test_client(), token_headers(user, *scopes))

    return of


@pytest.fixture
def ann(make):
    """Give a member of staff with an own range."""
    return make.user("ann", unit=make.unit("One"), locale="en")
