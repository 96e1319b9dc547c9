"""What the forms say about what was typed."""

import re
from datetime import timedelta

from core.clock import today


def test_every_fault_of_a_new_customer_is_told_in_one_try_and_at_its_field(house, login):
    client = login(house.ann.user)
    page = client.get("/customers/new").get_data(as_text=True)
    token = re.findall(r'name="csrf_token" value="([^"]*)"', page)[0]
    wrong = {
        "name": "",
        "website": "no address",
        "founded": "long ago",
        "since": (today() + timedelta(days=1)).isoformat(),
        "csrf_token": token,
    }
    answer = client.post("/customers/new", data=wrong)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert {field for field in wrong if f'id="{field}-e"' in text} == set(wrong) - {"csrf_token"}
    assert all(f'href="#{field}"' in text for field in ("website", "founded", "since", "name"))


def offered(client, path, field="stage"):
    text = client.get(path).get_data(as_text=True)
    select = re.search(rf'<select[^>]*name="{field}".*?</select>', text, re.DOTALL)[0]
    return re.findall(r'<option[^>]*value="([^"]*)"', select), re.findall(
        r'<option selected value="([^"]*)"|<option value="([^"]*)" selected', select
    )


def test_a_default_is_offered_once_and_a_stage_that_changes_nothing_not_at_all(house, login, make):
    key = make.customers.customer("One", manager=house.ann.employee)
    deal = make.customers.opportunity(key, "Line", value=1)
    client = login(house.ann.user)
    values, chosen = offered(client, "/customers/new")
    assert values == ["prospect", "opportunity", "relationship", "signed"]
    assert "prospect" in chosen[0]
    values, chosen = offered(client, f"/customers/{key}/opportunities/new")
    assert values == ["lead", "proposal", "negotiation"]
    assert "lead" in chosen[0]
    assert "prospect" not in offered(client, f"/customers/{key}/stage")[0]
    assert "lead" not in offered(client, f"/customers/opportunities/{deal}/stage")[0]


def test_what_was_saved_says_so_and_the_history_says_why_a_stage_moved(house, login, make):
    key = make.customers.customer("One", manager=house.ann.employee)
    client = login(house.ann.user)

    def send(path, **data):
        page = client.get(path).get_data(as_text=True)
        hidden = dict(re.findall(r'name="(csrf_token|row_version)" value="([^"]*)"', page))
        answer = client.post(path, data={**hidden, **data}, follow_redirects=True)
        return answer.get_data(as_text=True)

    assert ">Saved.<" in send(f"/customers/{key}/edit", name="One", grade="A")
    assert ">Saved.<" in send(f"/customers/{key}/contacts/new", name="Ms Two")
    assert ">Saved.<" in send(f"/customers/{key}/opportunities/new", title="Line")
    moved = send(f"/customers/{key}/stage", stage="opportunity", reason="They called <us>")
    assert '<div class="say">They called &lt;us&gt;</div>' in moved


def test_the_conflict_page_keeps_the_lines_of_a_long_note(house, login, make):
    key = make.customers.customer("One", manager=house.ann.employee)
    client = login(house.ann.user)
    path = f"/customers/{key}/edit"
    page = client.get(path).get_data(as_text=True)
    hidden = dict(re.findall(r'name="(csrf_token|row_version)" value="([^"]*)"', page))
    started = {"started_from": '{"name": ["One"]}'}
    client.post(path, data={**hidden, "name": "One", "notes": "theirs\nsecond"})
    clash = client.post(path, data={**hidden, **started, "name": "One", "notes": "mine\nlast"})
    assert clash.status_code == 409
    cells = re.findall(r'<td class="([^"]*)" data-l="[^"]+">([^<]*)</td>', clash.text)
    kept = [words for look, words in cells if "as-typed" in look]
    assert "theirs\nsecond" in kept
    assert "mine\nlast" in kept
