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
