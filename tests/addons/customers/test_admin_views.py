"""The pages of those who lead."""

import re

from addons.customers import industries


def token(client, path):
    return re.findall(
        r'name="csrf_token" value="([^"]*)"', client.get(path).get_data(as_text=True)
    )[0]


def test_an_industry_in_use_stays_and_its_form_says_why(house, login, as_, make):
    with as_(house.administrator):
        key = industries.add_industry({"zh": "银行", "en": "Banks"})
    make.customers.customer("One", manager=house.ann.employee, industry_id=key)
    client = login(house.administrator.user)
    form = f"/customers/industries/{key}"
    answer = client.post(
        f"{form}/delete", data={"csrf_token": token(client, form)}, follow_redirects=True
    )
    assert answer.status_code == 200
    assert answer.request.path == form
    assert 'class="note note-bad' in answer.get_data(as_text=True)
    with as_(house.administrator):
        assert industries.industry(key).code == "banks"
