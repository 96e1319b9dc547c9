"""The add-on keeps to everything that the core asks of any add-on."""

import pytest

from core.testing.conformance import AddonConformance

pytestmark = pytest.mark.whole


class TestConformance(AddonConformance):
    addon = "rights"
