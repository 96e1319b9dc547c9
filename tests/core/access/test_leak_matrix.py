"""Every access path is filtered or refused, on both databases."""

import pytest

from tests.core.access.filtered_probes import FILTERED
from tests.core.access.leak_probes import PROBES, answer
from tests.core.access.probe_kinds import Probe
from tests.core.access.refused_probes import REFUSALS
from tests.core.access.wall_toys import World

# Some probes ask clumsily on purpose; the wall must hold even then.
pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")


@pytest.mark.parametrize("probe", FILTERED, ids=lambda probe: probe.name)
def test_an_access_path_gives_only_rows_in_range(world: World, probe: Probe) -> None:
    assert answer(world, probe) == probe.expected


@pytest.mark.parametrize("probe", REFUSALS, ids=lambda probe: probe.name)
def test_an_access_path_past_the_wall_is_refused(world: World, probe: Probe) -> None:
    assert answer(world, probe) == probe.expected


def test_the_matrix_has_the_paths_of_the_study() -> None:
    names = [probe.name for probe in PROBES]
    assert len(names) == len(set(names))
    assert len(names) >= 130
