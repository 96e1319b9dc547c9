"""The probes must see it when a layer of the wall is off; otherwise they would be blind."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from core.access import analyse, flush_guard, guarded_session, verifier
from core.access.guarded_session import GuardedSession
from tests.core.access.leak_probes import leaks
from tests.core.access.wall_toys import World

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")


@contextmanager
def _unheard(name: str, listener: Any) -> Iterator[None]:
    event.remove(GuardedSession, name, listener)
    try:
        yield
    finally:
        event.listen(GuardedSession, name, listener)


@contextmanager
def _replaced(module: Any, name: str, substitute: Callable[..., Any]) -> Iterator[None]:
    kept = getattr(module, name)
    setattr(module, name, substitute)
    try:
        yield
    finally:
        setattr(module, name, kept)


def _criteria_off() -> Any:
    """Without the condition the verifier would refuse everything; both must go to see rows."""
    return _replaced(guarded_session, "_add_criteria", lambda _state, _access, wanted: wanted)


def _verifier_off() -> Any:
    return _replaced(verifier, "verify", lambda *_arguments, **_options: None)


LAYERS = {
    "criteria": (_criteria_off, "select entity"),
    "verifier": (_verifier_off, "core select"),
    "flush guard": (
        lambda: _unheard("before_flush", flush_guard.before_flush),
        "move to a foreign unit",
    ),
    "attach guard": (
        lambda: _unheard("before_attach", flush_guard.before_attach),
        "attach a made-up object and read",
    ),
    "analyse check": (
        lambda: _replaced(analyse, "checked", lambda statement: statement),
        "analyse: rows",
    ),
    "change check": (
        lambda: _replaced(guarded_session, "_check_change", lambda _state: None),
        "update()",
    ),
}


def test_with_every_layer_on_there_is_no_leak(world: World) -> None:
    assert leaks(world) == []


@pytest.mark.parametrize("layer", LAYERS)
def test_switching_a_layer_off_turns_the_probes_red(world: World, layer: str) -> None:
    switch_off, expected = LAYERS[layer]
    world.engine.clear_compiled_cache()
    with switch_off():
        found = leaks(world)
    world.engine.clear_compiled_cache()
    assert expected in found
    world.fill()


def test_the_verifier_alone_catches_what_the_criteria_miss(world: World) -> None:
    """With the condition forgotten, reading fails closed instead of giving foreign rows."""
    from tests.core.access.filtered_probes import FILTERED
    from tests.core.access.leak_probes import answer
    from tests.core.access.probe_kinds import REFUSED

    world.engine.clear_compiled_cache()
    entity = next(probe for probe in FILTERED if probe.name == "select entity")
    with _criteria_off():
        assert answer(world, entity) == REFUSED
    world.engine.clear_compiled_cache()


def test_without_condition_and_verifier_rows_do_leak(world: World) -> None:
    """The probes read real foreign rows: the refusal above is the wall's doing."""
    from tests.core.access.filtered_probes import FILTERED
    from tests.core.access.leak_probes import answer

    world.engine.clear_compiled_cache()
    entity = next(probe for probe in FILTERED if probe.name == "select entity")
    with _criteria_off(), _verifier_off():
        assert answer(world, entity) == [1, 2, 3, 4, 5]
    world.engine.clear_compiled_cache()
