"""What the search finds, for whom, and what it must never tell."""

import pytest
from sqlalchemy import delete, literal_column, select, update

from addons.customers.contact_list import CONTACTS
from addons.customers.models import Customer
from core.access.models import AccessTerm
from core.actor import system_actor
from core.addons import page_checks
from core.addons.faults import AddonFaultError
from core.addons.models import Addon, State, bump
from core.addons.registry import registry
from core.contributions import MenuItem
from core.search.finding import BOX
from core.testing.canaries import seed
from core.testing.client import token_headers
from core.testing.making import MAKING
from core.unit_of_work import unit_of_work

OURS, THEIRS = "canary-wren", "canary-crow"
LISTS = {"customers.customer", "customers.contact", "customers.opportunity"}


class Reader:
    """A person who searches, by the page and by its twin."""

    def __init__(self, client) -> None:
        self.client = client

    def groups(self, text: str, **more) -> dict[str, dict]:
        answer = self.client.get("/api/v1/search", query_string={"q": text, **more})
        assert answer.status_code == 200, answer.text
        return {group["key"]: group for group in answer.get_json()}

    def titles(self, text: str, key: str) -> list[str]:
        return [hit["title"] for hit in self.groups(text).get(key, {"hits": []})["hits"]]

    def page(self, text: str) -> str:
        answer = self.client.get("/search", query_string={"q": text})
        assert answer.status_code == 200
        return answer.get_data(as_text=True).partition("<main")[2].partition("</main>")[0]


@pytest.fixture
def reader(login):
    return lambda user: Reader(login(user))


@pytest.fixture
def two(make):
    """Give two accounts in units of their own, each with rows of every add-on."""
    ann = make.user("ann", unit=make.unit("One"), locale="en")
    bob = make.user("bob", unit=make.unit("Two"), locale="en")
    seed(make.person_of(ann), OURS)
    seed(make.person_of(bob), THEIRS)
    return ann, bob


@pytest.fixture
def boss(make, reader):
    return reader(make.administrator(locale="en"))


# -- whose records ------------------------------------------------------------------------------


def test_neither_of_two_strangers_finds_a_trace_of_the_other(two, reader):
    for user, own, foreign in ((two[0], OURS, THEIRS), (two[1], THEIRS, OURS)):
        one = reader(user)
        assert one.groups("canary").keys() >= LISTS
        assert own in one.page("canary")
        for text in ("canary", foreign, foreign[:-1], "a"):
            assert foreign not in str(one.groups(text, limit=50)).replace(f"q={foreign}", "")
        assert not one.groups(foreign)


def test_the_wall_and_nothing_else_keeps_them_apart(two, reader, monkeypatch, caplog):
    """The tests above would see a search that reads as the system."""
    ann, _bob = two
    client = reader(ann)

    def leak(_spec, _wanted, _access):
        with unit_of_work(system_actor("careless")) as session:
            raise AssertionError(str(session.scalars(select(Customer.name)).all()))

    monkeypatch.setattr("core.search.finding._statement", leak)
    client.groups(THEIRS)  # a list that fails is left out, and what it raised is logged
    assert THEIRS in caplog.text.rpartition("AssertionError: ")[2]


def test_what_others_have_changes_neither_numbers_nor_more(make, two, reader):
    one = reader(two[0])
    before = one.groups("canary"), one.page("canary")
    for _ in range(BOX + 2):
        seed(make.person_of(two[1]), THEIRS)
    assert (one.groups("canary"), one.page("canary")) == before


def test_a_kind_that_the_reader_may_not_read_is_not_asked(two, reader, statements):
    one = reader(two[0])
    with unit_of_work(MAKING) as session:
        session.execute(delete(AccessTerm))
        bump(session, "rights_version")
    with statements() as sent:
        groups = one.groups("canary")
    assert not groups
    assert not any("customers_" in line for line in sent)


def test_a_plain_reader_gets_no_administration(make, reader, boss):
    make.user("wren", unit=make.unit("Wren room"), locale="en")
    assert boss.groups("wren").keys() >= {"core.employee", "core.orgunit", "core.user"}
    plain = reader(make.user("robin", locale="en"))
    assert not plain.groups("wren")
    assert "acts" not in plain.groups("new user")
    assert not plain.titles("audit", "pages")
    assert boss.titles("audit", "pages") == ["Audit trail"]


def test_an_addon_that_is_off_vanishes_with_pages_acts_and_records(two, reader):
    one = reader(two[0])
    assert one.titles("new customer", "acts") == ["New customer"]
    with unit_of_work(MAKING) as session:
        session.execute(update(Addon).where(Addon.name == "customers").values(state=State.DISABLED))
        bump(session, "module_version")
    assert not one.groups("canary")
    assert not one.groups("customer")
    assert OURS not in one.page("canary")


def test_a_token_finds_what_its_scopes_let_it_read(two, app):
    def keys(*scopes):
        answer = app.test_client().get(
            "/api/v1/search?q=canary", headers=token_headers(two[0], *scopes)
        )
        return {group["key"] for group in answer.get_json()}

    customers, contacts = ("customers.customer", "query"), ("customers.contact", "query")
    assert keys(customers) == {"customers.customer"}
    assert keys(customers, contacts) == {"customers.customer", "customers.contact"}
    assert keys(("customers.customer", "create")) == set()


def test_strangers_are_sent_away(client):
    assert client.get("/search?q=a").status_code in {302, 303}
    assert client.get("/api/v1/search?q=a").status_code == 401


# -- what is found ------------------------------------------------------------------------------


def test_records_lead_to_their_pages_and_all_of_them_to_the_list(make, reader):
    ann = make.user("ann", locale="en")
    for number in range(BOX + 1):
        key = make.customers.customer(f"Wren {number}", manager=make.person_of(ann))
    make.customers.contact(key, "Jenny")
    one = reader(ann)
    found = one.groups("wren")["customers.customer"]
    assert len(found["hits"]) == BOX
    assert found["more"] is True
    assert found["all_url"] == "/customers/?q=wren"
    assert all(one.client.get(hit["url"]).status_code == 200 for hit in found["hits"])
    (person,) = one.groups("jenny")["customers.contact"]["hits"]
    assert person["sub"] == f"Wren {BOX}"
    assert one.client.get(person["url"]).location == f"/customers/{key}?tab=contacts"
    assert f">{BOX + 1}<" in one.page("wren")


def test_what_begins_with_the_word_comes_first(make, reader):
    ann = make.user("ann", locale="en")
    for name in ("Old Wren", "Wren", "Big Wren", "The Wren"):
        make.customers.customer(name, manager=make.person_of(ann))
    assert reader(ann).titles("wren", "customers.customer")[0] == "Wren"


@pytest.mark.parametrize("locale", ["en", "zh_Hans_CN"])
def test_pages_are_found_in_both_languages_and_by_initials(make, reader, locale):
    one = reader(make.administrator(locale=locale))
    for text in ("opportun", "商机", "sj"):
        found = one.groups(text)["pages"]["hits"]
        assert "/customers/opportunities" in [hit["url"] for hit in found], text
    shown = {"en": "New customer", "zh_Hans_CN": "新建客户"}[locale]
    assert one.titles("新建客户", "acts") == one.titles("NEW customer", "acts") == [shown]


def test_units_are_found_by_either_name_and_the_tree_narrows(make, boss):
    make.unit("国际清算部")
    (hit,) = boss.groups("清算")["core.orgunit"]["hits"]
    assert hit["title"] == "国际清算部"
    assert boss.client.get(hit["url"]).status_code == 200
    make.unit("Another")
    tree = boss.client.get("/admin/organisation?q=清算").get_data(as_text=True)
    assert "国际清算部" in tree
    assert "Another" not in tree.partition("<main")[2]


# -- hostile words ------------------------------------------------------------------------------


def test_wildcards_are_plain_text(make, reader):
    ann = make.user("ann", locale="en")
    make.customers.customer("Plain", manager=make.person_of(ann))
    make.customers.customer("100% sure", manager=make.person_of(ann))
    one = reader(ann)
    assert one.titles("%", "customers.customer") == ["100% sure"]
    assert not one.groups("_")
    assert not one.groups("\\")


def test_empty_words_ask_nothing(two, reader, statements):
    one = reader(two[0])
    for text in ("", "   ", "\u3000"):
        with statements() as sent:
            assert not one.groups(text)
        assert not any("customers_" in line for line in sent)
        assert OURS not in one.page(text)


@pytest.mark.parametrize(
    "text",
    ["\x07\x1b[31m", "a\x00b", "'; DROP TABLE core_user; --", "<script>x</script>", "(" * 90],
)
def test_strange_words_break_nothing(two, reader, text):
    one = reader(two[0])
    expected = 400 if "\0" in text else 200
    assert one.client.get("/search", query_string={"q": text}).status_code == expected
    assert one.client.get("/api/v1/search", query_string={"q": text}).status_code == expected


def test_words_are_written_back_as_text(boss):
    assert "<script>x" not in boss.page("<script>x</script>")


def test_too_long_words_are_refused_and_many_cost_no_more(two, reader, statements):
    one = reader(two[0])
    many = " ".join(["a"] * 50)
    one.groups(many)
    with statements() as sent:
        one.groups(many)
    assert max(line.count("LIKE") for line in sent) < 60
    assert one.client.get("/search", query_string={"q": "a" * 201}).status_code == 400
    assert one.client.get("/api/v1/search", query_string={"q": "a" * 201}).status_code == 422
    assert one.client.get("/api/v1/search?q=a&limit=51").status_code == 422


def test_the_cost_does_not_grow_with_rows(make, two, reader, statements):
    one = reader(two[0])

    def cost(path: str) -> int:
        one.client.get(path)
        with statements() as sent:
            one.client.get(path)
        return sum(line.lstrip().upper().startswith(("SELECT", "WITH")) for line in sent)

    paths = ("/search?q=canary", "/search?q=nothing-at-all", "/api/v1/search?q=canary")
    before = [cost(path) for path in paths]
    for _ in range(9):
        seed(make.person_of(two[0]), OURS)
    assert [cost(path) for path in paths] == before
    assert max(before) <= 2 + len(LISTS)


@pytest.mark.parametrize(
    "faulty", [{"endpoint": "customers.nowhere"}, {"search": (literal_column("no.such_column"),)}]
)
def test_a_faulty_list_takes_no_other_down(two, reader, monkeypatch, caplog, faulty):
    for part, value in faulty.items():
        monkeypatch.setitem(vars(CONTACTS), part, value)
    ann = reader(two[0])
    assert ann.groups("canary").keys() == LISTS - {CONTACTS.key}
    assert OURS in ann.page("canary")
    assert "the list customers.contact could not be searched" in caplog.text


# -- the declaration ----------------------------------------------------------------------------


def test_every_searched_list_can_be_searched_and_opened(app):
    searched = [item for item in registry().menus() if item.searches is not None]
    assert {item.searches.key for item in searched} >= LISTS
    for item in searched:
        assert item.searches.search
        assert item.searches.endpoint == item.endpoint
        assert item.searches.record_endpoint in app.view_functions


def test_an_addon_whose_list_names_nothing_to_look_through_does_not_load(app):
    class Nothing:
        search = ()

    class Loaded:
        @staticmethod
        def of(kind):
            entry = MenuItem(title="X", endpoint="web.workspace", searches=Nothing)
            return [entry] if kind == "menus" else []

    manifest = registry().loaded["customers"]
    with pytest.raises(AddonFaultError, match="names nothing to look through"):
        page_checks.check_menus(manifest, app, Loaded, resources={})
