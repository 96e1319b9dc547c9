"""Saved views: tabs, the default, sharing; they grant nothing and belong to their owner."""

import re

import pytest
from sqlalchemy import select

from core.actor import system_actor
from core.addons.tables import forget_traces
from core.audit.models import AuditEntry
from core.organisation.services import move_unit
from core.unit_of_work import unit_of_work
from core.web.saved_views import MOST, SavedView

PAGE = "customers.index"
LIST = "/customers/"
SYSTEM = system_actor("test")


@pytest.fixture
def house(make):
    """Give a department with a room, and another department; an administrator in the first."""
    top, other = make.unit("Top"), make.unit("Other")
    room = make.unit("Room", parent=top)
    return {
        "admin": make.administrator(unit=top, locale="en"),
        "boss": make.user("boss", heads=top, locale="en"),
        "ann": make.user("ann", unit=room, locale="en"),
        "bea": make.user("bea", unit=room, locale="en"),
        "carl": make.user("carl", unit=other, locale="en"),
    }


@pytest.fixture
def act(login, house):
    """Give a function from a name to that person's client; one client each."""
    clients = {}

    def client(name):
        if name not in clients:
            clients[name] = login(house[name])
        return clients[name]

    return client


def save(client, name, query="grade=A", page=PAGE, **more):
    address = f"/views/new?page={page}"
    return client.submit(address, {"name": name, **more}, query_string=None) if not query else (
        client.submit(f"{address}&query={query.replace('=', '%3D').replace('&', '%26')}",
                      {"name": name, **more})
    )  # fmt: skip


def the_view(name):
    with unit_of_work(SYSTEM) as session:
        return session.scalars(select(SavedView).where(SavedView.name == name)).one()


def tabs_of(client, path=LIST):
    text = client.get(path).get_data(as_text=True)
    row = text.partition('<ul class="tabs"')[2].partition("</ul>")[0]
    return [re.sub(r"<[^>]+>", "", one).strip() for one in re.findall(r"<li>(.*?)</li>", row)]


def test_a_saved_view_becomes_a_tab_that_is_marked_while_its_address_is_shown(act):
    answer = save(act("admin"), "Here only", "grade=A&sort=-name")
    assert answer.headers["Location"] == f"{LIST}?grade=A&sort=-name"
    assert tabs_of(act("admin"))[-1] == "Own view: Here only"
    text = act("admin").get(f"{LIST}?sort=-name&grade=A").get_data(as_text=True)
    assert re.search(r'aria-current="true">.{0,200}Here only', text)


def test_a_private_view_is_shown_to_nobody_else_and_is_404_for_them(act):
    save(act("ann"), "Secret plans")
    view = the_view("Secret plans")
    for name in ("bea", "boss", "admin"):
        assert "Secret plans" not in act(name).get(f"/views?page={PAGE}").get_data(as_text=True)
        assert act(name).get(f"/views/{view.id}").status_code == 404
        for verb in ("move", "delete"):
            assert act(name).submit(f"/views/{view.id}/{verb}").status_code == 404
        assert act(name).submit(f"/views/{view.id}", {"name": "Mine"}).status_code == 404
    assert the_view("Secret plans").sort == 1


def test_sharing_reaches_the_own_unit_and_below_an_administrators_everybody(act):
    save(act("ann"), "Of the room", shared="y")
    save(act("boss"), "Of the department", shared="y")
    save(act("admin"), "Of the house", shared="y")

    def seen(name):
        text = act(name).get(f"/views?page={PAGE}").get_data(as_text=True)
        return {word for word in ("room", "department", "house") if f"Of the {word}" in text}

    assert seen("bea") == {"room", "department", "house"}
    assert seen("boss") == {"department", "house"}
    assert seen("carl") == {"house"}


def test_only_administrators_take_away_what_others_share_and_it_is_noted(act):
    save(act("ann"), "Of the room", shared="y")
    save(act("admin"), "Of the house", shared="y")
    room, whole = the_view("Of the room"), the_view("Of the house")
    assert act("bea").submit(f"/views/{whole.id}/delete").status_code == 404
    assert act("bea").submit(f"/views/{room.id}/delete").status_code == 404
    assert act("admin").submit(f"/views/{room.id}/delete").status_code == 302
    with unit_of_work(SYSTEM) as session:
        told = session.scalars(
            select(AuditEntry).where(AuditEntry.resource == "core.savedview")
        ).one()
        assert (told.action, told.label) == ("delete", "Of the room")


def test_the_default_opens_with_the_list_and_all_still_shows_everything(act):
    client = act("admin")
    save(client, "Usual", "grade=A", is_default="y")
    answer = client.get(LIST)
    assert answer.headers["Location"] == f"{LIST}?grade=A"
    text = client.get(f"{LIST}?grade=A").get_data(as_text=True)
    assert f'href="{LIST}?tab=all"' in text
    assert f'href="{LIST}"' not in text.partition("<main")[2].partition("</main>")[0]
    assert client.get(f"{LIST}?tab=all").status_code == 200
    assert act("boss").get(LIST).status_code != 302  # it is the default of nobody else


def test_one_view_is_the_default_and_it_can_be_taken_back(act):
    client = act("admin")
    save(client, "First", "grade=A", is_default="y")
    save(client, "Second", "grade=B", is_default="y")
    assert client.get(LIST).headers["Location"].endswith("grade=B")
    assert not the_view("First").is_default
    second = the_view("Second")
    sent = {"name": "Second", "row_version": str(second.row_version)}
    assert client.submit(f"/views/{second.id}", sent).status_code == 303
    assert client.get(LIST).status_code == 200


def test_a_view_of_a_filter_that_is_gone_opens_what_is_left(act):
    client = act("admin")
    save(client, "Half gone", "grade=A&vanished=7")
    save(client, "Unreadable", "size=7", is_default="y")
    text = client.get(LIST)
    assert text.status_code == 200
    assert "Own view: Half gone" in tabs_of(client)
    assert f'href="{LIST}?grade=A"' in text.get_data(as_text=True)
    assert "Own view: Unreadable" not in tabs_of(client)
    assert client.get(f"/views?page={PAGE}").status_code == 200  # where it can be deleted


def test_a_view_cannot_be_kept_of_a_page_that_may_not_be_opened(act):
    assert save(act("carl"), "Accounts", page="accounts.users").status_code == 403
    for page in ("", "nonsense", "customers.show", "web.move_view", "static"):
        assert save(act("admin"), "Nothing", page=page).status_code == 404


def test_faults_are_said_at_the_field_and_the_input_is_kept(act):
    client = act("admin")
    answer = save(client, "x" * 41)
    assert answer.status_code == 422
    assert "x" * 41 in answer.get_data(as_text=True)
    assert save(client, "Nothing to keep", "").status_code == 422
    for number in range(MOST):
        assert save(client, f"View {number}").status_code == 303
    assert save(client, "One too many").status_code == 422


def test_views_are_renamed_and_reordered_by_their_owner(act):
    client = act("admin")
    for name in ("One", "Two"):
        save(client, name)
    view = the_view("Two")
    client.submit(f"/views/{view.id}/move", {"to": "up"})
    assert tabs_of(client)[-2:] == ["Own view: Two", "Own view: One"]
    view = the_view("Two")
    sent = {"name": "Deux", "row_version": str(view.row_version)}
    assert client.submit(f"/views/{view.id}", sent).status_code == 303
    assert "Own view: Deux" in tabs_of(client)
    stale = {"name": "Zwei", "row_version": str(view.row_version)}
    assert client.submit(f"/views/{view.id}", stale).status_code == 409
    assert client.submit(f"/views/{the_view('Deux').id}/delete").status_code == 302
    assert tabs_of(client)[-1] == "Own view: One"


def test_only_lists_can_be_kept_and_hostile_addresses_are_kept_whole_or_not_at_all(act):
    boss = act("boss")
    for page in ("customers.export", "web.workspace", "search.index", "no.such"):
        assert boss.get(f"/views/new?page={page}&query=q%3Da").status_code == 404
    answer = save(boss, "CRLF", query="q=a\r\nX")
    assert answer.status_code in {303, 422}
    assert "\n" not in answer.headers.get("Location", "")


def counts(client, path=LIST):
    """Return the words beside the tabs, as the page's script fetches them."""
    return client.get(
        re.search(r'data-counts="([^"]+)"', client.get(path).get_data(as_text=True))[1]
    ).json


def test_the_tabs_count_what_their_reader_sees(act, make, house):
    for number, grade in enumerate("AAB"):
        make.customers.customer(f"Ann {number}", manager=make.person_of(house["ann"]), grade=grade)
    make.customers.customer("Carl 1", manager=make.person_of(house["carl"]), grade="A")
    save(act("ann"), "Best")
    save(act("boss"), "Shared best", shared="y")
    assert counts(act("ann")) == ["3", "3", "2", "2"]  # all, mine, the own view, the shared one
    assert counts(act("carl")) == ["1", "1"]  # neither view is offered to another department
    assert counts(act("admin")) == ["4", "0", "3"]  # the same view over a wider range


def test_counts_stop_at_their_bound_and_take_one_statement(
    act, make, house, statements, monkeypatch
):
    monkeypatch.setattr("core.web.list_counts.MOST", 3)
    for number in range(4):
        make.customers.customer(f"Ann {number}", manager=make.person_of(house["ann"]))
    save(act("ann"), "Best")
    assert counts(act("ann")) == ["2+", "2+", "0"]
    with statements() as sent:
        act("ann").get(f"{LIST}?counts=1")
    assert sum("customers_customer" in one for one in sent) == 1


def test_a_view_that_cannot_be_read_any_more_has_no_count(act, make, house):
    save(act("ann"), "Old")
    with unit_of_work(SYSTEM) as session:
        session.scalars(select(SavedView)).one().query = "since_from=never"
    assert counts(act("ann")) == ["0", "0"]


def test_a_shared_view_names_a_person_and_never_a_login(act, house, make):
    save(act("boss"), "Shared best", shared="y")
    page = act("ann").get(f"/views?page={PAGE}").get_data(as_text=True)
    assert "Shared best" in page
    assert ">boss<" not in page
    assert f">{make.person_of(house['boss']).name}<" in page


def test_a_unit_that_moves_takes_its_people_to_other_views_at_once(act, house, make):
    east, west = make.unit("East"), make.unit("West")  # nobody heads them: no rights change
    room = make.unit("Inner room", parent=east)
    house["eve"] = make.user("eve", unit=east, locale="en")
    house["fred"] = make.user("fred", unit=room, locale="en")
    save(act("eve"), "Eve's", shared="y")
    assert "Shared view: Eve&#39;s" in tabs_of(act("fred"))
    with unit_of_work(SYSTEM) as session:
        move_unit(session, room.id, west.id)
    assert "Shared view: Eve&#39;s" not in tabs_of(act("fred"))


def test_a_purged_add_on_leaves_no_view_of_its_lists(act):
    save(act("ann"), "Best")
    save(act("admin"), "Jobs", "state=dead", page="jobs.index")
    with unit_of_work(SYSTEM) as session:
        forget_traces(session, "customers")
        left = session.scalars(select(SavedView.name)).all()
    assert left == ["Jobs"]
