import re

import pytest

from addons.customers.models import Customer
from core.notifications.services import Notice
from core.testing.making import MAKING
from core.unit_of_work import unit_of_work
from tests.core.notifications.conftest import about, lines, tell


def give_away(pair, make):
    """Take Ann's account from her, as somebody with all rights may."""
    with unit_of_work(MAKING) as session:
        one = session.get_one(Customer, pair.anns)
        person = make.person_of(pair.bob)
        one.scope_owner_id, one.scope_org_id = person.id, person.unit_id


def unread_on(page: str) -> str:
    return re.search(r'data-bell=.*?<a class="iconbtn"[^>]*aria-label="([^"]*)"', page, re.DOTALL)[
        1
    ]


def test_the_bell_counts_and_the_list_names_the_record(pair, login):
    ann = login(pair.ann)
    assert unread_on(ann.get("/").text) == "Notifications"
    tell([pair.ann], about(pair.anns))
    assert unread_on(ann.get("/").text) == "Notifications, 1 unread"
    page = ann.get("/notifications/").text
    assert "canary-wren" in page
    assert f"detail-{pair.anns}" in page


def test_opening_one_reads_it_and_goes_to_its_record(pair, login):
    ann = login(pair.ann)
    tell([pair.ann], about(pair.anns, anchor="remark-9"))
    answer = ann.get(f"/notifications/{lines(pair.ann)[0].id}")
    assert answer.status_code == 303
    assert answer.location == f"/customers/{pair.anns}#remark-9"
    assert lines(pair.ann)[0].read_at is not None
    assert unread_on(ann.get("/").text) == "Notifications"


def test_words_and_link_go_with_the_right_to_see_the_record(pair, make, login, program):
    ann = login(pair.ann)
    tell([pair.ann], about(pair.anns))
    give_away(pair, make)
    page = ann.get("/notifications/").text
    heard = program(pair.ann).get("/api/v1/notifications").text
    for text in (page, heard):
        assert "About a record that you may no longer see." in text
        assert "canary-wren" not in text
        assert f"detail-{pair.anns}" not in text
    answer = ann.get(f"/notifications/{lines(pair.ann)[0].id}")
    assert answer.location == "/notifications/"
    assert lines(pair.ann)[0].read_at is not None


def test_nobody_meets_what_others_were_told(pair, login, program):
    tell([pair.bob], about(pair.bobs))
    number, ann = lines(pair.bob)[0].id, login(pair.ann)
    for text in (
        ann.get("/notifications/").text,
        ann.get("/notifications/?state=unread").text,
        program(pair.ann).get("/api/v1/notifications").text,
    ):
        assert "canary-crow" not in text
        assert f"detail-{pair.bobs}" not in text
    assert unread_on(ann.get("/").text) == "Notifications"
    assert ann.get(f"/notifications/{number}").status_code == 404
    ann.submit("/notifications/read", {"ids": number})
    ann.submit("/notifications/read-all")
    program(pair.ann).post("/api/v1/notifications/read", {"ids": [number]})
    assert lines(pair.bob)[0].read_at is None


def test_some_or_all_are_marked_by_a_form_of_the_site_alone(pair, login):
    for number in range(3):
        tell([pair.ann], about(pair.anns, key=str(number)))
    ann, first = login(pair.ann), lines(pair.ann)[0]
    assert ann.post("/notifications/read", data={"ids": first.id}).status_code == 400
    assert ann.post("/notifications/read-all").status_code == 400
    ann.submit("/notifications/read", {"ids": first.id})
    assert [line.read_at is None for line in lines(pair.ann)] == [False, True, True]
    assert "unread" in unread_on(ann.get("/").text)
    ann.submit("/notifications/read-all")
    assert all(line.read_at is not None for line in lines(pair.ann))
    assert "Nothing found" in ann.get("/notifications/?tab=unread").text


@pytest.mark.parametrize("number", [1, 60])
def test_a_page_takes_the_same_few_statements_however_many_there_are(
    pair, login, statements, number
):
    for one in range(number):
        tell([pair.ann], about(pair.anns, key=str(one)))
    ann = login(pair.ann)
    ann.get("/notifications/")
    with statements() as sent:
        ann.get("/notifications/")
    assert len(sent) <= 7, sent
    with statements() as elsewhere:
        ann.get("/account")
    assert len(elsewhere) <= 2, elsewhere  # the bell rides in the statement that asks who it is


def test_where_nothing_can_be_shown_the_words_stay_on_the_list(pair, login):
    tell([pair.ann], Notice(kind="core.job", key="k", title=lambda: "gone", endpoint="no.such"))
    wrong = Notice(kind="core.job", key="w", title=lambda: "odd", endpoint="jobs.show")
    tell([pair.ann], wrong)  # the address wants a number that was not stored
    ann = login(pair.ann)
    for line in lines(pair.ann):
        assert ann.get(f"/notifications/{line.id}").location == "/notifications/"
    page = ann.get("/notifications/").text
    assert "gone" in page
    assert "odd" in page


def test_a_hostile_title_stays_text(pair, login):
    evil = "<script>alert(1)</script>%(x)s{{7*7}}"
    tell([pair.ann], about(pair.anns, title=lambda: evil, detail=lambda: evil))
    page = login(pair.ann).get("/notifications/").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;%(x)s{{7*7}}" in page


def test_programs_read_and_mark(pair, program):
    for number in range(3):
        tell([pair.ann], about(pair.anns, key=str(number)))
    ann = program(pair.ann)
    page = ann.get("/api/v1/notifications?size=2").get_json()
    assert [one["record"][-11:] for one in page["items"]] == ["canary-wren"] * 2
    rest = ann.get(page["next"]).get_json()
    assert len(rest["items"]) == 1
    assert rest["next"] is None
    first = page["items"][0]["id"]
    assert ann.post("/api/v1/notifications/read", {"ids": [first]}).get_json() == {"read": 1}
    assert ann.post("/api/v1/notifications/read", {}).get_json() == {"read": 2}
    unread = ann.get("/api/v1/notifications?unread=true").get_json()
    assert unread == {"items": [], "next": None}
    for nonsense in ("0", "bnVsbA", "WyJ4IiwxXQ"):
        assert ann.get(f"/api/v1/notifications?after={nonsense}").status_code == 422


def test_a_token_reads_only_what_its_scopes_name(pair, program):
    tell([pair.ann], about(pair.anns))
    without = program(pair.ann, ("customers.customer", "query"))
    assert without.get("/api/v1/notifications").status_code == 403
    blind = program(pair.ann, ("core.notification", "query"))
    answer = blind.get("/api/v1/notifications")
    assert answer.status_code == 200
    assert "canary-wren" not in answer.text
    assert blind.post("/api/v1/notifications/read", {}).status_code == 403
