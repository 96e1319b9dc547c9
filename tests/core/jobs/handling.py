"""Adding, reading, changing and running jobs in tests, each in a unit of its own."""

import pytest
from sqlalchemy import select, update

from core import clock
from core.actor import system_actor
from core.jobs.models import Job, JobState
from core.jobs.running import run_next
from core.jobs.services import enqueue
from core.unit_of_work import read_only, unit_of_work
from tests.core.jobs.toys import effects

SYSTEM = system_actor("test")


def add(kind, payload=None, actor=SYSTEM, **options):
    with unit_of_work(actor) as session:
        return enqueue(session, kind, payload or {}, **options)


def job(job_id):
    with read_only(SYSTEM) as session:
        return session.get(Job, job_id)


def done():
    with read_only(SYSTEM) as session:
        return effects(session)


def change(job_id, **values):
    with unit_of_work(SYSTEM) as session:
        session.execute(update(Job).where(Job.id == job_id).values(**values))


def run_toys():
    for _attempt in range(200):
        with read_only(SYSTEM) as session:
            due = (
                session.execute(
                    select(Job.id).where(
                        Job.kind.like("toy.%"),
                        Job.state == JobState.PENDING,
                        Job.due_at <= clock.now(),
                    )
                )
                .scalars()
                .all()
            )
        if not any(run_next(job_id=job_id) for job_id in due):
            return
    pytest.fail("the toys never came to rest")
