import re
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import func, select

from addons.customers import services as customers
from addons.customers.models import Customer
from core.access.models import AccessTerm
from core.addons.models import bump
from core.audit.models import AuditEntry
from core.clock import now
from core.errors import NotAllowed, NotFound, Refused
from core.jobs.worker import drain
from core.notifications.models import Notification
from core.remarks import services
from core.remarks.models import Follower, Remark
from core.testing.making import MAKING
from core.unit_of_work import unit_of_work
from tests.core.notifications.conftest import lines

CUSTOMER = "customers.customer"


def write(actor, record_id, text, resource=CUSTOMER):
    with unit_of_work(actor):
        return services.write_remark(resource, record_id, text)


def stored():
    with unit_of_work(MAKING) as session:
        return list(session.scalars(select(Remark).order_by(Remark.id)))


def test_a_remark_stands_in_the_history_above_what_happened_before(pair, make, login):
    ann = login(pair.ann)
    page = f"/customers/{pair.anns}"
    answer = ann.submit(f"/remarks/{CUSTOMER}/{pair.anns}", {"text": "called\r\ntwice"})
    assert answer.location == f"{page}#remark-{stored()[0].id}"
    text = ann.get(page).text
    assert text.index("called\ntwice") < text.index("added")
    assert "called" not in ann.get(f"{page}?rail=changes").text
    only = ann.get(f"{page}?rail=remarks").text
    assert "called" in only
    assert "· added" not in only


def test_strangers_neither_read_nor_write_nor_follow(pair, make, login, program):
    write(make.actor(pair.bob), pair.bobs, "canary-remark")
    ann, theirs = login(pair.ann), f"{CUSTOMER}/{pair.bobs}"
    before = stored()[0].id
    for answer in (
        ann.get(f"/customers/{pair.bobs}"),
        ann.submit(f"/remarks/{theirs}", {"text": "mine"}),
        ann.submit(f"/remarks/{theirs}/follow", {"follow": "1"}),
        ann.get(f"/remarks/{before}/edit"),
        ann.submit(f"/remarks/{before}/delete"),
        program(pair.ann).get(f"/api/v1/remarks/{theirs}"),
        program(pair.ann).post(f"/api/v1/remarks/{theirs}", {"text": "mine"}),
    ):
        assert answer.status_code == 404, answer.request.path
        assert "canary-remark" not in answer.text
    assert [one.text for one in stored()] == ["canary-remark"]
    with unit_of_work(MAKING) as session:
        mine = select(func.count()).where(Follower.user_id == pair.ann.id)
        assert session.scalar(mine) == 0


def test_an_unknown_kind_looks_like_a_record_out_of_range(pair, login):
    ann = login(pair.ann)
    for address in ("no.such/1", "customers.contact/1", "core.notification/1", f"{CUSTOMER}/999"):
        assert ann.submit(f"/remarks/{address}", {"text": "x"}).status_code == 404
    assert stored() == []


def test_a_form_of_another_site_writes_nothing(pair, login):
    ann = login(pair.ann)
    address = f"/remarks/{CUSTOMER}/{pair.anns}"
    assert ann.post(address, data={"text": "forged"}).status_code == 400
    assert ann.post(f"{address}/follow", data={"follow": "1"}).status_code == 400
    assert stored() == []


@pytest.mark.parametrize(
    "text", ["", "  \n ", "\u200b\u200b", "a\u202eb", "a\x00b", "x" * 2001, "\u2063"]
)
def test_texts_that_no_field_may_hold_are_refused_and_kept_in_the_form(pair, make, text):
    with pytest.raises(Refused) as caught:
        write(make.actor(pair.ann), pair.anns, text)
    assert list(caught.value.fields) == ["text"]
    assert stored() == []


def test_what_was_typed_is_not_lost_when_it_is_too_long(pair, login):
    answer = login(pair.ann).submit(f"/remarks/{CUSTOMER}/{pair.anns}", {"text": "y" * 2001})
    assert answer.status_code == 422
    assert "y" * 2001 in answer.text


def test_more_mentions_than_are_read_are_refused_instead_of_dropped(pair, make):
    write(make.actor(pair.ann), pair.anns, "＠x " * 20)
    with pytest.raises(Refused) as caught:
        write(make.actor(pair.ann), pair.anns, "＠x " * 21)
    assert "20" in caught.value.fields["text"][0]
    assert len(stored()) == 1


def test_hostile_words_stay_words(pair, make, login):
    evil = "<img src=x onerror=alert(1)> {{7*7}} %(name)s @<b>"
    write(make.actor(pair.ann), pair.anns, evil)
    text = login(pair.ann).get(f"/customers/{pair.anns}").text
    assert "<img src=x" not in text
    assert "&lt;img src=x onerror=alert(1)&gt; {{7*7}} %(name)s @&lt;b&gt;" in text


def test_its_author_mends_it_for_a_quarter_of_an_hour(pair, make, frozen, login):
    begin = now()
    with frozen(begin):
        made = write(make.actor(pair.ann), pair.anns, "frist").remark
    ann = login(pair.ann)
    with frozen(begin + timedelta(minutes=14)):
        form = {"text": "first", "row_version": str(made.row_version)}
        assert ann.submit(f"/remarks/{made.id}/edit", form).status_code == 303
    assert stored()[0].text == "first"
    with frozen(begin + timedelta(minutes=15)):
        answer = ann.submit(
            f"/remarks/{made.id}/edit", {**form, "text": "late", "row_version": "2"}
        )
        assert answer.status_code == 422
        assert f"/remarks/{made.id}/edit" not in ann.get(f"/customers/{pair.anns}").text
    assert stored()[0].text == "first"


def test_nobody_else_touches_it_not_even_who_may_do_everything(pair, make):
    made = write(make.actor(pair.ann), pair.anns, "mine").remark
    for act in (
        lambda: services.delete_remark(made.id),
        lambda: services.mend_remark(made.id, "x"),
    ):
        with pytest.raises(NotFound), unit_of_work(make.actor(make.administrator(f"a{id(act)}"))):
            act()


def test_a_deleted_one_leaves_its_trace_but_no_word(app, pair, make, login):
    boss = make.administrator()
    write(make.actor(boss), pair.anns, "canary-secret for @Ann")
    drain(app)
    assert lines(pair.ann)[0].detail.startswith("canary-secret")
    number = stored()[0].id
    with unit_of_work(make.actor(boss)):
        services.delete_remark(number)
    ann = login(pair.ann)
    assert "canary-secret" not in ann.get("/notifications/").text
    page = ann.get(f"/customers/{pair.anns}").text
    assert "deleted a remark" in page
    assert "canary-secret" not in page
    with unit_of_work(MAKING) as session:
        kept = session.scalars(select(AuditEntry).where(AuditEntry.resource == "core_remark")).all()
    assert "canary-secret for @Ann" in str([one.changes for one in kept])


def test_remarks_go_with_the_right_and_come_back_with_it(pair, make, login):
    write(make.actor(pair.ann), pair.anns, "canary-moved")
    ann, bob = login(pair.ann), login(pair.bob)
    with unit_of_work(MAKING) as session:
        one, person = session.get_one(Customer, pair.anns), make.person_of(pair.bob)
        one.scope_owner_id, one.scope_org_id = person.id, person.unit_id
    assert "canary-moved" in bob.get(f"/customers/{pair.anns}").text
    assert "canary-moved" not in ann.get(f"/customers/{pair.anns}").text
    assert ann.submit(f"/remarks/{stored()[0].id}/delete").status_code == 404


def test_a_denied_verb_takes_the_form_away(pair, make, login):
    with unit_of_work(MAKING) as session:
        deny = AccessTerm(
            provider="test",
            user_id=pair.ann.id,
            resource="core.remark",
            actions=["create"],
            allow=False,
            source={},
        )
        session.add(deny)
        bump(session, "rights_version")
    assert 'id="remark"' not in login(pair.ann).get(f"/customers/{pair.anns}").text
    with pytest.raises(NotAllowed):
        write(make.actor(pair.ann), pair.anns, "no")


def test_a_new_record_with_an_old_number_has_no_past(pair, make):
    write(make.actor(make.administrator()), pair.anns, "of the old one @Ann")
    with unit_of_work(MAKING):
        customers.delete_customer(pair.anns)
    with unit_of_work(MAKING) as session:
        for model in (Remark, Follower, Notification):
            assert session.scalar(select(func.count()).select_from(model)) == 0, model


def test_a_record_page_takes_two_more_statements_however_many_remarks(
    pair, make, login, statements
):
    ann, counts = login(pair.ann), []
    ann.get(f"/customers/{pair.anns}")
    for number in (1, 40):
        for one in range(number):
            write(make.actor(pair.ann), pair.anns, f"remark {one} @Bob")
        with statements() as sent:
            ann.get(f"/customers/{pair.anns}")
        counts.append(len(sent))
        about = [one for one in sent if "core_remark" in one or "core_follower" in one]
        assert len(about) == 2
    assert counts[0] == counts[1]


def test_programs_read_and_write_with_scopes_of_their_own(pair, program):
    address = f"/api/v1/remarks/{CUSTOMER}/{pair.anns}"
    ann = program(pair.ann)
    made = ann.post(address, {"text": "by machine @Bob"})
    assert made.status_code == 201
    assert made.get_json()["not_told"] == ["Bob"]
    assert [one["text"] for one in ann.get(address).get_json()] == ["by machine @Bob"]
    reading = program(pair.ann, (CUSTOMER, "query"), ("core.remark", "query"))
    assert reading.get(address).status_code == 200
    assert reading.post(address, {"text": "no"}).status_code == 403
    assert program(pair.ann, ("core.remark", "query")).get(address).status_code == 404
    assert ann.post(address, {"text": "x", "more": 1}).status_code == 422


def test_what_is_older_than_a_page_can_be_reached(pair, make, login, program, monkeypatch):
    monkeypatch.setattr("core.web.records.SHOWN", 3)
    monkeypatch.setattr("core.remarks.api.SHOWN", 3)
    for number in range(7):
        write(make.actor(pair.ann), pair.anns, f"word {number}.")
    ann, address, seen = login(pair.ann), f"/customers/{pair.anns}?rail=remarks", []
    while address:
        page = ann.get(address).text
        seen += re.findall(r"word [0-9][.]", page)
        found = re.search(r'href="([^"]*before=[^"]*)#hist-h">Earlier ones', page)
        address = unescape(found[1]) if found else None
    assert seen == [f"word {number}." for number in reversed(range(7))]
    robot, heard, place = program(pair.ann), [], ""
    while some := robot.get(f"/api/v1/remarks/{CUSTOMER}/{pair.anns}{place}").json:
        heard += [one["text"] for one in some]
        place = f"?before={some[-1]['id']}"
    assert heard == seen
    for odd in ("-1", "x", "9" * 30, "0"):
        assert "word 6." in ann.get(f"/customers/{pair.anns}?rail=remarks&before={odd}").text


def test_older_acts_can_be_reached_without_the_right_to_remarks_too(pair, make, login, monkeypatch):
    monkeypatch.setattr("core.web.records.SHOWN", 2)
    for number in range(4):
        with unit_of_work(make.actor(pair.ann)) as session:
            session.get_one(Customer, pair.anns).region = f"region {number}"
    ann = login(pair.ann)
    first = ann.get(f"/customers/{pair.anns}?rail=changes").text
    assert ("region 3" in first, "region 0" in first) == (True, False)
    found = re.search(r'href="([^"]*before=[^"]*)#hist-h">Earlier ones', first)
    assert "region 0" in ann.get(unescape(found[1])).text


def test_forms_of_a_remark_lead_back_to_its_record_and_deleting_shows_which(pair, make, login):
    write(make.actor(pair.ann), pair.anns, "call on Monday")
    ann, remark = login(pair.ann), stored()[0].id
    for act in ("edit", "delete"):
        head = ann.get(f"/remarks/{remark}/{act}").text.partition('class="crumbs"')[2]
        assert f'href="/customers/{pair.anns}"' in head[:400]
    assert "“call on Monday”" in unescape(ann.get(f"/remarks/{remark}/delete").text)


def test_the_trail_names_the_record_that_a_remark_hangs_on(pair, make):
    write(make.actor(pair.ann), pair.anns, "called")
    with unit_of_work(MAKING) as session:
        noted = select(AuditEntry.label).where(AuditEntry.resource == "core_remark")
        customer = session.get_one(Customer, pair.anns)
        assert session.scalars(noted).one() == f"{customer.code} {customer.name}"
