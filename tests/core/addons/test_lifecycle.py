import hashlib
import sys
import threading

import pytest
from sqlalchemy import inspect, select, text

from core.actor import acting_as, system_actor
from core.addons import lifecycle, schema
from core.addons.leases import leased
from core.addons.models import Addon, CoreEpoch, State
from core.addons.registry import registry
from core.addons.status import Standing, statuses
from core.audit.models import AuditEntry
from core.database import db
from core.errors import Conflict, Refused
from core.unit_of_work import read_only, unit_of_work

OPERATOR = system_actor("test")


@pytest.fixture
def operator(pet_app):
    with acting_as(OPERATOR):
        yield OPERATOR


@pytest.fixture
def pets(pet_app):
    return sys.modules["zoo_pets.models"]


def rows(statement):
    with read_only(OPERATOR) as session:
        return session.execute(statement).all()


def run(statement):
    with schema.schema_engine(lifecycle.site_config(), writing=True).begin() as connection:
        connection.execute(text(statement))


def epoch():
    return rows(select(CoreEpoch.module_version))[0][0]


def state(name):
    found = rows(select(Addon.state).where(Addon.name == name))
    return found[0][0] if found else None


def standing(name):
    with read_only(OPERATOR) as session:
        return next(s for s in statuses(session, registry()) if s.name == name)


def checksum():
    digest = hashlib.sha256()
    for table in ("pets_pet", "pets_toy", "leash_leash"):
        with schema.schema_engine(lifecycle.site_config()).connect() as connection:
            found = connection.execute(text(f"SELECT * FROM {table} ORDER BY id")).all()
        digest.update(repr(found).encode())
    return digest.hexdigest()


def table_names():
    return set(inspect(schema.schema_engine(lifecycle.site_config())).get_table_names())


def off(*names):
    for name in names:
        lifecycle.disable(name)


def archived(*names):
    off(*names)
    for name in names:
        lifecycle.uninstall(name)


def test_twenty_times_off_and_on_changes_no_row(operator):
    run("INSERT INTO pets_pet (id, name) VALUES (7, 'Tom')")
    run("INSERT INTO pets_toy (id, name, pet_id) VALUES (1, 'ball', 7)")
    run("INSERT INTO leash_leash (id, pet_id) VALUES (1, 7)")
    before, version = checksum(), epoch()
    for _round in range(20):
        off("leash", "pets")
        assert registry().enabled_set().names == frozenset()
        lifecycle.enable("leash")
        assert registry().enabled_set().names == {"pets", "leash"}
    assert checksum() == before
    assert epoch() == version + 80


def test_enabling_brings_what_is_needed_first(operator):
    off("leash", "pets")
    assert lifecycle.enable("leash").steps == ("pets", "leash")


def test_disabling_what_is_needed_is_refused_and_names_who_needs_it(operator):
    version = epoch()
    with pytest.raises(Refused, match="leash"):
        lifecycle.disable("pets")
    assert state("pets") == State.ENABLED
    assert epoch() == version


def test_contributions_follow_the_set(operator):
    found = registry()

    def gave(items):
        return {item for item in items if found.owner_of(item) == "pets"}

    kinds = (found.menus, found.settings, found.jobs, found.event_types)
    assert all(gave(kind()) for kind in kinds)
    assert gave(found.slots("workspace.side"))
    assert [one.owner for one in found.implementations("on_event")].count("pets") == 1
    off("leash", "pets")
    assert not any(gave(kind()) for kind in kinds)
    assert not gave(found.slots("workspace.side"))
    assert "pets" not in [one.owner for one in found.implementations("on_event")]
    assert "pets.pet" in found.resources


def test_an_addon_with_reasons_to_stay_is_not_uninstalled(operator, pets):
    off("leash", "pets")
    with unit_of_work() as session:
        session.add(pets.Pet(name="Hungry"))
    lifecycle.uninstall("leash")
    with pytest.raises(Refused, match="still waits for food"):
        lifecycle.uninstall("pets")
    assert state("pets") == State.DISABLED


def test_only_what_is_off_can_be_uninstalled_dependents_first(operator):
    with pytest.raises(Refused):
        lifecycle.uninstall("leash")
    off("leash", "pets")
    with pytest.raises(Refused, match="leash"):
        lifecycle.uninstall("pets")
    lifecycle.uninstall("leash")
    lifecycle.uninstall("pets")
    assert {"pets_pet", "leash_leash"} <= table_names()
    assert rows(select(Addon.state).distinct()) == [(State.ARCHIVED,)]


def test_an_archived_addon_comes_back_with_its_rows(operator):
    run("INSERT INTO pets_pet (id, name) VALUES (7, 'Tom')")
    before = checksum()
    archived("leash", "pets")
    lifecycle.enable("leash")
    assert checksum() == before


def test_purging_wants_the_archive_the_typed_name_and_nobody_pointing_at_it(operator):
    with pytest.raises(Refused, match=r"uninstalled|卸载"):
        lifecycle.purge("leash", confirmation="leash")
    archived("leash", "pets")
    with pytest.raises(Refused) as caught:
        lifecycle.purge("leash", confirmation="lesh")
    assert "confirmation" in caught.value.fields
    with pytest.raises(Refused, match="leash_leash"):
        lifecycle.purge("pets", confirmation="pets")
    assert {"pets_pet", "leash_leash"} <= table_names()


def test_purging_copies_drops_and_leaves_room_for_a_fresh_install(operator):
    run("INSERT INTO pets_pet (id, name) VALUES (7, '=Tom,\"客户\"')")
    archived("leash", "pets")
    lifecycle.purge("leash", confirmation="leash")
    folder = lifecycle.purge("pets", confirmation="pets")
    copy = (folder / "pets_pet.csv").read_text(encoding="utf-8-sig")
    assert '7,"=Tom,""客户"""' in copy
    assert not {n for n in table_names() if n.startswith(("pets_", "leash_"))}
    assert state("pets") == State.AVAILABLE
    lifecycle.enable("leash")
    with read_only() as session:
        names = session.execute(text("SELECT name FROM pets_pet")).all()
    assert names == [("Rex",)]


def test_a_seed_that_fails_changes_nothing_and_is_shown_with_its_traceback(operator, monkeypatch):
    off("leash", "pets")
    version, before = epoch(), checksum()
    plugin = sys.modules["zoo_pets.plugin"]
    monkeypatch.setattr(plugin, "FAIL", ["the kennel burns"])
    with pytest.raises(Refused, match="the kennel burns"):
        lifecycle.enable("pets")
    assert state("pets") == State.DISABLED
    assert (epoch(), checksum()) == (version, before)
    shown = standing("pets")
    assert shown.standing == Standing.FAILED
    assert "the kennel burns" in shown.fault.trace
    assert any(f.addon == "pets" for f in lifecycle.examine())
    monkeypatch.setattr(plugin, "FAIL", [])
    lifecycle.enable("pets")
    assert standing("pets").standing == Standing.ENABLED
    assert lifecycle.examine() == []


def test_two_who_enable_at_once_do_it_once(pet_app, operator):
    off("leash", "pets")
    version = epoch()
    outcomes = []
    gate = threading.Barrier(4)

    def attempt():
        with pet_app.app_context(), acting_as(OPERATOR):
            gate.wait()
            try:
                lifecycle.enable("pets")
                outcomes.append("done")
            except (Conflict, Refused) as error:
                outcomes.append(type(error).__name__)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=attempt) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 4
    assert "done" in outcomes
    assert state("pets") == State.ENABLED
    assert epoch() == version + outcomes.count("done")
    config = lifecycle.site_config()
    assert schema.is_current(config, schema.history_of("pets", "zoo_pets"))


def test_an_act_waits_for_nobody_while_another_runs_on_the_site(operator):
    with leased(lifecycle.site_config(), "disable", "pets"), pytest.raises(Conflict):
        lifecycle.disable("leash")
    assert lifecycle.disable("leash").possible


def test_a_lease_is_free_again_after_a_refusal(operator):
    with pytest.raises(RuntimeError), leased(lifecycle.site_config(), "disable", "leash"):
        raise RuntimeError
    assert lifecycle.disable("leash").possible


def test_every_act_is_in_the_audit_trail_with_actor_and_reason(operator):
    lifecycle.disable("leash", reason="spring cleaning")
    entry = rows(
        select(AuditEntry.action, AuditEntry.label, AuditEntry.reason, AuditEntry.changes)
        .where(AuditEntry.resource == "core.addon")
        .order_by(AuditEntry.id.desc())
        .limit(1)
    )[0]
    assert entry[:3] == ("disable", "leash", "spring cleaning")
    assert entry[3]["state"] == ["enabled", "disabled"]


def test_a_preview_changes_nothing(operator):
    version = epoch()
    found = lifecycle.look("disable", "leash")
    assert found.possible
    assert found.tables == {"leash_leash": 0}
    assert found.command == "sunmao addon disable leash"
    lifecycle.look("enable", "pets")
    lifecycle.look("purge", "pets")
    assert epoch() == version
    assert state("leash") == State.ENABLED


def test_a_preview_of_switching_off_counts_menus_pages_and_schedules(operator):
    said = {line.words.msgid: line.count for line in lifecycle.look("disable", "pets").ends}
    assert said["menu entries: %(titles)s"] == 1
    assert said["pages; while it is disabled they answer 404"] == 3
    assert said["schedules"] == 1


def test_code_that_is_gone_makes_it_missing_and_keeps_the_rows(operator, monkeypatch):
    found = registry()
    before = checksum()
    monkeypatch.delitem(found.catalogue.found, "leash")
    shown = standing("leash")
    assert shown.standing == Standing.MISSING
    assert shown.title.zh == "测试 leash"
    assert "enable" not in shown.acts
    assert checksum() == before


def test_reloading_code_raises_both_counters(operator):
    before = rows(select(CoreEpoch.module_version, CoreEpoch.code_version))[0]
    lifecycle.reload_code(reason="new wheel")
    after = rows(select(CoreEpoch.module_version, CoreEpoch.code_version))[0]
    assert (after[0], after[1]) == (before[0] + 1, before[1] + 1)


def test_migrations_of_every_addon_match_its_models(operator):
    config = lifecycle.site_config()
    for name, manifest in registry().loaded.items():
        assert schema.differences(config, schema.history_of(name, manifest.package)) == []
