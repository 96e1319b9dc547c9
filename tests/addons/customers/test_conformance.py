"""The add-on keeps to everything that the core asks of any add-on."""

from core.testing.conformance import AddonConformance


class TestConformance(AddonConformance):
    addon = "customers"
