"""The toys of background work for these tests."""

from tests.core.jobs.toys import toys

__all__ = ["toys"]
