"""The Why page says which element allows or is missing, and tells nothing about others."""

import html
import re

import pytest
from sqlalchemy import select

from addons.customers.models import Contact
from core.access.drafts import shared_set
from core.access.models import AccessTerm
from core.accounts import services
from core.accounts.models import User
from core.actor import system_actor
from core.addons.models import bump
from core.addons.registry import registry
from core.unit_of_work import unit_of_work

SYSTEM = system_actor("test")


@pytest.fixture
def accounts(house, make):
    mine = make.customers.customer("Of Ann", manager=house.ann.employee)
    foreign = make.customers.customer("Canary Works", manager=house.bob.employee)
    make.customers.contact(mine, "Somebody")
    make.customers.contact(foreign, "Canary Person")
    return mine, foreign


def ask(client, **arguments):
    return client.get("/why", query_string=arguments)


def words(answer):
    text = html.unescape(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))
    return " ".join(text.split())


def states(answer):
    """Return one sign for each element: passed, missing, not reached."""
    panel = answer.get_data(as_text=True).split('class="why', 1)[1]
    signs = {"": "+", "miss": "-", "na": "."}
    return "".join(signs[name] for name in re.findall(r'<li class="(\w*)">', panel))


def test_the_badge_of_a_list_leads_to_the_reason(house, login, accounts):
    ann = login(house.ann.user)
    page = ann.get("/customers/").get_data(as_text=True)
    link = re.search(r'class="limited" href="([^"]+)"', page)[1]
    answer = ann.get(html.unescape(link))
    assert states(answer) == "++++++"
    assert "own records" in words(answer)
    assert "duty “Handling one's own records” (everybody)" in words(answer)


def test_a_record_tells_which_range_lets_me_see_it(house, login, accounts):
    page = login(house.head.user).get(f"/customers/{accounts[0]}").get_data(as_text=True)
    link = html.unescape(re.search(r'href="(/why[^"]+)"', page)[1])
    answer = login(house.head.user).get(link)
    assert states(answer) == "++++++"
    assert "duty “Leading a unit” (heads of units)" in words(answer)
    assert "KH-" in words(answer)


def test_the_first_missing_element_is_named_with_who_can_give_it(house, login, accounts):
    head = login(house.head.user)
    ours = {"resource": "customers.customer", "record": accounts[0]}
    changing = ask(head, **ours, action="update")
    assert states(changing) == "++++-."
    assert "Ann" in words(changing)
    assert "an administrator can give it: Admin" in words(changing)
    assert states(ask(head, **ours, action="delete")) == "++-..."


def test_the_address_takes_no_words_of_the_router(house, login, accounts):
    odd = {"_external": "1", "_scheme": "javascript", "_anchor": "canary", "endpoint": "x"}
    page = ask(login(house.ann.user), resource="customers.customer", **odd)
    assert page.status_code == 200
    tabs = page.get_data(as_text=True).split('class="tabs', 1)[1].split("</ul>", 1)[0]
    assert "javascript" not in tabs
    assert "canary" not in tabs


def test_a_foreign_record_and_an_unknown_one_look_the_same(house, login, accounts, grant):
    ann = login(house.ann.user)
    with unit_of_work(SYSTEM) as session:
        contact = session.scalars(select(Contact.id).where(Contact.name == "Canary Person")).one()

    def body(**arguments):
        answer = ask(ann, **arguments)
        assert answer.status_code == 404
        return re.sub(
            r"\w{4}-\w{4}|csrf_token\" value=\"[^\"]+|next\" value=\"[^\"]+", "", words(answer)
        )

    for resource, foreign in (
        ("customers.customer", accounts[1]),
        ("customers.contact", contact),
        ("core.user", house.bob.user.id),
        ("core.employee", house.bob.employee.id),
    ):
        for action in ("query", "update"):
            told = body(resource=resource, record=foreign, action=action)
            assert told == body(resource=resource, record=987_654, action=action)
            assert "Canary" not in told


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"resource": "nobody.knows"},
        {"resource": "customers.customer", "action": "nonsense"},
        {"resource": "customers.customer", "record": "1 OR 1=1"},
        {"resource": "customers.customer", "record": "99999999999999999999"},
        {"resource": "customers.customer", "record": "-1"},
        {"resource": "customers.customer", "record": "²"},
        {"resource": "customers.customer", "record": ""},
        {"resource": "core.addon", "record": "1"},
    ],
)
def test_nonsense_is_not_found(house, login, accounts, arguments):
    assert ask(login(house.administrator.user), **arguments).status_code == 404


def test_a_denied_record_is_counted_and_not_named(house, login, accounts):
    with unit_of_work(SYSTEM) as session:
        for allow, keys in ((True, None), (False, shared_set(session, [accounts[1]]))):
            term = AccessTerm(
                provider="test",
                user_id=house.ann.user.id,
                resource="customers.customer",
                actions=["query"],
                allow=allow,
                customer_set_id=keys,
                source={"zh": "特批", "en": "special"},
            )
            session.add(term)
        session.flush()
        bump(session, "rights_version")
    answer = ask(login(house.ann.user), resource="customers.customer")
    assert "everything, without 1 customer" in words(answer)
    assert "Canary" not in words(answer)


def test_the_signs_of_the_acts_agree_with_the_explanations(house, login, accounts):
    for person in (house.ann, house.head, house.administrator):
        client = login(person.user)
        for arguments in ({}, {"record": accounts[0]}):
            page = ask(client, resource="customers.customer", **arguments)
            acts = re.findall(
                r'<li><a href="([^"]+)" aria-label="[^":]+: ([^"]+)"',
                page.get_data(as_text=True),
            )
            assert len(acts) >= 7
            for link, sign in acts:
                told = states(client.get(html.unescape(link)))
                assert (told == "++++++") == (sign == "allowed"), (person.user.login, link)


def test_a_refusal_over_a_record_that_is_seen_leads_to_that_record(house, login, accounts):
    page = login(house.head.user).get(f"/customers/{accounts[0]}/edit")
    if page.status_code == 200:  # the form opens, the storing is refused
        client = login(house.head.user)
        page = client.submit(f"/customers/{accounts[0]}/edit", {"name": "New", "row_version": 1})
    assert page.status_code == 403
    text = page.get_data(as_text=True)
    assert f"record={accounts[0]}" in text
    assert states(page) == "++++-."


def test_strangers_and_switched_off_add_ons_are_not_explained(house, client, login, accounts):
    assert ask(client, resource="customers.customer").status_code == 303
    from core.actor import acting_as
    from core.addons import lifecycle

    with acting_as(SYSTEM):
        lifecycle.disable("customers", reason="test")
    registry().switchboard.forget()
    answer = ask(login(house.ann.user), resource="customers.customer", record=accounts[0])
    assert answer.status_code == 404


def test_an_account_without_an_employee_is_told_that_nothing_is_its_own(house, login, accounts):
    with unit_of_work(SYSTEM) as session:
        made = services.create_user(session, login="lonely", locale="en")
        lonely = session.get_one(User, made.user_id)
    client = login(lonely)
    reason = "this account is not tied to an employee, so nothing is its own"
    for action in ("query", "update", "create"):
        answer = ask(client, resource="customers.customer", action=action)
        assert reason in words(answer), states(answer)
    assert reason not in words(ask(login(house.ann.user), resource="customers.customer"))
    assert reason not in words(
        ask(login(house.ann.user), resource="customers.customer", action="delete")
    )
