"""Toy jobs, an audited toy record and toy plugins for the tests of background work."""

import random
import time
from contextlib import contextmanager
from datetime import timedelta
from types import ModuleType

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from core.access.declarations import Technical, guard_declarations
from core.addons.loading import Loaded
from core.addons.registry import registry
from core.contributions import JobDef, Resource, Step
from core.database import db
from core.errors import Refused


class ToyBase(DeclarativeBase):
    """A metadata of its own, so that no migration test sees the toys."""


guard_declarations(ToyBase)

EFFECT = sa.Table(
    "toy_effect",
    ToyBase.metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("job_id", sa.Integer),
    sa.Column("number", sa.Integer),  # deliberately not unique: doing a step twice must show
    info={"access": Technical("toy")},
)


class Note(ToyBase):
    __tablename__ = "toy_note"
    __access__ = Technical("toy")
    __resource__ = "toy.note"
    __audited__ = True

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str | None] = mapped_column(sa.String(20), unique=True)
    text: Mapped[str] = mapped_column(info={"title": "Words"})
    password_hash: Mapped[str | None]
    quiet: Mapped[str | None] = mapped_column(info={"audit": False})
    row_version: Mapped[int] = mapped_column(default=1)


def counting(run):
    number = run.cursor.get("number", 0) + 1
    run.session.execute(sa.insert(EFFECT).values(job_id=run.id, number=number))
    if run.payload.get("slow"):
        time.sleep(random.uniform(0.001, 0.02))
    if run.payload.get("burst"):
        time.sleep(0.09)
    total = run.payload["total"]
    return Step(cursor={"number": number}, done=number >= total, progress=(number, total))


def failing(run):
    run.session.execute(sa.insert(EFFECT).values(job_id=run.id, number=1))
    raise KeyError("a bug in a step")


def refusing(run):
    raise Refused("the budget is closed")


def dying(_run):
    raise SystemExit


COUNT = JobDef(kind="toy.count", title="Count", step=counting, lease=timedelta(seconds=1))
FAIL = JobDef(kind="toy.fail", title="Fail", step=failing, max_attempts=3)
REFUSE = JobDef(kind="toy.refuse", title="Refuse", step=refusing)
DIE = JobDef(kind="toy.die", title="Die", step=dying, max_attempts=2)
HOURLY = JobDef(
    kind="toy.hourly", title="Hourly", step=lambda _run: Step(done=True), every=timedelta(hours=1)
)
NOTE = Resource(
    key="toy.note",
    title="Notes",
    model=Note,
    label=lambda note: f"note {note.text}",
    actions=("query", "create", "import"),
)


@contextmanager
def plugged(owner="core", module=None, **contributions):
    """Let `owner` contribute for the block, as if its plugin had said so."""
    here = registry()
    loaded = Loaded(
        owner, module or ModuleType("toy"), {k: tuple(v) for k, v in contributions.items()}
    )
    if module is not None:
        here.plugins.register(module)
    resources = dict(here.resources)
    here.add(loaded)
    try:
        yield
    finally:
        here.plugged[owner].remove(loaded)
        here.resources.clear()
        here.resources.update(resources)
        here._filtered.clear()
        if module is not None:
            here.plugins.unregister(module)


def make_tables():
    ToyBase.metadata.create_all(db.engine)


def effects(session):
    """Return {job: [numbers in the order of their writing]}."""
    found = {}
    for job_id, number in session.execute(
        sa.select(EFFECT.c.job_id, EFFECT.c.number).order_by(EFFECT.c.id)
    ):
        found.setdefault(job_id, []).append(number)
    return found


@pytest.fixture
def toys(app):
    """Give the site toy jobs, a toy record and their tables."""
    make_tables()
    app.extensions.pop("sunmao_schedules_seen", None)
    with plugged(jobs=[COUNT, FAIL, REFUSE, DIE], resources=[NOTE]):
        yield
