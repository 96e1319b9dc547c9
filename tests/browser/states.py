"""States that no address alone reaches: refusals, failures, open menus, other people, add-ons off."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import Any

from core.addons.faults import Fault, words
from core.clock import today
from tests.browser.joint import joint_scenes
from tests.browser.second_factor import second_factor_scenes
from tests.browser.stage import Scene, Stage
from tests.browser.unused import unused_scenes

_visits = count(1)
ROLES = {"manager": "chen", "head": "lin", "department": "zhou", "researcher": "gao"}


def special_scenes(stage: Stage) -> Iterator[Scene]:
    """Give the scenes beside the pages of the URL map."""
    yield from _people()
    yield from _strangers()
    yield from _lists()
    yield from _faults(stage)
    yield from _menus()
    yield from _announced()
    yield from _search()
    yield from _addons()
    yield from _substitutes()
    yield from second_factor_scenes(stage)
    yield from joint_scenes(stage)
    yield from unused_scenes()


def _substitutes() -> Iterator[Scene]:
    """Give the pages on which somebody hands duties to a substitute."""
    yield Scene("substitutes", "/rights/substitutes", "chen")
    yield Scene("substitutes-none", "/rights/substitutes", "lin")
    yield Scene("substitutes-received", "/rights/substitutes", "gao")
    yield Scene("substitute-looked", "/rights/substitutes/new", "lin", act=_look_at_handing)
    yield Scene("substitute-refused", "/rights/substitutes/new", "chen", act=_press_submit)


def _look_at_handing(page: Any, stage: Stage) -> None:
    page.locator("[name=assignments]").first.check()
    chosen = str(stage.people["chen"].id)
    page.locator("select[name=to_user_id]").select_option(chosen, force=True)
    page.fill("[name=valid_until]", (today() + timedelta(days=9)).isoformat())
    _press_submit(page, stage)


def _announced() -> Iterator[Scene]:
    """Give pages below the bar of an announcement."""
    yield Scene("announced-workspace", "/", "chen", act=_announce("warn"), undo=_withdraw)
    yield Scene("announced-login", "/login", None, act=_announce("info"), undo=_withdraw)
    yield Scene(
        "announcement-with-errors", "/admin/announcements/new", act=_wrong_span, undo=_withdraw
    )


def _announce(tone: str) -> Any:
    def act(page: Any, stage: Stage) -> None:
        stage.announce(tone=tone)
        page.goto(page.url)  # a reload would keep the first line where it was, below the bar

    return act


def _withdraw(stage: Stage) -> None:
    stage.withdraw_all()


def _wrong_span(page: Any, stage: Stage) -> None:
    page.fill("input[name=starts_at]", "tomorrow")
    page.fill("[name=text-en]", "Without Chinese")
    _press_submit(page, stage)


def _people() -> Iterator[Scene]:
    for role, login in ROLES.items():
        yield Scene(f"workspace-{role}", "/", login)
        yield Scene(f"customers-{role}", "/customers/", login)
    yield Scene("why", "/why?resource=customers.customer&record=1&action=update")
    yield Scene("who", "/who?resource=customers.customer&record=1")
    yield Scene("who-nobody", "/who?resource=customers.customer&record=1&q=zzzz&as_of=2001-01-01")
    yield Scene("reviews-mine", "/rights/reviews/mine", "lin")
    yield Scene("reviews-item-mine", "/rights/reviews/mine", "lin", act=_open_first_row)
    yield Scene("reviews-preview", "/rights/reviews/new", act=_preview_review)
    for tab in ("contacts", "opportunities", "networks", "history", "attachments"):
        yield Scene(f"tab-{tab}", f"/customers/1?tab={tab}")
    yield Scene("attachments-refused", "/customers/1?tab=attachments", act=_hollow_file)
    yield Scene("403", "/admin/users", "chen")
    yield Scene("404", "/customers/999999", "chen")


def _open_first_row(page: Any, stage: Stage) -> None:
    del stage
    page.click("table tbody td.p1 a")
    page.wait_for_selector("form [name=decision]")


def _preview_review(page: Any, stage: Stage) -> None:
    page.fill("[name=name]", "Spring")
    page.fill("[name=due_on]", "2099-12-31")
    page.check("[name=subjects][value=position]")
    _press_submit(page, stage)


def _strangers() -> Iterator[Scene]:
    yield Scene("login", "/login", None)
    yield Scene("login-first", "/login/first", None)
    yield Scene("login-empty", "/login", None, act=_press_submit)
    yield Scene("login-refused", "/login", None, act=_wrong_password)


def _lists() -> Iterator[Scene]:
    yield Scene("list-nothing-found", "/customers/?q=zzzzzz&grade=A")
    yield Scene("list-chosen", "/customers/?grade=A&grade=B&q=a", act=_tick_rows)
    yield Scene("list-empty", "/customers/opportunities", "gao")
    yield Scene("list-filters", "/customers/?filters=1")
    yield Scene("jobs-filters", "/admin/jobs/?filters=1")
    yield Scene("list-grouped", "/customers/?group=stage&grade=A&sort=name", act=_tick_rows)
    yield Scene("list-grouped-opportunities", "/customers/opportunities?group=manager")
    yield Scene("list-views", "/customers/?grade=A", act=_save_view)
    yield Scene("menu-view", "/customers/?grade=A", act=_open(".tabs-row details > summary"))
    yield Scene("views", "/views?page=customers.index", act=_save_view)
    yield Scene("view-new", "/views/new?page=customers.index&query=grade%3DA", act=_press_submit)
    yield Scene("walk", "/customers/3?list=sort%3Dname")


def _faults(stage: Stage) -> Iterator[Scene]:
    yield Scene("form-with-errors", "/customers/new", act=_bad_form)
    yield Scene("employee-with-errors", "/admin/organisation/employees/new", act=_press_submit)
    yield Scene("password-with-errors", "/account/password", act=_press_submit)
    yield Scene("conflict", "/customers/2/edit", act=_conflict)
    yield Scene("import-without-file", "/imports/new/customers.customer", act=_press_submit)
    yield Scene("import-trial", f"/imports/{stage.trial}/columns")
    yield Scene("import-result", f"/imports/{stage.result}")
    yield Scene("dead-job", f"/admin/jobs/{stage.dead_job}")


def _menus() -> Iterator[Scene]:
    yield Scene("menu-account", "/customers/", act=_open("header details.menu > .me"))
    yield Scene("menu-create", "/customers/", act=_open("header details.menu > .iconbtn"))
    yield Scene("menu-bell", "/customers/1", act=_open("[data-bell] a"))
    yield Scene("menu-people", "/customers/1", act=_mention)
    yield Scene("menu-group", "/customers/", act=_open(".toolbar details.menu > summary"))
    yield Scene("menu-columns", "/customers/", act=_open(".toolbar details:last-of-type > summary"))
    yield Scene("menu-export", "/customers/", act=_open(".head details.menu > summary"))
    yield Scene("menu-side", "/customers/", act=_open(".topbar [data-bs-toggle=offcanvas]"))


def _search() -> Iterator[Scene]:
    yield Scene("search-found", "/search?q=a")
    yield Scene("search-nothing", "/search?q=zzzzzz")
    yield Scene("search-box", "/customers/", act=_type_in_box("a"))
    yield Scene("search-box-recent", "/customers/", act=_type_in_box(""))
    yield Scene("search-box-nothing", "/customers/", act=_type_in_box("zzzzzz"))
    yield Scene("picker-open", "/customers/new", act=_open_picker)


def _addons() -> Iterator[Scene]:
    """Give the life of an add-on; each scene leaves it as it was."""
    here = "/admin/addon/customers"
    off = {"act": _after("disable"), "undo": _bring_back}
    gone = {"act": _after("disable", "uninstall"), "undo": _bring_back}
    yield Scene("add-on-off", "/customers/", "chen", **off)
    broken = {"act": _break, "undo": _mend}
    yield Scene("add-on-broken", "/customers/", "chen", **broken)
    yield Scene("add-on-broken-told", "/customers/", **broken)
    yield Scene("add-on-enable", f"{here}/enable", **off)
    yield Scene("add-on-uninstall", f"{here}/uninstall", **off)
    yield Scene("add-on-purge", f"{here}/purge", **gone)
    yield Scene("add-ons-put-away", "/admin/addons?tab=available", **gone)


def _after(*acts: str) -> Any:
    def act(page: Any, stage: Stage) -> None:
        for one in acts:
            stage.addon("customers", one)
        page.reload()

    return act


def _break(page: Any, stage: Stage) -> None:
    """Let the site believe that the code of customers could not be loaded."""
    stage.addon("customers", "disable")
    place = words("%(said)s See %(place)s.", place="customers/resources.py, line 34",
                  said=words("Loading failed: %(error)s.", error="SyntaxError: '(' was never closed"))  # fmt: skip
    stage.app.extensions["sunmao"].faults["customers"] = Fault("customers", "load", place)
    page.reload()


def _mend(stage: Stage) -> None:
    del stage.app.extensions["sunmao"].faults["customers"]
    _bring_back(stage)


def _bring_back(stage: Stage) -> None:
    stage.addon("customers", "enable")


def _open(selector: str) -> Any:
    def act(page: Any, _stage: Stage) -> None:
        found = page.locator(selector).first
        if found.is_visible():
            found.click()
            page.wait_for_timeout(400)

    return act


def _type_in_box(words: str) -> Any:
    def act(page: Any, _stage: Stage) -> None:
        page.keyboard.press("Control+k")
        page.keyboard.type(words)
        page.wait_for_timeout(600)

    return act


def _open_picker(page: Any, _stage: Stage) -> None:
    page.locator("input[role=combobox]:visible").last.click()


def _mention(page: Any, _stage: Stage) -> None:
    page.locator("#remark").press_sequentially("@王")
    page.wait_for_timeout(600)


def _hollow_file(page: Any, _stage: Stage) -> None:
    page.set_input_files("#files", {"name": "空.pdf", "mimeType": "", "buffer": b""})
    page.locator("form.drop button").click()
    page.wait_for_load_state()


def _press_submit(page: Any, _stage: Stage) -> None:
    page.locator(
        "main form[method=post] button[type=submit], main .savebar .btn-primary"
    ).first.click()
    page.wait_for_load_state()


def _wrong_password(page: Any, stage: Stage) -> None:
    page.fill("input[name=login]", "somebody")
    page.fill("input[name=password]", "not the password")
    _press_submit(page, stage)


def _bad_form(page: Any, stage: Stage) -> None:
    page.fill("input[name=website]", "not an address")
    _press_submit(page, stage)


def _tick_rows(page: Any, _stage: Stage) -> None:
    boxes = page.locator("tbody input[type=checkbox]")
    for place in range(min(2, boxes.count())):
        if boxes.nth(place).is_visible():
            boxes.nth(place).check()


def _save_view(page: Any, stage: Stage) -> None:
    """Keep two views, one of them shared, unless they are there, and show the page again."""
    if page.locator("main a[href*='q=kept']").count():
        return
    for name, more in (("A 级重点", {}), ("Signed this quarter", {"shared": "y"})):
        address = "/views/new?page=customers.index&query=stage%3Dsigned%26q%3Dkept"
        stage.edit(address, name=name, **more)
    page.reload()


def _conflict(page: Any, stage: Stage) -> None:
    """Change the record under the reader's hands, then send what the reader typed."""
    page.fill("input[name=name_en]", "What I typed")
    page.fill("textarea[name=notes]", "Mine only")
    stage.edit("/customers/2/edit", name_en=f"Theirs {next(_visits)}", region="Their region")
    _press_submit(page, stage)
