"""The real files through the pages of the import wizard, as an administrator would."""

import io
import re
from pathlib import Path

import pytest
from sqlalchemy import func, select

from addons.customers.models import Customer
from core.jobs.worker import drain

pytestmark = pytest.mark.whole

DATA = Path(__file__).parents[2] / "data"


def token(page: str) -> str:
    return re.search(r'name="csrf_token" value="([^"]+)"', page).group(1)


def upload(client, key: str, name: str) -> str:
    path = f"/imports/new/{key}"
    form = {"csrf_token": token(client.get(path).text)}
    with (DATA / name).open("rb") as file:
        answer = client.post(path, data={**form, "file": (file, name)})
    assert answer.status_code == 302, answer.text
    return answer.location


def start(client, mapping: str) -> str:
    page = client.get(mapping)
    assert page.status_code == 200
    begin = mapping.replace("/columns", "/start")
    answer = client.post(begin, data={"csrf_token": token(page.text)})
    assert answer.status_code == 302, answer.text
    return answer.location


@pytest.mark.parametrize(
    "file",
    [
        ("customers.customer", "companies.csv", 503, 0),
        ("customers.operator", "operators.csv", 2285, 2),
    ],
)
def test_a_real_file_is_mapped_by_itself_previewed_and_stored_once(house, login, as_, app, file):
    key, name, accounts, refused = file
    client = login(house.administrator.user)
    for _turn in range(2):
        result = start(client, upload(client, key, name))
        drain(app)
        page = client.get(result)
        assert page.status_code == 200
        with as_(house.administrator) as session:
            assert session.scalar(select(func.count()).select_from(Customer)) == accounts
        if refused:
            rows = client.get(f"{result}/refused.csv").get_data().decode("utf-8-sig")
            assert len(rows.strip().splitlines()) == refused + 1
            assert "neither an operator nor a brand" in rows


def test_refusals_name_every_fault_and_are_read_in_the_language_of_the_reader(
    house, login, app, make
):
    client = login(house.administrator.user)
    path = "/imports/new/customers.customer"
    content = "客户名称,等级,网站\n东海电信,Z,不是网址\n好公司,A,\n".encode()
    form = {"csrf_token": token(client.get(path).text), "file": (io.BytesIO(content), "a.csv")}
    result = start(client, client.post(path, data=form).location)
    drain(app)
    english = client.get(result).text
    assert "Grade: Choose A, B, C or D" in english
    assert "Website: Enter an address" in english
    assert 'href="/customers/"' in english
    client.submit("/preferences", {"locale": "zh_Hans_CN"})
    chinese = client.get(result).text
    assert "等级：请" in chinese
    assert "网站：请" in chinese
    assert "Choose A" not in chinese
