import re

import pytest
from flask import render_template_string
from markupsafe import Markup

from addons.customers.models import Customer
from core.addons.registry import Registry
from core.contributions import Slot
from core.i18n import force_locale
from core.organisation.models import Employee
from core.unit_of_work import current_session, unit_of_work
from core.web.records import Action, Crumb, Fact, RecordPage, Stage, render_record


@pytest.fixture
def client(make, login):
    return login(make.administrator())


@pytest.fixture
def show(app, make):
    """Give a function that renders the page of an employee with these parts."""
    person, actor = make.employee("Li <Na>"), make.actor(make.administrator("root"))

    def render(query="", **parts):
        with app.test_request_context(f"/person?{query}"), unit_of_work(actor):
            record = current_session().get_one(Employee, person.id)
            page = RecordPage(
                resource="core.employee",
                record=record,
                record_id=person.id,
                title=record.name,
                **parts,
            )
            return render_record(page)

    return render


@pytest.fixture
def tabs(monkeypatch):
    """Give a function that fills the place "t" with slots."""

    def fill(*slots):
        real = Registry.slots
        monkeypatch.setattr(Registry, "slots", lambda self, p: slots if p == "t" else real(self, p))

    return fill


@pytest.mark.parametrize(("locale", "words"), [("en", ["yes", "no"]), ("zh_Hans_CN", ["是", "否"])])
def test_yes_and_no_are_said_in_the_language_of_the_reader(app, locale, words):
    with app.test_request_context(), force_locale(locale):
        assert [Fact("Paid", paid, kind="bool").shown for paid in (True, False)] == words
        assert Fact("Paid", None, kind="bool").shown == "–"


def test_head_facts_and_status_bar_are_shown_and_escaped(show):
    text = show(
        sub=["E-1"],
        crumbs=[Crumb("People", "/people")],
        facts=[Fact("Region", "<North>"), Fact("Site", None)],
        stages=[Stage("One", "done"), Stage("Two", "now", "3 days"), Stage("Three", "next")],
        actions=[Action("Edit", "/edit"), Action("Close", "/close", post=True, dangerous=True)],
    )
    assert "<h1>Li &lt;Na&gt;</h1>" in text
    assert "&lt;North&gt;" in text
    assert re.search(r'<li class="now" aria-current="step">Two', text)
    assert '<form method="post" action="/close"><input type="hidden" name="csrf_token"' in text


def test_each_tab_is_a_page_of_its_own(show, tabs):
    one = Slot(
        place="t",
        key="one",
        title="One",
        render=lambda r: Markup("<i>first</i>"),
        count=lambda r: 7,
    )
    two = Slot(place="t", key="two", title="Two", render=lambda r: Markup("<i>second</i>"))
    tabs(one, two)
    overview, second = show(tabs="t"), show("tab=two", tabs="t")
    assert "<i>" not in overview
    assert '<span class="n">7</span>' in overview
    assert "<i>second</i>" in second
    assert "<i>first</i>" not in second
    assert "<i>" not in show("tab=nonsense", tabs="t")


def test_a_tab_that_fails_is_named_and_the_page_stays_whole(show, tabs):
    def broken(_record):
        from sqlalchemy import text

        current_session().execute(text("SELECT nothing FROM nowhere"))
        raise AssertionError

    tabs(Slot(place="t", key="bad", title="Bad <b>", render=broken, count=broken))
    page = show("tab=bad", tabs="t")
    assert "Bad &lt;b&gt;" in page
    assert 'id="hist-h"' in page  # what comes after it still asks the database


def test_history_tells_who_changed_what(client, make):
    person = make.employee("Li Na")
    page = client.get(f"/admin/organisation/employees/{person.id}").get_data(as_text=True)
    assert 'class="hist"' in page
    assert "<time datetime=" in page


def test_why_is_asked_by_a_link_that_is_answered(show, client):
    link = re.search(r'href="(/why\?resource=core.employee&amp;record=\d+)"', show())
    assert link is not None
    answer = client.get(link[1].replace("&amp;", "&"))
    assert answer.status_code == 200
    assert 'class="why' in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("asked", "said"),
    [("'update'", "may"), ("'delete'", "may not"), ("'create', 'customers.contact'", "may")],
)
def test_templates_ask_what_the_reader_may_do_with_a_record(app, make, asked, said):
    ann = make.user("ann", unit=make.unit("One"))
    key = make.customers.customer("Wren", manager=make.person_of(ann))
    text = f"{{{{ 'may' if may_on(record, {asked}) else 'may not' }}}}"
    with app.test_request_context(), unit_of_work(make.actor(ann)):
        record = current_session().get_one(Customer, key)
        assert render_template_string(text, record=record) == said
