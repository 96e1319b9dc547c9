"""What a facet offers: the first values, the rest on demand, names of just what occurs."""

from dataclasses import replace

from sqlalchemy import select

from core.organisation.models import Employee
from core.unit_of_work import current_session
from core.web import list_facets
from core.web.list_facets import SHOWN
from core.web.lists import Choice, Facet, Lookup


def facet_of(page, key):
    return next(view for view in page.facets if view.key == key)


def names_of(values):
    found = select(Employee.id, Employee.name).where(Employee.id.in_([int(v) for v in values]))
    return {str(row.id): row.name for row in current_session().execute(found)}


def offered():
    found = select(Employee.id, Employee.name).order_by(Employee.name)
    return [Choice(str(row.id), row.name) for row in current_session().execute(found)]


def looked_up(key="person", **changes):
    return Facet(key, "Person", Employee.id, choices=Lookup(offered, names_of), **changes)


def with_names(people):
    return replace(people, facets=(looked_up(),))


def test_the_first_values_are_shown_and_the_rest_is_counted(people, staff, ask):
    view = facet_of(ask(with_names(people), "q=Person"), "person")
    assert len(view.options) == SHOWN
    assert view.more == f"还有 {44 - SHOWN} 项"


def test_a_facet_that_is_opened_shows_all_and_the_others_stay_as_they_are(people, staff, ask):
    spec = replace(people, facets=(looked_up(), looked_up("again")))
    page = ask(spec, "q=Person&more=person")
    assert (len(facet_of(page, "person").options), facet_of(page, "person").more) == (44, "")
    assert len(facet_of(page, "again").options) == SHOWN


def test_what_is_opened_stands_in_no_other_address(people, staff, ask):
    page = ask(with_names(people), "q=Person&more=person")
    assert page.href(page.args) == "/people?q=Person"


def test_an_unknown_facet_to_open_is_ignored(people, staff, ask):
    view = facet_of(ask(with_names(people), "q=Person&more=nothing"), "person")
    assert len(view.options) == SHOWN


def test_a_chosen_value_is_shown_whatever_its_rank(people, staff, ask):
    last = str(staff[-1])
    view = facet_of(ask(with_names(people), f"q=Person&person={last}"), "person")
    assert [option.value for option in view.options if option.chosen] == [last]


def test_titles_are_asked_for_just_the_values_that_occur(people, staff, ask):
    asked = []

    def watched(values):
        asked.append(set(values))
        return names_of(values)

    spec = replace(people, facets=(replace(looked_up(), choices=Lookup(offered, watched)),))
    page = ask(spec, "q=Person 01")
    assert asked == [{str(row[0]) for row in page.rows}]
    assert all(option.label.startswith("Person 0") for option in facet_of(page, "person").options)


def test_beyond_the_bound_nothing_is_asked_for_until_somebody_chooses(
    people, staff, ask, monkeypatch
):
    monkeypatch.setattr(list_facets, "FACET_LIMIT", 0)
    view = facet_of(ask(with_names(people)), "person")
    assert (view.options, view.more) == ([], "选择…")
    opened = facet_of(ask(with_names(people), "more=person"), "person")
    assert [option.label for option in opened.options] == sorted(o.label for o in opened.options)
    assert len(opened.options) >= 45
    assert opened.more == ""


def test_beyond_the_bound_a_chosen_value_is_named(people, staff, ask, monkeypatch):
    monkeypatch.setattr(list_facets, "FACET_LIMIT", 0)
    view = facet_of(ask(with_names(people), f"person={staff[-1]}"), "person")
    assert [(option.label, option.chosen) for option in view.options] == [("Person 044", True)]
    assert view.more == "选择…"
