import io
import re
import time
from itertools import product

import pytest
from werkzeug.test import EnvironBuilder

from core.accounts.sessions import cookie_name
from core.actor import acting_as, system_actor
from core.addons import lifecycle
from core.addons.faults import Fault, words
from core.addons.gate import Gate, addon_of
from core.addons.registry import registry
from core.app import create_app
from core.database import db
from core.testing.client import Client, signed_in_client
from core.testing.databases import counted

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "PROPFIND")
ADDRESSES = (
    "/pets/",
    "/pets",
    "/pets/feed",
    "/pets/static/pet.txt",
    "/pets/no/such",
    "/api/v1/pets/x",
    "/api/v1//pets/x",
)


def switch_off(*names):
    with acting_as(system_actor("test")):
        for name in names or ("leash", "pets"):
            lifecycle.disable(name)


def switch_on(name="pets"):
    with acting_as(system_actor("test")):
        lifecycle.enable(name)


@pytest.fixture
def boss(pet_app, make):
    return signed_in_client(pet_app, make.administrator(locale="en"))


def test_an_addon_that_is_on_answers(boss):
    page = boss.get("/pets/")
    assert page.status_code == 200
    assert "Rex" in page.text
    assert boss.get("/pets/static/pet.txt").text == "woof"
    assert boss.get("/pets").status_code == 308


def test_every_method_and_address_of_an_addon_that_is_off_is_404(pet_app, boss):
    switch_off()
    stranger = pet_app.test_client()
    for address, method in product(ADDRESSES, METHODS):
        for client in (boss, stranger):
            answer = client.open(address, method=method)
            assert answer.status_code == 404, (address, method)
            assert "Allow" not in answer.headers
            assert "Location" not in answer.headers


def test_who_is_signed_in_reads_a_kind_word_in_the_own_language(pet_app, make, boss):
    switch_off()
    assert "Test pets is disabled" in boss.get("/pets/").text
    chinese = signed_in_client(pet_app, make.user(locale="zh_Hans_CN"))
    page = chinese.get("/pets/")
    assert "「测试 pets」已停用" in page.text
    assert "数据全部保留" in page.text


def test_a_post_to_an_addon_that_is_off_is_kindly_refused_too(boss):
    switch_off()
    answer = boss.post("/pets/feed")
    assert answer.status_code == 404
    assert "disabled" in answer.text


def test_what_was_typed_waits_on_the_page_to_be_sent_again(boss):
    page = boss.get("/account").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    switch_off()
    typed = {"csrf_token": token, "note": 'a "long" text', "password": "never shown"}
    shown = boss.post("/pets/feed?x=1", data=typed).text
    assert 'name="note" value="a &#34;long&#34; text"' in shown
    assert 'action="/pets/feed?x=1"' in shown
    assert "never shown" not in shown
    assert "Files must be chosen again" not in shown
    file = {**typed, "file": (io.BytesIO(b"x"), "a.csv")}
    assert "Files must be chosen again" in boss.post("/pets/feed", data=file).text
    planted = {"data": typed, "headers": {"Sec-Fetch-Site": "cross-site"}}
    assert "long" not in boss.post("/pets/feed", **planted).text
    assert "long" not in boss.post("/pets/feed", data={**typed, "csrf_token": "made up"}).text


def test_missed_rights_and_imports_are_explained_by_what_is_disabled(pet_app, boss, make):
    idle = signed_in_client(pet_app, make.user(locale="en"))
    switch_off()
    for client, address in ((boss, "/imports/"), (idle, "/")):
        page = client.get(address).text
        assert "Test pets" in page
        assert "disabled" in page
        assert "No right has been given" not in page


def test_a_stranger_cannot_tell_an_addon_that_is_off_from_nothing(pet_app):
    switch_off()

    def shown(address):
        answer = pet_app.test_client().get(address)
        text = answer.text.replace(address, "ADDRESS")
        request_id = answer.headers.get("X-Request-Id", "")
        return answer.status_code, text.replace(request_id, "") if request_id else text

    assert shown("/pets/secret") == shown("/nope/secret")


def test_switching_on_again_needs_no_restart(boss):
    switch_off()
    assert boss.get("/pets/").status_code == 404
    switch_on()
    assert boss.get("/pets/").status_code == 200


def test_the_menu_follows(boss):
    assert 'href="/pets/"' in boss.get("/").text
    switch_off()
    assert 'href="/pets/"' not in boss.get("/").text


@pytest.fixture
def second_process(pet_site):
    """Another app on the same database, which polls as rarely as a site may."""
    config = pet_site.app.config["SUNMAO"]
    app = create_app(
        instance=pet_site.instance,
        database_url=config.database_url,
        manifests=config.manifests,
        testing=True,
        job_engine="off",
        gate_ttl_seconds=60,
    )
    app.test_client_class = Client
    yield app
    with app.app_context():
        db.engine.dispose()


def test_who_is_signed_in_sees_a_flip_of_another_process_at_the_next_click(
    pet_app, make, second_process
):
    here = signed_in_client(pet_app, make.administrator())
    cookie = cookie_name(pet_app.config["SUNMAO"])
    there = second_process.test_client()
    there.set_cookie(cookie, here.get_cookie(cookie).value)
    for _round in range(3):
        assert there.get("/pets/").status_code == 200
        switch_off()
        assert there.get("/pets/").status_code == 404
        switch_on()
        assert there.get("/pets/").status_code == 200
        switch_on("leash")


def test_others_see_a_flip_within_half_a_second(pet_app, second_process):
    board = second_process.extensions["sunmao"].switchboard
    assert "pets" in board.current()
    switch_off()
    deadline = time.monotonic() + 0.6
    while "pets" in board.current() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert "pets" not in board.current()


def test_what_seems_off_is_asked_for_anew(pet_app, second_process):
    """So an address never answers 404 from a memory that is out of date."""
    switch_off()
    board = second_process.extensions["sunmao"].switchboard
    assert "pets" not in board.current(fresh=True)
    switch_on()
    answer = second_process.test_client().get("/pets/")
    assert answer.status_code != 404


def test_an_unknown_first_segment_asks_nobody(pet_app, statements):
    found = pet_app.extensions["sunmao"]
    gate = Gate(lambda environ, start: [b"through"], found)
    for path in ("/", "", "/login", "/petsx/1", "//pets", "/api/v1/"):
        environ = EnvironBuilder(path=path or "/").get_environ() | {"PATH_INFO": path}
        with statements() as sent:
            assert gate(environ, None) == [b"through"]
        assert sent == []


@pytest.fixture
def statements(pet_app):
    return lambda: counted(db.engine)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/pets", "pets"),
        ("/pets/", "pets"),
        ("/pets/1/2", "pets"),
        ("/api/v1/pets/1", "pets"),
        ("/api/v1/pets", "pets"),
        ("/api/v2/pets", "api"),
        ("/", ""),
        ("", ""),
    ],
)
def test_the_addon_of_an_address_is_its_first_segment(path, name):
    assert addon_of(path) == name


def test_the_gate_costs_less_than_fifty_microseconds_on_a_hit(second_process):
    found = second_process.extensions["sunmao"]
    gate = Gate(lambda environ, start: [], found)
    found.switchboard.current()
    best = float("inf")
    for _round in range(20):
        found.switchboard.current()
        start = time.perf_counter()
        for _ in range(500):
            gate({"PATH_INFO": "/pets/1"}, None)
        best = min(best, (time.perf_counter() - start) / 500)
    assert best < 50e-6


def test_the_set_of_a_request_is_pinned(pet_app):
    """A request that began before the flip goes on with the set that it began with."""
    with pet_app.test_request_context("/pets/"):
        before = registry().enabled_set()
        with acting_as(system_actor("test")):
            lifecycle.disable("leash")
        assert registry().enabled_set() is before
    assert "leash" not in registry().enabled_set()


def test_an_addon_that_could_not_be_loaded_is_not_called_disabled(pet_app, make, boss, monkeypatch):
    switch_off()
    fault = Fault("pets", "load", words("Loading failed: %(error)s.", error="no tail"))
    monkeypatch.setitem(registry().faults, "pets", fault)
    page = boss.get("/pets/")
    assert page.status_code == 404
    assert "Test pets cannot be used just now" in page.text
    assert "Loading failed: no tail." in page.text
    assert "disabled" not in page.text
    staff = signed_in_client(pet_app, make.user(locale="zh_Hans_CN")).get("/pets/").text
    assert "「测试 pets」暂时无法使用" in staff
    assert "no tail" not in staff
