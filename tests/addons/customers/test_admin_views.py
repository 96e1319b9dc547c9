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


def test_the_tree_folds_counts_customers_with_those_below_and_can_be_searched(
    house, login, as_, make
):
    with as_(house.administrator):
        top = industries.add_industry({"zh": "金融", "en": "Finance"})
        below = industries.add_industry({"zh": "银行", "en": "Banking"}, parent_id=top)
        industries.add_industry({"zh": "航空", "en": "Aviation"})
    make.customers.customer("One", manager=house.ann.employee, industry_id=below)
    make.customers.customer("Two", manager=house.bob.employee, industry_id=top)
    client = login(house.administrator.user)
    text = client.get("/customers/industries").get_data(as_text=True)
    figures = re.findall(r'/customers/\?industry=(\d+)">(\d+) customers?<', text)
    assert dict(figures)[str(top)] == "2"
    assert dict(figures)[str(below)] == "1"
    assert "<details>" in text
    found = client.get("/customers/industries?q=bank").get_data(as_text=True)
    assert "<details open>" in found
    assert "Finance" in found
    assert "Aviation" not in found
    assert "No industry matches" in client.get("/customers/industries?q=zzz").get_data(as_text=True)


def test_codes_are_cut_between_words(as_, house):
    with as_(house.administrator):
        top = industries.industry(
            industries.add_industry(
                {"zh": "通", "en": "Communication services and equipment makers"}
            )
        )
        key = industries.add_industry({"zh": "综", "en": "Integrated telecom"}, parent_id=top.id)
        assert top.code == "communication-services-and-equipment"
        assert industries.industry(key).code == "communication.integrated-telecom"
