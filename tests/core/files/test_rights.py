"""Nobody gets at a file but through its record, with the right of this moment."""

from dataclasses import replace
from io import BytesIO

import pytest

from addons.customers.models import Customer
from core.access import uses
from core.access.models import AccessTerm
from core.addons.models import bump
from core.addons.registry import registry
from core.database import db
from core.errors import NotAllowed, NotFound
from core.files import queries, services
from core.remarks.subject import subject
from core.testing.making import MAKING
from core.unit_of_work import unit_of_work
from tests.core.files.conftest import CUSTOMER, PNG, attach, names, rows


def parts(data=b"mine", name="mine.txt"):
    return {"file": (BytesIO(data), name)}


def deny(user, *verbs):
    with unit_of_work(MAKING) as session:
        session.add(
            AccessTerm(
                provider="test", user_id=user.id, resource="core.file", actions=list(verbs),
                allow=False, source={},
            )
        )  # fmt: skip
        bump(session, "rights_version")


def reading_all(make):
    head = make.user("head", unit=make.unit("Top"), locale="en")
    with unit_of_work(MAKING) as session:
        session.add(
            AccessTerm(
                provider="test", user_id=head.id, resource=CUSTOMER, actions=["query"],
                allow=True, source={},
            )
        )  # fmt: skip
        bump(session, "rights_version")
    return head


def test_strangers_neither_list_nor_read_nor_write_nor_delete(
    pair, make, login, program, bytes_there
):
    (number,) = attach(make.actor(pair.bob), pair.bobs, ("canary-file.png", PNG))
    stored = bytes_there()
    ann, theirs, robot = login(pair.ann), f"{CUSTOMER}/{pair.bobs}", program(pair.ann)
    for answer in (
        ann.get(f"/customers/{pair.bobs}?tab=attachments"),
        ann.get(f"/files/{number}"),
        ann.get(f"/files/{number}/view"),
        ann.get(f"/files/{number}/delete"),
        ann.submit(f"/files/{number}/delete"),
        ann.submit(f"/files/{theirs}", parts()),
        robot.get(f"/api/v1/files/{theirs}"),
        robot.get(f"/api/v1/files/{number}/content"),
        robot.delete(f"/api/v1/files/{number}"),
        robot.client.post(f"/api/v1/files/{theirs}", data=parts(), headers=robot.headers),
    ):
        assert answer.status_code == 404, answer.request.path
        assert b"canary-file" not in answer.data
    assert names() == ["canary-file.png"]
    assert bytes_there() == stored, "a foreign upload left bytes"
    unknown = ann.get("/files/999999")
    assert unknown.status_code == 404


def test_an_unknown_kind_looks_like_a_record_out_of_range(pair, login, bytes_there):
    ann = login(pair.ann)
    for address in ("no.such/1", "customers.contact/1", "core.notification/1", f"{CUSTOMER}/999"):
        assert ann.submit(f"/files/{address}", parts()).status_code == 404
    assert names() == bytes_there() == []


def test_a_form_of_another_site_stores_nothing(pair, login, bytes_there):
    answer = login(pair.ann).post(f"/files/{CUSTOMER}/{pair.anns}", data=parts())
    assert answer.status_code == 400
    assert names() == bytes_there() == []


def test_a_right_that_is_gone_counts_on_the_next_request(pair, make, login, program):
    (number,) = attach(make.actor(pair.ann), pair.anns, ("a.txt", b"x"))
    ann, bob, robot = login(pair.ann), login(pair.bob), program(pair.ann)
    assert ann.get(f"/files/{number}").status_code == 200
    assert bob.get(f"/files/{number}").status_code == 404
    with unit_of_work(MAKING) as session:
        one, person = session.get_one(Customer, pair.anns), make.person_of(pair.bob)
        one.scope_owner_id, one.scope_org_id = person.id, person.unit_id
    assert ann.get(f"/files/{number}").status_code == 404
    assert ann.submit(f"/files/{number}/delete").status_code == 404
    assert robot.get(f"/api/v1/files/{number}/content").status_code == 404
    assert bob.get(f"/files/{number}").status_code == 200


def test_without_the_verb_there_is_no_tab_and_no_way_in(pair, make, login):
    (number,) = attach(make.actor(pair.ann), pair.anns, ("a.txt", b"x"))
    ann, page = login(pair.ann), f"/customers/{pair.anns}?tab=attachments"
    deny(pair.ann, "create")
    assert 'class="files"' in ann.get(page).text
    assert "data-drop" not in ann.get(page).text
    assert ann.submit(f"/files/{CUSTOMER}/{pair.anns}", parts()).status_code == 403
    with pytest.raises(NotAllowed), unit_of_work(make.actor(pair.ann)):
        services.detach(number)
    deny(pair.ann, "query")
    assert 'class="files"' not in ann.get(page).text
    assert "tab=attachments" not in ann.get(f"/customers/{pair.anns}").text
    assert ann.get(f"/files/{number}").status_code == 403


def test_a_token_must_name_the_right(pair, make, program):
    robot = program(pair.ann, ("customers.customer", "query"))
    assert robot.get(f"/api/v1/files/{CUSTOMER}/{pair.anns}").status_code == 403
    robot = program(pair.ann, ("customers.customer", "query"), ("core.file", "query"))
    assert robot.get(f"/api/v1/files/{CUSTOMER}/{pair.anns}").status_code == 200


def test_its_uploader_or_who_may_change_the_record_deletes_it(pair, make, login):
    head = reading_all(make)
    (anns,) = attach(make.actor(pair.ann), pair.anns, ("anns.txt", b"x"))
    (heads,) = attach(make.actor(head), pair.anns, ("heads.txt", b"x"))
    reader = login(head)
    page = reader.get(f"/customers/{pair.anns}?tab=attachments").text
    assert f"/files/{heads}/delete" in page
    assert f"/files/{anns}/delete" not in page
    assert reader.submit(f"/files/{anns}/delete").status_code == 403
    assert login(pair.ann).submit(f"/files/{heads}/delete").status_code == 303
    assert reader.submit(f"/files/{heads}/delete").status_code == 404
    assert names() == ["anns.txt"]


def test_files_of_a_kind_of_record_that_nobody_changes_are_deleted_by_their_uploaders(
    pair, make, login, monkeypatch
):
    verbs = ("query", "create", "delete")
    bare = replace(registry().resources[CUSTOMER], actions=verbs)
    monkeypatch.setitem(registry().resources, CUSTOMER, bare)
    monkeypatch.setitem(registry()._owners, id(bare), "customers")
    head = reading_all(make)
    (anns,) = attach(make.actor(pair.ann), pair.anns, ("anns.txt", b"x"))
    reader = login(head)
    page = reader.get(f"/customers/{pair.anns}?tab=attachments")
    assert "anns.txt" in page.text
    assert f"/files/{anns}/delete" not in page.text
    assert reader.submit(f"/files/{anns}/delete").status_code == 403
    assert login(pair.ann).submit(f"/files/{anns}/delete").status_code == 303


def test_who_deletes_anothers_file_uses_the_right_to_change_the_record(pair, make):
    (number,) = attach(make.actor(pair.bob), pair.bobs, ("b.txt", b"x"))
    boss = make.actor(make.administrator())
    uses.take(db.engine, seconds=0)  # what was used before
    with unit_of_work(boss):
        assert queries.files_of(subject(CUSTOMER, pair.bobs))[0].may_delete
    assert (boss.user_id, CUSTOMER, "update") not in uses.take(db.engine, seconds=0)
    with unit_of_work(boss):
        services.detach(number)
    assert (boss.user_id, CUSTOMER, "update") in uses.take(db.engine, seconds=0)


def test_a_service_call_is_as_strict_as_a_page(pair, make):
    (number,) = attach(make.actor(pair.bob), pair.bobs, ("b.txt", b"x"))
    with pytest.raises(NotFound), unit_of_work(make.actor(pair.ann)):
        services.detach(number)
    assert rows()[0].deleted_at is None
