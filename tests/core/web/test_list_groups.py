"""Grouped lists: figures of all pages, rows in the order of the groups, nothing masked shown."""

import random
from collections import defaultdict
from dataclasses import replace

import pytest

from core.web.list_page import chips, group_rows, next_href, numbered
from core.web.list_rows import render_rows
from core.web.list_spec import ListSpec
from core.web.lists import Choice, Facet

FILTERS = ("phone=1", "phone=2", "state=0", "state=1", "boss=-", "q=1", "q=Person", "q=nobody")
SORTS = ("", "name", "-name", "phone", "superior", "-superior", "unit", "-version")


def positions(page, *keys):
    """Return where the values of columns stand in a row."""
    found, at = {}, 2
    for column in page.columns:
        found[column.key] = at
        at += 1 if column.sub is None else 2
    return [found[key] for key in keys]


def everything(ask, people, address):
    """Return the rows of every page of a grouped list, and its first page."""
    first = page = ask(people, address)
    rows = list(page.rows)
    while page.has_more:
        page = ask(people, next_href(page).partition("?")[2])
        rows += page.rows
    return first, rows


def test_counts_and_sums_equal_brute_force_for_random_filters(people, staff, ask):
    dice = random.Random(6)
    for _ in range(25):
        group = dice.choice(("phone", "state", "boss", "unit_id"))
        address = "&".join([f"group={group}", *dice.sample(FILTERS, dice.randint(0, 2))])
        address = address.replace("phone=1&phone=2", "phone=1")
        if address.count("q=") > 1:
            continue
        sort = dice.choice(SORTS)
        grouped, rows = everything(ask, people, f"{address}&sort={sort}" if sort else address)
        plain = ask(people, address.replace(f"group={group}", "size=200"))
        counted, sums = defaultdict(int), defaultdict(int)
        (version,) = positions(grouped, "version")
        for row in rows:
            counted[row[-1]] += 1
            sums[row[-1]] += row[version]
        assert {one.value: one.count for one in grouped.groups} == counted, address
        assert {one.value: one.sums for one in grouped.groups} == {
            value: (figure,) for value, figure in sums.items()
        }
        assert sorted(row[0] for row in rows) == sorted(row[0] for row in plain.rows), address
        assert (grouped.total, grouped.sums) == (plain.total, plain.sums)


def test_rows_stand_under_their_groups_in_declared_order_and_sorted_within(people, staff, ask):
    first, rows = everything(ask, people, "group=phone&sort=-name&q=S0&size=20")
    assert [one.label for one in first.groups] == ["one", "two"]
    assert [row[-1] for row in rows] == ["1"] * 30 + ["2"] * 15
    names = [row[2] for row in rows]
    assert names[:30] == sorted(names[:30], reverse=True)
    assert names[30:] == sorted(names[30:], reverse=True)


def test_rows_without_a_value_are_the_last_group(people, staff, ask):
    page = ask(people, "group=boss&q=S0")
    assert [(one.label, one.count) for one in page.groups] == [(str(staff[1]), 9), ("nobody", 36)]
    assert [row[-1] for row in page.rows] == [staff[1]] * 9 + [None] * 11


def test_a_page_shows_the_heads_of_just_its_groups(people, staff, ask):
    page = ask(people, "group=phone&q=S0&page=2&size=20")
    heads = group_rows(page, ticks=True)
    html = render_rows(page.rows, page.columns, endpoint=None, ticks=True, groups=heads)
    assert html.count('class="grp"') == 2
    assert html.index("one") < html.index("two")
    third = ask(people, "group=phone&q=S0&page=3&size=20")
    assert [*group_rows(third, ticks=False)] == ["2"]


def test_the_title_of_a_group_leads_to_its_rows(people, staff, ask):
    page = ask(people, "group=boss&q=S0&phone=1")
    for group in page.groups:
        href = str(group_rows(page, ticks=False)[group.value]).split('<a href="')[1].split('"')[0]
        query = href.replace("&amp;", "&").partition("?")[2]
        assert "group=" not in query
        assert ask(people, query).total == group.count


def test_the_chip_takes_the_grouping_away_and_the_filters_stay(people, staff, ask):
    page = ask(people, "group=phone&state=1&q=S0")
    chip = next(one for one in chips(page) if one.is_group)
    assert (chip.words, chip.href) == ("Phone", "/people?q=S0&state=1")


def test_grouped_lists_have_page_numbers_and_no_cursor(people, staff, ask):
    page = ask(people, "group=phone&q=S0&after=WyJ4IiwgMV0&size=20")
    assert (page.args.after, len(page.rows)) == ("", 20)
    assert [number for number, _ in numbered(page)] == [1, 2, 3]


def test_what_cannot_be_grouped_by_is_ignored(people, staff, ask):
    for key in ("name", "nonsense", "q"):
        assert ask(people, f"group={key}&q=S0").groups is None


def test_a_masked_facet_cannot_be_grouped_by(people, staff, ask, monkeypatch):
    masked = replace(
        people, facets=(Facet("phone", "Phone", people.facets[1].expr, field="phone"),)
    )
    assert ask(masked, "group=phone&q=S0").groups is not None
    monkeypatch.setattr(ListSpec, "may_see", lambda _spec, _access, field: field != "phone")
    page = ask(masked, "group=phone&q=S0")
    assert page.groups is None
    assert page.args.group == ""


def test_a_tree_groups_by_the_value_itself(people, staff, ask):
    tree = (Choice("2", "Twos", parent="1"), Choice("1", "Ones"))
    spec = replace(people, facets=(replace(people.facets[1], choices=tree),))
    page = ask(spec, "group=phone&q=S0")
    assert [(one.label, one.count) for one in page.groups] == [("Twos", 15), ("Ones", 30)]


@pytest.mark.parametrize("group", ["phone", "boss", "unit_id"])
def test_statements_do_not_grow_with_groups_or_rows(people, staff, ask, statements, group):
    figures = []
    for size in (20, 200):
        with statements() as sent:
            ask(people, f"group={group}&size={size}&q=S0")
        figures.append(len([s for s in sent if s.lstrip().upper().startswith(("SELECT", "WITH"))]))
    assert figures[0] == figures[1]
    assert figures[0] <= 4


def test_an_empty_grouped_list_asks_for_no_rows(people, staff, ask):
    page = ask(people, "group=phone&q=nothing like it")
    assert (page.groups, page.rows, page.total) == ([], [], 0)
