import pytest

from core.errors import Conflict, NotAllowed


@pytest.fixture
def signed_in(make, login):
    return login(make.administrator())


@pytest.fixture
def fails(monkeypatch, app):
    """Give a function that lets the start page raise an error."""

    def arrange(error):
        def raising(**_values):
            raise error

        monkeypatch.setitem(app.view_functions, "web.workspace", raising)
        monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)

    return arrange


def test_unknown_and_foreign_look_the_same_and_strangers_see_no_shell(signed_in, client):
    known, unknown = (
        signed_in.get("/admin/organisation/employees/123456"),
        signed_in.get("/nowhere"),
    )
    assert known.status_code == unknown.status_code == 404
    assert "shell" in unknown.get_data(as_text=True)
    stranger = client.get("/nowhere")
    assert stranger.status_code == 404
    assert 'class="side' not in stranger.get_data(as_text=True)


def test_a_missing_right_is_named(fails, make, login):
    make.administrator()
    fails(NotAllowed("No.", missing=("core.employee", "export")))
    page = login(make.user("zhao")).get("/")
    assert page.status_code == 403
    text = page.get_data(as_text=True)
    assert 'class="miss"' in text
    assert 'class="na"' in text
    assert "Admin" in text  # who can give it
    assert 'href="/why?resource=core.employee&amp;action=export"' in text


def test_a_conflict_shows_the_three_versions(fails, signed_in):
    fails(Conflict("First.", original={"name": "A"}, theirs={"name": "B<"}, yours={"name": "C"}))
    page = signed_in.get("/")
    assert page.status_code == 409
    text = page.get_data(as_text=True)
    assert all(word in text for word in ("<td>name</td>", ">A<", "B&lt;", ">C<"))


def test_a_fault_shows_its_number_and_nothing_else(fails, signed_in):
    fails(RuntimeError("secret of the house"))
    page = signed_in.get("/")
    assert page.status_code == 500
    text = page.get_data(as_text=True)
    assert page.headers["X-Request-Id"] in text
    assert "secret" not in text
    assert "Traceback" not in text


def test_the_page_about_an_error_survives_a_broken_shell(signed_in, monkeypatch):
    def broken():
        raise RuntimeError

    monkeypatch.setattr("core.web.navigation.menu_in", lambda _locale: broken())
    page = signed_in.get("/nowhere")
    assert page.status_code == 404
    assert 'class="side' not in page.get_data(as_text=True)


def test_a_wrong_method_is_405_and_names_the_right_ones(signed_in):
    page = signed_in.get("/preferences")
    assert page.status_code == 405
    assert "POST" in page.headers["Allow"]


def test_programs_get_problem_json(signed_in):
    answer = signed_in.get("/nowhere", headers={"Accept": "application/json"})
    assert answer.mimetype == "application/problem+json"
    assert answer.get_json()["status"] == 404
    assert answer.get_json()["instance"] == answer.headers["X-Request-Id"]


def test_messages_come_in_the_language_of_the_browser(client):
    chinese = client.get("/nowhere", headers={"Accept-Language": "zh-CN,zh;q=0.9"})
    english = client.get("/nowhere", headers={"Accept-Language": "en-GB"})
    assert "未找到" in chinese.get_data(as_text=True)
    assert "<h1>Not found</h1>" in english.get_data(as_text=True)
    assert 'lang="zh-Hans-CN"' in chinese.get_data(as_text=True)


def test_a_broken_constraint_is_a_conflict_and_a_huge_number_a_bad_request(fails, signed_in):
    from sqlalchemy.exc import IntegrityError

    fails(IntegrityError("INSERT", {}, Exception("unique")))
    assert signed_in.get("/").status_code == 409
    fails(OverflowError("too large"))
    page = signed_in.get("/")
    assert page.status_code == 400
    assert "INSERT" not in page.get_data(as_text=True)


def test_a_write_rolled_back_by_others_runs_again(app, signed_in, monkeypatch):
    from sqlalchemy.exc import OperationalError

    calls = []

    def view():
        calls.append(1)
        if len(calls) < 3:
            raise OperationalError("UPDATE", {}, Exception("database is locked"))
        return "done"

    monkeypatch.setitem(app.view_functions, "web.workspace", view)
    assert signed_in.get("/").data == b"done"
    assert len(calls) == 3


def test_a_database_that_stays_busy_is_503_and_another_fault_is_500(fails, signed_in):
    from sqlalchemy.exc import OperationalError

    fails(OperationalError("UPDATE", {}, Exception("database is locked")))
    assert signed_in.get("/").status_code == 503
    fails(OperationalError("UPDATE", {}, Exception("disk I/O error")))
    assert signed_in.get("/").status_code == 500
