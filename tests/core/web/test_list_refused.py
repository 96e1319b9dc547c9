import pytest


@pytest.fixture
def signed_in(make, login):
    return login(make.administrator(locale="en"))


@pytest.mark.parametrize("query", ["at_from=soon", "at_to=2027-02-30", "page=x", "size=7"])
def test_a_filter_that_cannot_be_read_keeps_the_list_and_offers_to_clear_it(signed_in, query):
    answer = signed_in.get(f"/admin/audit/?{query}")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert "The address of this list cannot be read" in text
    assert '<a href="/admin/audit/">Clear filters</a>' in text


def test_programs_still_get_the_problem(signed_in):
    answer = signed_in.get("/admin/audit/?page=x", headers={"Accept": "application/json"})
    assert answer.status_code == 400
    assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize("day", ["2027/1/1", "2027.1.1", "20270101", "2027年1月1日"])
def test_a_day_is_read_however_it_is_written(signed_in, day):
    answer = signed_in.get("/admin/audit/", query_string={"at_to": day})
    assert answer.status_code == 200
    assert 'name="at_to" value="2027-01-01"' in answer.get_data(as_text=True)


@pytest.mark.parametrize("page", ["2", "999", "9999"])
def test_beyond_the_last_page_the_last_one_is_offered(signed_in, page):
    answer = signed_in.get(f"/admin/audit/?size=200&page={page}")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "Its last page is page 1." in text
    assert 'href="/admin/audit/?size=200"' in text
