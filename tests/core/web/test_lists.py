import pytest
from sqlalchemy import func
from werkzeug.datastructures import MultiDict

from core.actor import system_actor
from core.errors import DomainError, ProgrammingFault
from core.organisation.models import Employee
from core.unit_of_work import current_unit, unit_of_work
from core.web import list_args, list_page, list_query
from core.web.cells import cell_text
from core.web.list_facets import facet_views
from core.web.list_page import next_href, numbered
from core.web.lists import Choice, Column, Facet, ListSpec


def names(page):
    return [row[2] for row in page.rows]


def test_a_page_holds_its_size_and_the_count_of_all(people, staff, ask):
    page = ask(people, "q=Person")
    assert len(page.rows) == 20
    assert page.total == 44
    assert page.has_more


def test_pages_follow_each_other_without_gap_or_repeat(people, staff, ask):
    seen = [row[0] for number in (1, 2, 3) for row in ask(people, f"page={number}").rows]
    assert len(seen) == len(set(seen))
    assert [one for one in seen if one in staff] == staff


def test_sorting_turns_round_and_ties_fall_back_on_the_id(people, staff, ask):
    up = [row[0] for row in ask(people, "sort=phone&size=200").rows if row[0] in staff]
    down = [row[0] for row in ask(people, "sort=-phone&size=200").rows if row[0] in staff]
    assert up == down[::-1]


def test_rows_without_a_value_come_last_either_way(people, staff, ask):
    for sort in ("superior", "-superior"):
        rows = ask(people, f"sort={sort}&size=200").rows
        empty = [row[1] is None for row in rows]
        assert any(empty)
        assert empty == sorted(empty)


def test_every_word_of_a_search_must_be_found(people, staff, ask):
    assert names(ask(people, "q=person 013")) == ["Person 013"]
    assert names(ask(people, "q=S013")) == ["Person 013"]
    assert names(ask(people, "q=person nowhere")) == []


@pytest.mark.parametrize(("text", "found"), [("100%", 1), ("_real_", 1), ("%", 1), ("\\", 0)])
def test_wildcards_in_a_search_are_plain_text(people, staff, ask, text, found):
    assert ask(people, f"q={text}").total == found


def test_facets_narrow_and_values_of_one_facet_widen(people, staff, ask):
    one, two = ask(people, "phone=1&q=S0"), ask(people, "phone=2&q=S0")
    both = ask(people, "phone=1&phone=2&q=S0")
    assert (one.total, two.total, both.total) == (30, 15, 45)
    assert ask(people, "phone=2&state=0&q=S0").total == 3


def test_the_value_for_nothing_finds_rows_without_one(people, staff, ask):
    assert ask(people, "boss=-&q=S0").total == 36
    assert ask(people, f"boss=-&boss={staff[1]}&q=S0").total in (36, 45)


def counts(page, key):
    view = next(one for one in page.facets if one.key == key)
    return {option.value: option.count for option in view.options}


def test_counts_are_taken_with_the_other_facets_applied(people, staff, ask):
    page = ask(people, "phone=1&q=S0")
    assert counts(page, "phone") == {"1": 30, "2": 15}  # its own value does not narrow it
    assert counts(page, "state") == {"1": 24, "0": 6}
    wider = ask(people, "q=S0")
    assert counts(wider, "state") == {"1": 36, "0": 9}


def test_counts_are_left_out_when_they_would_be_incomplete(people, staff, ask, monkeypatch):
    monkeypatch.setattr("core.web.list_facets.FACET_LIMIT", 10)
    assert set(counts(ask(people, "q=S0"), "phone").values()) == {None}


def test_a_branch_counts_what_lies_below_it(app, staff):
    tree = (Choice("1", "All"), Choice("1a", "Ones", parent="1"), Choice("2", "Twos"))
    facet = Facet("kind", "Kind", lambda: func.replace(Employee.phone, "1", "1a"), choices=tree)
    spec = ListSpec(
        key="t.t",
        resource="core.employee",
        title="",
        endpoint="x",
        id=Employee.id,
        source=lambda: list_query.select().select_from(Employee),
        columns=(Column("name", "", Employee.name),),
        facets=(facet,),
        search=(Employee.code,),
    )
    with unit_of_work(system_actor("test")) as session:
        args = spec.parse(MultiDict({"q": "S0"}))
        (view,) = facet_views(spec, args, current_unit().access, session, total=45)
    assert {o.value: o.count for o in view.options} == {"1": 30, "1a": 30, "2": 15}
    assert [o.depth for o in view.options] == [0, 1, 0]


def test_totals_cover_all_pages_and_stop_with_the_count(people, staff, ask, monkeypatch):
    page = ask(people, "q=S0")
    with_boss = 9  # changed once after they were added
    assert page.sums["version"] == 45 + with_boss
    monkeypatch.setattr(list_query, "COUNT_LIMIT", 30)
    many = ask(people, "q=S0")
    assert many.total_text == "29+"
    assert many.sums == {}


def test_beyond_the_bound_the_list_goes_on_behind_the_last_row(people, staff, ask, monkeypatch):
    monkeypatch.setattr(list_args, "OFFSET_LIMIT", 20)
    monkeypatch.setattr(list_page, "OFFSET_LIMIT", 20)
    for sort in ("name", "-phone", "superior", "-superior"):
        page, seen = ask(people, f"sort={sort}&q=S0"), []
        for _ in range(4):
            seen += [row[0] for row in page.rows]
            onward = next_href(page)
            if onward is None:
                break
            assert "after=" in onward
            page = ask(people, onward.partition("?")[2])
            assert numbered(page) == []
        assert len(seen) == 45, sort
        assert set(seen) == set(staff), sort


@pytest.mark.parametrize(
    "address",
    [
        "page=0", "page=-1", "page=x", "page=٣", "page=999999", "page=1&page=2", "size=7", "size=x",
        "size=1000000", "q=a&q=b", "unit_id=abc", "unit_id=1e9", "unit_id=99999999999999999999",
        "state=maybe", "after=%%%", "after=bm9wZQ", "after=WzEsIngiXQ", "boss=NaN",
        "q=" + "x" * 201, "&".join(f"phone={n}" for n in range(80)),
    ],
)  # fmt: skip
def test_malformed_addresses_are_refused_in_plain_words(people, ask, address):
    with pytest.raises(DomainError) as refused:
        ask(people, address)
    assert refused.value.status == 400
    assert str(refused.value)


@pytest.mark.parametrize(
    "address",
    ["nonsense=1", "sort=nonsense", "sort=-", "col=nonsense", "tab=nonsense", "phone=", "q="],
)
def test_unknown_names_and_empty_values_are_ignored(people, ask, address):
    assert ask(people, address).total == ask(people).total


def test_a_ready_filter_is_overruled_by_the_address(people, staff, ask):
    assert ask(people, "tab=ones&q=S0").total == 30
    assert ask(people, "tab=ones&phone=2&q=S0").total == 15


def test_columns_can_be_chosen_and_the_link_stays(people, staff, ask):
    assert [c.key for c in ask(people, "col=mail").columns] == ["name", "mail"]
    assert "mail" not in [c.key for c in ask(people).columns]


def test_statements_do_not_grow_with_rows(people, staff, ask, statements):
    figures = []
    for size in (20, 200):
        with statements() as sent:
            ask(people, f"size={size}&q=S0")
        figures.append(len([s for s in sent if s.lstrip().upper().startswith(("SELECT", "WITH"))]))
    assert figures[0] == figures[1]
    assert figures[0] <= 4


def test_the_query_for_files_has_the_same_rows_in_the_same_order(people, staff, ask):
    with unit_of_work(system_actor("test")) as session:
        args = people.parse(MultiDict({"phone": "2", "sort": "-name", "q": "S0"}))
        rows = session.execute(people.query(args)).all()
        total = session.scalar(people.narrow(args, func.count()))
    assert [row._mapping["name"] for row in rows] == names(ask(people, "phone=2&sort=-name&q=S0"))
    assert total == len(rows) == 15


def test_a_selection_is_what_was_ticked_or_what_the_filter_finds(people, staff, app):
    with unit_of_work(system_actor("test")) as session:
        ticked = people.selection(MultiDict([("ids", str(staff[0])), ("ids", str(staff[3]))]))
        assert set(session.scalars(ticked)) == {staff[0], staff[3]}
        found = people.selection(MultiDict({"all": "1", "query": "phone=2&q=S0"}))
        assert len(set(session.scalars(found))) == 15
        for bad in (
            {},
            {"ids": "x"},
            {"ids": "-1"},
            {"ids": "9" * 12},
            {"all": "1", "query": "page=x"},
        ):
            with pytest.raises(DomainError):
                people.selection(MultiDict(bad))


def test_a_spec_with_a_reserved_key_or_no_column_is_refused():
    column = Column("q", "Q", Employee.name)
    for columns in ((column,), ()):
        with pytest.raises(ProgrammingFault):
            ListSpec(
                key="t.t", resource="r", title="", endpoint="x", id=Employee.id,
                source=lambda: None, columns=columns,
            )  # fmt: skip


def test_the_address_can_be_written_back(people, staff, ask):
    args = ask(people, "phone=1&phone=2&sort=-name&size=50&col=mail&page=2&q=S0").args
    again = people.parse(MultiDict([part.split("=") for part in args.query(place=True).split("&")]))
    assert again == args
    assert args.without("phone", "1").filters["phone"] == ("2",)
    assert "phone" not in args.without("phone").filters


def test_values_for_files_are_plain():
    assert cell_text(Column("a", "", None, kind="name"), {"zh": "甲", "en": "A"}) == "甲"
    assert cell_text(Column("a", "", None, kind="tag", labels={"x": "words"}), "x") == "words"
    assert cell_text(Column("a", "", None, kind="money"), None) == ""
