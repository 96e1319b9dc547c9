"""A day of each role of the demonstration, between signing in and signing out."""

import re
from collections.abc import Callable

from tests.journeys.day import Day


def staff(day: Day) -> None:
    """See what a project manager, a product manager and a market researcher do alike."""
    day.find_a_record()
    day.write_a_remark()
    day.press(".side a[href='/customers/contacts']", "/customers/contacts")
    day.press("tbody a.key", r"/customers/\d+|/contacts/\d+")
    day.press(".side a[href='/customers/']", "/customers/$")
    assert len(day.export("csv").decode("utf-8-sig").splitlines()) > 1


def account_manager(day: Day) -> None:
    """Win a customer: create, edit, move on, note the business and the person to call."""
    page = day.page
    day.find_a_record()
    day.write_a_remark()
    day.press(".side a[href='/customers/']", "/customers/$")
    day.press(".head a[href='/customers/new']", "/customers/new")
    name = day.words("新程物流有限公司", "Xincheng Logistics Ltd")
    page.locator("input#country").fill(day.words("新加坡", "Singapore"))
    page.locator("input#country").press("Enter")
    day.save(r"/customers/\d+$", name=name, grade="B", region=day.words("华南", "South"))
    assert day.heading() == name
    record = page.url
    assert day.words("新加坡", "Singapore") in page.locator("dl.facts").first.inner_text()
    day.press(".head a[href$='/edit']", "/edit")
    day.save(r"/customers/\d+$", grade="A", website="https://new.example")
    assert page.locator(".grade-a").inner_text() == "A"
    day.press(".head a[href$='/stage']", "/stage")
    day.save(r"/customers/\d+$", stage="opportunity", reason=day.words("已约谈", "They called"))
    stage = page.locator("ol.joint [aria-current=step]").inner_text()
    assert stage.startswith(day.words("商机", "Opportunity"))
    for tab, fields in (
        ("opportunities", {"title": day.words("海外专线", "A line"), "expected_value": "250000"}),
        ("contacts", {"name": day.words("陆一鸣", "Lu Yiming"), "phone": "010-5550-0101"}),
    ):
        day.go(f"{record}?tab={tab}")
        day.press(f"main a[href$='/{tab}/new']", f"/{tab}/new")
        day.save(r"/customers/(opportunities/)?\d+", **fields)
        day.go(f"{record}?tab={tab}")
        assert next(iter(fields.values())) in page.locator("main table").inner_text()


def head_of_room(day: Day) -> None:
    """Hand an account of the room over, share a view, take the list along."""
    page = day.page
    day.find_a_record()
    day.write_a_remark()
    day.go("/customers/?grade=A&stage=prospect")
    day.share_a_view()
    assert b"PK" in day.export("xlsx")[:4]
    day.go("/customers/?sort=name")
    name = page.locator("tbody a.key").first.inner_text()
    before = page.locator("tbody tr").first.inner_text()
    page.locator("tbody input[name=ids]").first.check()
    day.press("button[formaction*='hand-over']", "hand-over")
    people = page.locator("select[name=to_employee_id] option:not([value=''])")
    new = next(one for one in people.all_inner_texts() if name_in(one) not in before)
    key = people.filter(has_text=new).get_attribute("value")
    day.save("/customers/", to_employee_id=key or "", reason=day.words("调整分工", "New split"))
    assert name_in(new) in page.locator("tbody tr", has_text=name).inner_text()


def name_in(option: str) -> str:
    """Return the person's name out of the words of a choice."""
    return re.split(r"[·（(]", option)[0].strip()


def department_manager(day: Day) -> None:
    """Look at both rooms, ask about an account, keep the view that matters, take the list along."""
    page = day.page
    day.find_a_record()
    assert page.locator(".head a[href$='/edit']").count() == 0  # it is somebody else's work
    day.write_a_remark()
    day.go("/customers/?group=manager")
    assert page.locator("tr.grp").count() > 2
    day.go("/customers/?stage=signed")
    day.share_a_view()
    assert len(day.export("csv").decode("utf-8-sig").splitlines()) > 1
    day.press(".side a[href='/customers/opportunities']", "/customers/opportunities")
    day.press("tbody a.key", r"/opportunities/\d+")


def administrator(day: Day) -> None:
    """Look after the site: add-ons, announcements, the audit, schedules, tokens."""
    day.find_a_record()
    day.write_a_remark()
    _weigh_an_addon(day)
    _announce(day)
    _find_in_the_audit(day)
    _hold_a_schedule(day)
    _lend_a_token(day)


def _weigh_an_addon(day: Day) -> None:
    page = day.page
    day.go("/admin/addons")
    day.press("main a[href='/admin/addon/customers']", "/admin/addon/customers$")
    day.press("main a[href='/admin/addon/customers/disable']", "/disable$")
    assert page.locator("dl.tally dt", has_text="60").count() > 0
    day.press("form[action$='/disable'] a.btn-quiet", "/admin/addons")
    assert page.locator("main .tag-ok").count() > 0


def _announce(day: Day) -> None:
    page = day.page
    day.go("/admin/announcements")
    day.press("main a[href='/admin/announcements/new']", "/new$")
    page.locator("[name=text-zh]").fill("今晚维护，请提前保存。")
    page.locator("[name=text-en]").fill("Works tonight, please save before.")
    day.save("/admin/announcements$")
    said = day.words("今晚维护，请提前保存。", "Works tonight, please save before.")
    day.go("/")
    assert page.get_by_text(said).first.is_visible()


def _find_in_the_audit(day: Day) -> None:
    page = day.page
    day.go("/admin/audit/")
    page.locator("#facets input[name=action][value=create]").check()
    page.wait_for_url("**action=create*")
    page.locator("#filter input[type=search]").fill("KH-0007")
    page.locator("#filter input[type=search]").press("Enter")
    page.wait_for_url("**q=KH-0007*")
    day.read()
    assert all("KH-0007" in row for row in page.locator("tbody tr").all_inner_texts())
    day.press("tbody a.key", r"/admin/audit/\d+")


def _hold_a_schedule(day: Day) -> None:
    page = day.page
    day.go("/admin/jobs/schedules")
    day.press("a[href='/admin/jobs/schedules/jobs.tidy/pause']", "/pause$")
    day.save("/admin/jobs/schedules", reason=day.words("月底盘点", "End of the month"))
    resume = "form[action='/admin/jobs/schedules/jobs.tidy/resume'] button"
    assert page.locator(resume).count() == 1
    with page.expect_navigation():
        page.locator(resume).click()
    day.read()
    assert page.locator("a[href='/admin/jobs/schedules/jobs.tidy/pause']").count() == 1


def _lend_a_token(day: Day) -> None:
    page = day.page
    day.go("/account/tokens")
    day.press("main a[href='/account/tokens/new']", "/new$")
    page.locator("input[name=scopes][value='customers.customer:query']").check()
    name = day.words("报表程序", "Reporting")
    day.save("/account/tokens", name=name, days="30", password=day.password)
    secret = page.locator("[data-secret]").inner_text()
    assert _answer_to(day, secret) == 200
    day.go("/account/tokens")
    row = page.locator("main table tbody tr", has_text=name)
    with page.expect_navigation():
        row.locator("button").click()
    day.read()
    assert row.locator("button").count() == 0
    assert _answer_to(day, secret) == 401


def _answer_to(day: Day, secret: str) -> int:
    """Return how the site answers a program, which has no cookie but this token."""
    origin = day.page.evaluate("location.origin")
    window = day.page.context.browser.new_context()
    headers = {"Authorization": f"Bearer {secret}"}
    status = window.request.get(f"{origin}/api/v1/customers", headers=headers).status
    window.close()
    return int(status)


def auditor(day: Day) -> None:
    """See who changed what and who may what, on any day; change nothing and see no business."""
    page = day.page
    _find_in_the_audit(day)
    day.press(".side a[href='/rights/']", "/rights/$")
    assert page.locator("a[href='/rights/assign']").count() == 0
    day.press("tbody a.key", r"/rights/\d+")
    assert page.locator(".head a[href$='/end']").count() == 0
    day.go("/rights/people")
    day.press("tbody tr:has-text('陈嘉豪') a.key", r"/rights/people/\d+")
    assert page.locator("main").inner_text().count(day.words("自己", "own")) > 0
    day.go("/rights/reviews")
    day.press("tbody a.key", r"/rights/reviews/\d+")
    day.go("/customers/")
    assert page.locator("tbody a.key").count() == 0


DAYS: dict[str, Callable[[Day], None]] = {
    "administrator": administrator,
    "department manager": department_manager,
    "head of room": head_of_room,
    "account manager": account_manager,
    "staff": staff,
    "auditor": auditor,
}
WITHOUT_BUSINESS = {"auditor"}
LOGINS = {
    "administrator": ("admin",),
    "department manager": ("zhou",),
    "head of room": ("lin",),
    "account manager": ("chen",),
    "staff": ("zhao", "sun", "gao"),  # a project manager, a product manager, a market researcher
    "auditor": ("feng",),
}


def login_of(role: str, turn: int) -> str:
    """Return who does the day of a role at its turn: those who work alike take turns."""
    people = LOGINS[role]
    return people[turn % len(people)]
