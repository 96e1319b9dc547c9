"""The main job as its users do it, in the browser: both files, managers, heads, an add-on off and on."""

import re
from pathlib import Path

import pytest

from core.jobs.worker import drain

pytestmark = pytest.mark.browser
DATA = Path(__file__).resolve().parent.parent / "data"
PASSWORD = "a long enough sentence for a test"


def sign_in(page, login: str) -> None:
    page.goto("/login")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", PASSWORD)
    page.click("form[aria-labelledby=lg] button[type=submit]")
    page.wait_for_url("**/")


def import_file(page, app, key: str, file: Path) -> dict[str, int]:
    """Walk the three steps of the wizard; return what the result page says."""
    page.goto(f"/imports/new/{key}")
    page.set_input_files("input[type=file]", file)
    page.click(".savebar button.btn-primary")
    page.wait_for_url("**/columns")
    assert page.locator("table.dt tbody tr").count() > 0, "the trial run shows no row"
    page.click("form.savebar button.btn-primary")
    page.wait_for_url(re.compile(r"/imports/\d+$"))
    drain(app)
    page.wait_for_selector("h1 .tag-ok")  # the page renews itself until all is over
    numbers = [int(one.replace(",", "")) for one in page.locator("dl.facts dd").all_inner_texts()]
    return dict(zip(("created", "updated", "unchanged", "refused"), numbers, strict=True))


def names_on(page, path: str) -> set[str]:
    page.goto(path)
    return set(page.locator("table tbody tr a").all_inner_texts())


def total_on(page, path: str) -> int:
    """Return how many rows the list says there are."""
    page.goto(path)
    found = re.search(r"([\d,]+)", page.locator("[data-total], .tot, .count").first.inner_text())
    assert found
    return int(found.group(1).replace(",", ""))


@pytest.fixture
def house(make):
    department = make.unit("国际清算部")
    room = make.unit("市场开拓室", parent=department)
    make.user("boss", unit=department, administrator=True, password=PASSWORD)
    make.user("head", heads=room, password=PASSWORD)
    make.user("ann", unit=room, password=PASSWORD)
    make.user("bob", unit=room, password=PASSWORD)
    return room


def hand_over(page, search: str, manager: str) -> None:
    """Tick every row of a search and give the accounts to a manager."""
    page.goto(f"/customers/?q={search}&size=200")
    page.check("thead input[type=checkbox]")
    page.click("button[formaction*='hand-over'], button[data-action='assign']")
    page.wait_for_url("**/hand-over*")
    chosen = page.locator("form.panel select option", has_text=manager).get_attribute("value")
    page.select_option("form.panel select", chosen)
    page.fill("form.panel textarea", "New split of the room")
    page.click("form.panel button.btn-primary")
    page.wait_for_url(lambda url: "hand-over" not in url)


def test_both_files_become_accounts_that_belong_to_people(browse, house, app):
    boss = browse()
    sign_in(boss, "boss")

    companies = import_file(boss, app, "customers.customer", DATA / "companies.csv")
    assert companies == {"created": 503, "updated": 0, "unchanged": 0, "refused": 0}
    again = import_file(boss, app, "customers.customer", DATA / "companies.csv")
    assert again == {"created": 0, "updated": 0, "unchanged": 503, "refused": 0}

    operators = import_file(boss, app, "customers.operator", DATA / "operators.csv")
    assert operators["created"] > 1000
    assert operators["refused"] > 0
    with boss.expect_download() as waiting:
        boss.click("a[href$='refused.csv']")
    lines = Path(waiting.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == operators["refused"] + 1
    repeated = import_file(boss, app, "customers.operator", DATA / "operators.csv")
    assert (repeated["created"], repeated["updated"]) == (0, 0)


def test_managers_see_their_own_and_a_head_sees_the_room(browse, house, app, make):
    boss = browse()
    sign_in(boss, "boss")
    import_file(boss, app, "customers.customer", DATA / "companies.csv")
    hand_over(boss, "Bank", "Ann")
    hand_over(boss, "Airlines", "Bob")

    ann, bob, head = browse(), browse(), browse()
    for page, login in ((ann, "ann"), (bob, "bob"), (head, "head")):
        sign_in(page, login)
    of_ann, of_bob = names_on(ann, "/customers/?size=200"), names_on(bob, "/customers/?size=200")
    assert of_ann
    assert of_bob
    assert not of_ann & of_bob
    assert names_on(head, "/customers/?size=200") >= of_ann | of_bob
    assert not names_on(ann, "/customers/?q=Airlines") & of_bob


def test_an_addon_goes_while_people_work_in_it_and_comes_back_whole(browse, house, make):
    ann, boss = browse(), browse()
    sign_in(ann, "ann")
    ann.goto("/customers/new")
    ann.fill("input[name=name]", "Before the break")
    ann.click(".savebar button.btn-primary")
    ann.wait_for_url(re.compile(r"/customers/\d+$"))
    place = ann.url
    ann.goto("/customers/new")
    ann.fill("input[name=name]", "Into the void")

    sign_in(boss, "boss")
    boss.goto("/admin/addon/customers/disable")
    boss.click("form[action$='/disable'] button.btn-bad")
    boss.wait_for_load_state()

    ann.click(".savebar button.btn-primary")
    ann.wait_for_load_state()
    words = ann.inner_text("body")
    assert "客户" in words or "停用" in words
    assert "Traceback" not in words
    assert ann.locator("a[href='/customers/']").count() == 0

    boss.goto("/admin/addon/customers/enable")
    boss.click("form[action$='/enable'] button.btn-primary")
    boss.wait_for_load_state()
    ann.goto(place)
    assert "Before the break" in ann.inner_text("h1")
    assert names_on(ann, "/customers/?q=void") == set()
