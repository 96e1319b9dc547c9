"""When an assignment counts: to the second, by the clock on the wall, and no job is needed."""

from datetime import UTC, datetime, timedelta

import pytest

from addons.rights.models import Subject
from core.clock import now


def test_a_period_is_half_open_and_needs_no_job(office, seen, frozen, allow):
    start = now().replace(microsecond=0) + timedelta(days=1)
    end = start + timedelta(days=2)
    allow(Subject.USER, office.ann.user.id, valid_from=start, valid_to=end)
    second = timedelta(seconds=1)
    for instant, number in ((start - second, 2), (start, 4), (end - second, 4), (end, 2)):
        with frozen(instant):
            assert len(seen(office.ann)) == number


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Europe/Berlin"])
def test_weekly_hours_by_the_clock_on_the_wall(office, seen, frozen, allow, zone):
    from zoneinfo import ZoneInfo

    here = ZoneInfo(zone)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("core.access.windows.site_zone", lambda: here)
        hours = {"0": [["08:30", "17:30"]]}
        with frozen(datetime(2026, 3, 1, tzinfo=UTC)):
            allow(Subject.USER, office.ann.user.id, weekly_hours=hours)
        for day in (23, 30):  # Mondays on both sides of the change of clocks in Berlin
            for hour, minute, number in ((8, 29, 2), (8, 30, 4), (17, 29, 4), (17, 30, 2)):
                with frozen(datetime(2026, 3, day, hour, minute, tzinfo=here).astimezone(UTC)):
                    assert len(seen(office.ann)) == number
