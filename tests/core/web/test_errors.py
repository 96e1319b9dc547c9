import pytest

from core.actor import system_actor
from core.audit.services import record
from core.errors import Conflict, NotAllowed
from core.unit_of_work import unit_of_work


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


def test_a_right_that_does_not_reach_far_enough_is_not_called_missing(make, login):
    make.administrator()
    client = login(make.user("zhao", locale="en"))
    text = client.get("/admin/users").get_data(as_text=True)
    assert "You hold this right, but it does not reach this far." in text
    assert "You lack the right" not in text
    assert "You lack the right" in client.get("/admin/addons").get_data(as_text=True)


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


def test_a_busy_database_does_not_say_nothing_was_stored_when_a_part_was(
    app, signed_in, monkeypatch
):
    from sqlalchemy.exc import OperationalError

    def view():
        with unit_of_work(system_actor("test")) as session:
            record(session, "configure", "core.user", None)
        raise OperationalError("UPDATE", {}, Exception("database is locked"))

    monkeypatch.setitem(app.view_functions, "web.workspace", view)
    answer = signed_in.get("/", headers={"Accept-Language": "en"})
    assert answer.status_code == 503
    assert "A part was stored" in answer.get_data(as_text=True)


def test_an_error_page_leads_back_on_this_site_only(signed_in):
    signed_in.post("/preferences", data={"locale": "en"})

    def text(referrer, path="/nowhere"):
        return signed_in.get(path, headers={"Referer": referrer}).get_data(as_text=True)

    assert 'href="/admin/jobs/?state=dead"' in text("http://localhost/admin/jobs/?state=dead")
    for elsewhere in (
        "https://evil.example/admin/jobs/",
        "http://localhost//evil.example",
        "[",
        "",
    ):
        assert "Back to where you were" not in text(elsewhere)
        assert "evil.example" not in text(elsewhere)
    assert "Back to where you were" not in text("http://localhost/nowhere")


def test_what_was_typed_into_a_form_of_a_record_that_is_gone_can_be_copied(signed_in):
    page = signed_in.get("/admin/organisation/employees/new").get_data(as_text=True)
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    sent = {"name": "Typed <b>by hand</b>", "password": "secret-of-mine", "row_version": "7731"}
    path = "/admin/organisation/employees/123456/edit"
    answer = signed_in.post(path, data={**sent, "csrf_token": token})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 404
    assert "Typed &lt;b&gt;by hand" in text
    assert "secret-of-mine" not in text
    assert "7731" not in text
    read = signed_in.get(path, query_string=sent).get_data(as_text=True)
    assert "by hand" not in read
