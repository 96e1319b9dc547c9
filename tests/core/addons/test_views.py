import re

import pytest

from core.actor import acting_as, system_actor
from core.addons import lifecycle
from core.addons.leases import leased
from core.addons.models import Worker
from core.addons.registry import registry
from core.app import create_app
from core.cli.addons import addon
from core.database import db
from core.testing.client import Client, signed_in_client
from core.testing.databases import counted
from core.unit_of_work import read_only, unit_of_work

OPERATOR = system_actor("test")


@pytest.fixture
def boss(pet_app, make):
    return signed_in_client(pet_app, make.administrator(locale="en"))


def token(client, address="/admin/addons"):
    return re.search(r'name="csrf_token" value="([^"]+)"', client.get(address).text)[1]


def act(client, name, verb, **fields):
    address = f"/admin/addon/{name}/{verb}"
    fields["csrf_token"] = token(client)
    return client.post(address, data=fields)


def card(page, name):
    return re.search(rf'<article[^>]*id="addon-{name}">.*?</article>', page, re.DOTALL)[0]


def test_cards_show_every_addon_with_its_state_and_the_tabs_their_counts(boss):
    page = boss.get("/admin/addons").text
    assert "enabled" in card(page, "pets")
    assert "Needed by leash" in card(page, "pets")
    assert re.search(r"Enabled <span class=\"n\">2<", page)
    assert re.search(r"Need attention <span class=\"n\">0<", page)
    assert "addon-pets" not in boss.get("/admin/addons?tab=trouble").text
    assert "addon-pets" in boss.get("/admin/addons?tab=enabled").text
    assert "addon-pets" in boss.get("/admin/addons?tab=nonsense").text


def test_the_page_speaks_chinese_by_default(pet_app, make):
    page = signed_in_client(pet_app, make.administrator()).get("/admin/addons").text
    assert "测试 pets" in page
    assert "启用或停用立即在所有进程生效" in page


def test_a_preview_stands_beside_the_cards_with_its_command(boss):
    page = boss.get("/admin/addon/leash/disable").text
    assert "All data is kept" in page
    assert "rows in leash_leash" in page
    assert "sunmao addon disable leash" in page
    assert "<form" in page


def test_a_preview_with_an_obstacle_offers_no_button(boss):
    page = boss.get("/admin/addon/pets/disable").text
    assert "leash depends on it" in page
    assert 'action="/admin/addon/pets/disable"' not in page


def test_what_speaks_against_uninstalling_comes_with_what_to_do_and_nothing_of_disabling(boss):
    act(boss, "leash", "disable")
    page = boss.get("/admin/addon/leash/uninstall").text
    assert "Is hidden or stops" not in page
    assert '#right"' not in re.search(r'aria-labelledby="pvh".*?</section>', page, re.DOTALL)[0]
    act(boss, "leash", "uninstall")
    act(boss, "pets", "disable")
    with unit_of_work(OPERATOR) as session:
        session.add(registry().resources["pets.pet"].model(name="Hungry"))
    page = boss.get("/admin/addon/pets/uninstall").text
    assert page.count("Hungry still waits for food") == 1
    assert "or leave it disabled" in page


def test_switching_off_and_on_by_the_page(boss):
    answer = act(boss, "leash", "disable", reason="tidy")
    assert answer.status_code == 302
    page = boss.get("/admin/addons").text
    assert "Test leash is disabled; all of its data is kept." in page
    assert "disabled" in card(page, "leash")
    assert "tidy" in boss.get("/admin/addons/history").text
    assert "tidy" in boss.get("/admin/addon/leash").text
    assert act(boss, "leash", "enable").status_code == 302
    assert "enabled" in card(boss.get("/admin/addons").text, "leash")


def test_uninstall_and_purge_by_the_page_with_the_typed_name(boss):
    act(boss, "leash", "disable")
    act(boss, "leash", "uninstall")
    refused = act(boss, "leash", "purge", confirmation="lash", reason="old")
    assert refused.status_code == 422
    assert "Type the name leash" in refused.text
    assert 'value="old"' in refused.text
    assert act(boss, "leash", "purge", confirmation="leash").status_code == 302


def test_what_is_refused_is_said_beside_the_cards(boss):
    answer = act(boss, "pets", "disable")
    assert answer.status_code == 422
    assert "leash depends on it" in answer.text
    assert answer.text.count("<article") == 2


def test_a_reason_that_is_too_long_is_refused_in_words(boss):
    answer = act(boss, "leash", "disable", reason="x" * 401)
    assert answer.status_code == 422
    assert "At most 400 characters; now 401." in answer.text
    with read_only(OPERATOR):
        assert "leash" in registry().enabled_set()


@pytest.mark.parametrize("verb", ["enable", "disable", "uninstall", "purge"])
def test_without_the_token_nothing_happens(boss, verb):
    assert boss.post(f"/admin/addon/leash/{verb}").status_code == 400
    assert "leash" in registry().enabled_set()


@pytest.mark.parametrize(
    "address",
    ["/admin/addon/nope", "/admin/addon/nope/disable", "/admin/addon/leash/explode"],
)
def test_unknown_addons_and_acts_are_404(boss, address):
    assert boss.get(address).status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "/admin/addons",
        "/admin/addons/doctor",
        "/admin/addons/history",
        "/admin/addon/leash",
        "/admin/addon/leash/disable",
    ],
)
def test_nobody_but_an_administrator_gets_in(pet_app, make, address):
    assert signed_in_client(pet_app, make.user()).get(address).status_code == 403
    assert pet_app.test_client().get(address).status_code in {302, 303, 401}


def test_the_doctor_is_content_with_a_sound_site(boss):
    assert "All add-ons are well." in boss.get("/admin/addons/doctor").text


def test_processes_are_listed_as_they_reported(pet_app, boss):
    report = pet_app.extensions["sunmao_process"]
    with acting_as(OPERATOR):
        report.write(registry().switchboard.current())
        report.write(registry().switchboard.current())
    with read_only(OPERATOR) as session:
        seen = session.query(Worker).all()
        assert len(seen) == 1
        pid = seen[0].pid
    assert f'<td class="num">{pid}</td>' in boss.get("/admin/addons").text


def test_a_manifest_that_came_later_offers_to_reload_the_code(boss, pet_app):
    assert "has changed" not in boss.get("/admin/addons").text
    late = pet_app.config["SUNMAO"].manifests / "late.toml"
    late.write_text("name = 'late'")
    try:
        assert "has changed" in boss.get("/admin/addons").text
    finally:
        late.unlink()
    answer = boss.post("/admin/addons/reload", data={"csrf_token": token(boss)})
    assert answer.status_code == 302


def test_the_statements_of_the_page_do_not_grow_with_the_addons(pet_app, boss):
    boss.get("/admin/addons")
    with counted(db.engine) as sent:
        boss.get("/admin/addons")
    assert len(sent) <= 8


def test_safe_mode_loads_nothing_and_says_so(pet_site, make):
    config = pet_site.app.config["SUNMAO"]
    app = create_app(
        instance=pet_site.instance,
        database_url=config.database_url,
        manifests=config.manifests,
        testing=True,
        job_engine="off",
        addons=False,
    )
    app.test_client_class = Client
    with app.app_context():
        client = signed_in_client(app, make.administrator(locale="en"))
        page = client.get("/admin/addons")
        assert page.status_code == 200
        assert "safe mode" in page.text
        assert client.get("/pets/").status_code == 404
        with acting_as(OPERATOR):
            assert not lifecycle.look("enable", "pets").possible
        with unit_of_work(OPERATOR):
            assert registry().menus() is not None


def test_beside_a_running_act_the_page_says_who_does_what_in_either_language(boss, pet_app, make):
    with acting_as(system_actor("Slow Sam")), leased(lifecycle.site_config(), "purge", "leash"):
        page = boss.get("/admin/addons").text
        assert "An add-on is being changed" in page
        assert "Slow Sam began “Purge: leash” at" in page
        answer = act(boss, "leash", "disable", reason="no time to lose")
        assert answer.status_code == 409
        assert re.search(r"<h1>Add-ons</h1>", answer.text)
        assert "One act on add-ons at a time: Slow Sam began “Purge: leash”" in answer.text
        assert "Nothing of yours was done" in answer.text
        assert "no time to lose" in answer.text
        other = make.administrator("second")
        chinese = signed_in_client(pet_app, other).get("/admin/addons").text
        assert "有模块正在变更" in chinese
        assert "Slow Sam 于" in chinese
        told = pet_app.test_cli_runner().invoke(addon, ["disable", "leash"])
        assert told.exit_code == 1
        assert "Slow Sam" in told.output
    assert "An add-on is being changed" not in boss.get("/admin/addons").text
    assert act(boss, "leash", "disable").status_code == 302


def test_the_history_names_addons_by_their_titles(boss):
    act(boss, "leash", "disable", reason="holiday")
    text = boss.get("/admin/addons/history").text
    assert re.search(r"<td>[^<]+ leash</td>", text)
    assert ">leash<" not in text
    assert not re.search(r"<td>[^<]+ leash</td>", boss.get("/admin/addon/leash").text)
