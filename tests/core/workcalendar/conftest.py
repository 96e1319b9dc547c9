"""A program with a token, as the interface's own tests have it."""

from tests.core.api.conftest import program

__all__ = ["program"]
