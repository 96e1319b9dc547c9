"""A demonstration with everything on it that a page can show, and every page as a scene.

Pages come from the URL map, so that a new add-on's are photographed and examined without a change
here; states that no address alone reaches are added by tests.browser.states.
"""

import itertools
from base64 import b64decode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from html.parser import HTMLParser
from io import BytesIO
from typing import Any

from flask import Flask
from sqlalchemy import select

from addons.rights.delegations import DelegationFields, delegate, offered
from core.accounts.models import User
from core.actor import acting_as
from core.addons.registry import registry
from core.cli.demo import OPERATOR, prepare_site
from core.clock import now
from core.i18n import format_datetime
from core.jobs.models import Job, JobState
from core.jobs.worker import drain
from core.organisation.models import Employee
from core.remarks.following import set_following
from core.testing.client import sign_in_cookie, signed_in_client
from core.testing.crawling import actor_of
from core.testing.making import MAKING
from core.unit_of_work import unit_of_work

IDS = range(1, 41)
REDIRECTS = (302, 303)
ACTS = ("enable", "disable", "uninstall", "purge")
LONG_ZH = "中国南方跨境数字基础设施与卫星通信综合业务运营集团股份有限公司第二十七分公司"
OTHER_EN = "Yuanyang Passenger, Freight and Ground Services International Holding Company Limited"
LONG_EN = "Intercontinental Telecommunications Infrastructure and Satellite Services Corporation"
PICTURE = b64decode(  # two by two pixels
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAE0lE"
    "QVR4nGPQiOq5s6WCAYiBLAArQgYtEJt4pQAAAABJRU5ErkJggg=="
)
BAD_FILE = f"""客户名称,英文名称,等级,网站
{LONG_ZH},{LONG_EN},A,www.example.com
,No name at all,B,
东海电信,East Sea Telecom,Z,不是网址
西山航空,West Hill Airlines,C,https://west.example
"""


class FormReader(HTMLParser):
    """Reads the fields of the form in <main> as a browser would send them."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self._open = ""
        self._in_main = False

    @classmethod
    def of(cls, page: str) -> dict[str, str]:
        """Return name → value."""
        reader = cls()
        reader.feed(page)
        return reader.fields

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect inputs, chosen options and text areas."""
        known = dict(attrs)
        name, value = known.get("name"), known.get("value") or ""
        self._in_main = self._in_main or tag == "main"
        if not self._in_main:
            return
        if tag in {"select", "textarea"} and name:
            self._open = name
            self.fields[name] = ""
        elif tag == "option" and "selected" in known:
            self.fields[self._open] = value
        elif tag == "input" and name and (known.get("type") != "checkbox" or "checked" in known):
            self.fields[name] = value

    def handle_data(self, data: str) -> None:
        """Keep what a text area holds."""
        if self.lasttag == "textarea" and self._open:
            self.fields[self._open] += data.strip()

    def handle_endtag(self, tag: str) -> None:
        """Forget the text area when it ends."""
        if tag == "textarea":
            self._open = ""


@dataclass(frozen=True)
class Scene:
    """One picture: a page as somebody sees it, perhaps after `act(page, stage)`."""

    name: str
    path: str
    who: str | None = "admin"
    act: Callable[[Any, "Stage"], None] | None = None
    undo: Callable[["Stage"], None] | None = None


class Stage:
    """The site with its people; `admin` is a client that is signed in as the administrator."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        with acting_as(OPERATOR):
            prepare_site(OPERATOR)
        with unit_of_work(MAKING) as session:
            self.people = {user.login: user for user in session.scalars(select(User))}
        self.admin: Any = signed_in_client(app, self.people["admin"])
        self._set_up()

    def cookie(self, who: str) -> dict[str, str]:
        """Return a fresh sign-in of a person."""
        return sign_in_cookie(self.app, self.people[who])

    def addon(self, name: str, act: str) -> None:
        """Do to an add-on what the administrator's pages do."""
        self.admin.submit(f"/admin/addon/{name}/{act}", {"reason": "为拍照"})

    def _name_substitute(self) -> None:
        """Let an account manager have a substitute for ten days to come."""
        giver, taker = self.people["chen"].id, self.people["gao"].id
        with unit_of_work(MAKING):
            free = [one.assignment.id for one in offered(giver) if not one.obstacle]
            delegate(
                DelegationFields(
                    from_user_id=giver, to_user_id=taker, assignments=free, reason="年休假",
                    valid_from=now() + timedelta(days=14), valid_to=now() + timedelta(days=24),
                )
            )  # fmt: skip

    def _set_up(self) -> None:
        """Add what a young demonstration lacks: changes, imports, a job that failed for good."""
        self._name_substitute()
        self.announce(days=1)
        self.trial = self.upload()
        self.result = self.upload()
        self.admin.submit(f"/imports/{self.result}/start")
        drain(self.app)
        self.edit(
            "/customers/1/edit", name_en=OTHER_EN, grade="B", industry_id="4", notes="改了等级"
        )
        self.edit("/customers/1/stage", stage="opportunity", reason="客户来电，已谈需求")
        self.edit(
            "/customers/1/hand-over", "/customers/hand-over/do", to_employee_id="6", reason="换人"
        )
        self.remark("请 @张 先看合同第 3 条；附件周四前给，差旅我已登记。")
        self.attach()
        failed = Job(
            kind="customers.nightly",
            addon="customers",
            payload={},
            state=JobState.DEAD,
            due_at=now(),
            created_at=now(),
            finished_at=now(),
            attempts=5,
            last_error="ValueError: the file at the far end has no heading " + "x" * 120,
        )
        with unit_of_work(MAKING) as session:
            session.add(failed)
            session.flush()
            self.dead_job = failed.id

    def announce(self, *, days: int = 0, tone: str = "info") -> None:
        """Announce maintenance: now, or in some days."""
        begins = now() + timedelta(days=days)
        self.admin.submit(
            "/admin/announcements/new",
            {
                "text-zh": "本周六 22:00 至次日 2:00 升级数据库，其间系统不能登录，请提前保存手头工作。",
                "text-en": "The database is upgraded on Saturday from 22:00; please save your work before.",
                "tone": tone,
                "starts_at": format_datetime(begins - timedelta(minutes=5)),
                "ends_at": format_datetime(begins + timedelta(days=2)),
                "on_login": "y",
            },
        )

    def withdraw_all(self) -> None:
        """Take every announcement back, then announce the coming one again."""
        self.admin.submit("/admin/announcements/withdraw", {"all": "1", "query": ""})
        self.announce(days=1)

    def edit(self, page: str, target: str = "", **changes: str) -> None:
        """Send the form of a page with some of its fields changed."""
        form = FormReader.of(self.admin.get(page).text)
        answer = self.admin.post(target or page, data={**form, **changes})
        if answer.status_code not in REDIRECTS:
            msg = f"{page} was not stored: {answer.status_code}"
            raise AssertionError(msg)

    def remark(self, text: str) -> None:
        """Let the manager of an account write on it, and the administrator be told of it."""
        boss = self.people["admin"]
        with unit_of_work(actor_of(boss)):
            set_following("customers.customer", 1, on=True)
        manager = signed_in_client(self.app, self.people["zhou"])
        with unit_of_work(MAKING) as session:
            name = session.scalar(select(Employee.name).where(Employee.id == boss.employee_id))
        for words in (text, f"@{name or boss.login} {text}"):
            manager.submit("/remarks/customers.customer/1", {"text": words})
            self.admin.submit("/remarks/customers.customer/1", {"text": "收到，周三回复。"})
        drain(self.app)

    def attach(self) -> None:
        """Attach files of several kinds to an account, as its manager and as the administrator."""
        manager = signed_in_client(self.app, self.people["zhou"])
        files = [(BytesIO(PICTURE), "现场照片.png"), (BytesIO(b"%PDF-1.4"), f"{LONG_ZH}合同.pdf")]
        manager.submit("/files/customers.customer/1", {"file": files})
        table = {"file": (BytesIO(b"PK" * 150_000), f"{LONG_EN} offer.xlsx")}
        self.admin.submit("/files/customers.customer/1", table)

    def upload(self) -> int:
        """Upload a file with good and bad rows; return the number of the import."""
        file = (BytesIO(BAD_FILE.encode()), "客户名单（含错误）.csv")
        answer = self.admin.submit("/imports/new/customers.customer", {"file": file})
        return int(answer.headers["Location"].split("/")[-2])


def pages_of_the_map(stage: Stage) -> Iterator[Scene]:
    """Give every page that the administrator gets by an address, with ids that exist."""
    for rule in sorted(stage.app.url_map.iter_rules(), key=lambda rule: rule.rule):
        if "GET" not in (rule.methods or ()) or rule.endpoint in {"static", "assets"}:
            continue
        for value, path in _addresses(stage, rule):
            name = f"{rule.endpoint}-{value}" if value else rule.endpoint
            yield Scene(name, path)


def _addresses(stage: Stage, rule: Any) -> Iterator[tuple[str, str]]:
    """Give (words for the name, path): each word of a word argument, the first id that answers."""
    words = [name for name in sorted(rule.arguments) if _known_words(name)]
    numbers = [name for name in sorted(rule.arguments) if name not in words]
    for chosen in itertools.product(*(_known_words(name) for name in words)):
        given = dict(zip(words, chosen, strict=True))
        for ids in itertools.product(IDS, repeat=len(numbers)):
            with stage.app.test_request_context():
                path = rule.build({**given, **dict(zip(numbers, ids, strict=True))})[1]
            answer = stage.admin.get(path)
            if answer.status_code == 200 and answer.mimetype == "text/html":
                yield "-".join(chosen), path
            if answer.status_code != 404:
                break


def _known_words(argument: str) -> list[str]:
    return {
        "name": list(registry().loaded),
        "act": list(ACTS),
        "owner": ["core", *registry().loaded],
        "key": [one.key for one in registry().exchanges()],
        "kind": ["jobs.tidy"],
    }.get(argument, [])
