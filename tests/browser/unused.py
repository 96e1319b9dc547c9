"""The pages of unused rights, young and old, and what may be done about them."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import delete

from core.access.use_models import AccessUse
from core.testing.making import MAKING
from core.unit_of_work import unit_of_work
from tests.addons.rights.using import aged, used
from tests.browser.stage import Scene, Stage

PAGE = "/rights/unused"


def unused_scenes() -> Iterator[Scene]:
    """Give the list while it can tell, and the two pages behind it."""
    yield Scene("unused-young", PAGE, act=_begun, undo=_forget)
    yield Scene("unused-listed", PAGE, act=_old, undo=_forget)
    yield Scene("unused-end", PAGE, act=_ticked("end"), undo=_forget)
    yield Scene("unused-end-refused", PAGE, act=_refused, undo=_forget)
    yield Scene("unused-review", PAGE, act=_ticked("review"), undo=_forget)


def _begun(page: Any, stage: Stage) -> None:
    used(stage.people["admin"], "core.setting", "query", 0, first=10)
    page.reload()


def _old(page: Any, stage: Stage) -> None:
    used(stage.people["admin"], "rights.assignment", "query", 0, first=400)
    used(stage.people["lin"], "customers.customer", "query", 120)
    used(stage.people["zhou"], "customers.customer", "analyse", 200)
    aged(days=500)
    page.reload()


def _ticked(act: str) -> Any:
    def do(page: Any, stage: Stage) -> None:
        _old(page, stage)
        # a phone shows no ticks: there the page behind them is reached by a script
        page.locator("tbody [name=ids]").evaluate_all(
            "boxes => boxes.slice(0, 3).forEach(box => { box.checked = true })"
        )
        page.locator(f"#bulk [formaction$='/{act}']").evaluate("button => button.click()")
        page.wait_for_selector("form [name=step]", state="attached")

    return do


def _refused(page: Any, stage: Stage) -> None:
    _ticked("end")(page, stage)
    page.click("form.panel button[type=submit]")
    page.wait_for_selector(".ferr")


def _forget(stage: Stage) -> None:
    del stage
    with unit_of_work(MAKING) as session:
        session.execute(delete(AccessUse))
    aged(days=0)
