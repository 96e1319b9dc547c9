"""The start page of the core alone: first steps, shortcuts, the unit at the foot, broken slots."""

import pytest

from core.access.policy import recompile
from core.accounts.models import User
from core.actor import system_actor
from core.clock import now
from core.contributions import Slot
from core.exchange.models import ImportRun, ImportState
from core.settings.services import set_value
from core.unit_of_work import read_only, unit_of_work
from core.web.workspace import checklist
from tests.core.jobs.toys import plugged

SYSTEM = system_actor("test")


def states(app, actor):
    with app.test_request_context("/"), read_only(actor):
        return [step.done for step in checklist()]


def test_steps_are_ticked_by_the_data_and_by_nothing_else(app, make):
    administrator = make.administrator()
    assert states(app, SYSTEM)[:2] == [True, True]  # the factory made a unit, a person, an account
    assert states(app, SYSTEM)[3] is False
    with unit_of_work(SYSTEM) as session:
        run = ImportRun(
            owner_user_id=administrator.id,
            exchange="toy",
            addon="core",
            filename="f.csv",
            stored_as="x",
            encoding="utf-8",
            headings=[],
            rows_total=1,
            uploaded_at=now(),
            state=ImportState.RUNNING,
        )
        session.add(run)
        session.flush()
        key = run.id
    assert states(app, SYSTEM)[3] is False
    with unit_of_work(SYSTEM) as session:
        session.get_one(ImportRun, key).state = ImportState.DONE
    assert states(app, SYSTEM)[3] is True


def test_a_bare_site_has_everything_open(app):
    found = states(app, SYSTEM)
    assert found[0] is False
    assert found[1] is False


def test_only_administrators_see_the_first_steps_until_they_hide_them(make, login):
    client = login(make.administrator(locale="en"))
    assert "First steps" in client.get("/").text
    assert "First steps" not in login(make.user(locale="en")).get("/").text
    assert client.submit("/first-steps/hide").status_code == 303
    assert "h-first" not in client.get("/").text
    with unit_of_work(SYSTEM) as session:
        set_value(session, "core.first_steps", value=True)
    assert "h-first" in client.get("/").text


def test_a_plain_user_cannot_hide_them_for_everybody(make, login):
    assert login(make.user()).submit("/first-steps/hide").status_code == 403


def test_shortcuts_follow_the_person_and_never_the_rights_of_another(make, login):
    administrator = make.administrator(locale="en")
    client = login(administrator)
    answer = client.submit("/shortcuts", {"pins": ["jobs.index", "audit.index"]})
    assert answer.status_code == 303
    tiles = client.get("/").text.split('id="h-go"')[1].split("</section>")[0]
    assert tiles.count("<li>") == 2
    assert "/admin/jobs/" in tiles
    assert "/admin/audit" in tiles
    elsewhere = login(administrator).get("/").text
    assert elsewhere.split('id="h-go"')[1].split("</section>")[0].count("<li>") == 2
    plain = login(make.user(locale="en"))
    assert plain.submit("/shortcuts", {"pins": ["jobs.index"]}).status_code == 422
    assert "/admin/jobs" not in plain.get("/").text


def test_a_right_that_is_gone_takes_its_shortcut_with_it(make, login):
    user = make.administrator(locale="en")
    login(user).submit("/shortcuts", {"pins": ["jobs.index"]})
    with unit_of_work(SYSTEM) as session:
        session.get_one(User, user.id).is_administrator = False
        session.flush()
        recompile(session, [user.id])
    assert "/admin/jobs" not in login(user).get("/").text


def test_nothing_pinned_stays_nothing(make, login):
    client = login(make.administrator(locale="en"))
    client.submit("/shortcuts", {})
    assert 'id="h-go"' not in client.get("/").text
    assert client.get("/shortcuts").status_code == 200


def test_the_foot_of_the_sidebar_names_the_unit_below_its_own(make, login):
    department = make.unit("Department & Co")
    room = make.unit("Room", parent=department)
    page = login(make.user(unit=room)).get("/account").text
    assert "Department &amp; Co · Room" in page


def test_a_panel_that_fails_leaves_a_note_and_the_rest_of_the_page(make, login):
    def broken(_record):
        raise ValueError

    def whole(_record):
        return '<section class="panel">whole panel</section>'

    slots = (
        Slot(place="workspace.main", key="broken", title="Broken", render=broken),
        Slot(place="workspace.side", key="whole", title="Whole", render=whole),
        Slot(place="workspace.side", key="never", title="Never", render=whole, needs=("x", "y")),
    )
    with plugged(slots=slots):
        page = login(make.user(locale="en")).get("/").text
    assert "“Broken” could not be shown" in page
    assert page.count("whole panel") == 1


@pytest.mark.parametrize("administrator", [True, False])
def test_the_page_takes_at_most_twelve_statements(make, login, statements, administrator):
    client = login(make.user(administrator=administrator))
    client.get("/")
    with statements() as sent:
        client.get("/")
    assert len([one for one in sent if "SAVEPOINT" not in one]) <= 12, sent
