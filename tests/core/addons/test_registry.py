import pytest

from core.addons.registry import CORE, registry
from core.errors import ProgrammingFault


def test_everything_that_was_given_has_an_owner(pet_app):
    found = registry()
    for kind in ("menus", "jobs", "resources", "blueprints"):
        owners = {found.owner_of(item) for item in found.every(kind)}
        assert CORE in owners
    assert found.owner_of(found.resources["pets.pet"]) == "pets"
    assert found.owner_of(found.resources["core.addon"]) == CORE


def test_what_nobody_gave_has_no_owner(pet_app):
    with pytest.raises(KeyError):
        registry().owner_of(object())


def test_two_apps_of_one_process_keep_their_own(pet_app, app):
    with pet_app.app_context():
        assert set(registry().loaded) == {"pets", "leash"}
    with app.app_context():
        assert "pets" not in registry().loaded
        assert "pets.pet" not in registry().resources


def test_dependencies_are_loaded_first(pet_app):
    assert list(registry().loaded) == ["pets", "leash"]


def test_pages_of_an_addon_are_counted(pet_app):
    assert registry().pages_of("pets") == 3
    assert registry().pages_of("leash") == 0


def test_a_hook_is_called_with_the_arguments_that_it_asked_for(pet_app):
    called = [one for one in registry().implementations("on_event") if one.owner == "pets"]
    assert called[0].argnames == ("event",)
    assert called[0](event=None, session=None) is None


def test_an_implementation_of_an_unknown_module_is_a_defect(pet_app):
    with pytest.raises(ProgrammingFault):
        registry()._owner_of_module(pytest)


def test_contributions_of_a_set_are_computed_once(pet_app):
    found = registry()
    with pet_app.test_request_context("/"):
        assert found.menus() is found.menus()
