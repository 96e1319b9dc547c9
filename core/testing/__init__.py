"""Fixtures for the tests of the core, of the shipped add-ons and of an integrator's own."""
