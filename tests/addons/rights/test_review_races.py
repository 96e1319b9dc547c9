"""A review that is closed beside a decision, and many kept at once."""

import threading

import pytest

from addons.rights import reviews
from addons.rights.models import Subject
from addons.rights.review_models import ReviewItem
from core.database import db
from core.errors import Refused
from core.unit_of_work import current_unit, unit_of_work
from tests.addons.rights.test_reviews import covering, items

CUSTOMER = "customers.customer"


@pytest.fixture
def opened(office, duty, give, as_):
    """Open a review of what Ann and Bob have been given; the head decides."""
    for number in range(4):
        key = duty(f"look{number}", {CUSTOMER: ["query"]})
        give(key, Subject.USER, office.ann.user.id)
        give(key, Subject.USER, office.bob.user.id)
    with as_(office.boss):
        return reviews.open_review(covering()).id


def mine(office, review_id):
    found = items(review_id).values()
    return [one.id for one in found if one.reviewer_id == office.head.user.id]


ACTS = {
    "decide": lambda key, _other: reviews.decide(key, "keep"),
    "pass_on": reviews.pass_on,
    "keep": lambda key, _other: reviews.keep([key]) or "nothing kept",
}


@pytest.mark.parametrize("act", ACTS)
def test_nothing_changes_in_what_another_is_closing(app, office, opened, as_, act):
    key, outcome = mine(office, opened)[0], []

    def late():
        with app.app_context():
            try:
                with unit_of_work(office.head.actor):
                    outcome.append(ACTS[act](key, office.boss.user.id))
            except Refused as refused:
                outcome.append(str(refused))
            db.session.remove()

    other = threading.Thread(target=late)
    with as_(office.boss):
        reviews.close(opened)
        current_unit().flush()
        other.start()
        other.join(1)
        assert not outcome, "it waits for the review"
    other.join(30)
    assert isinstance(outcome[0], str)
    (item,) = (one for one in items(opened).values() if one.id == key)
    assert item.decision is None
    assert item.reviewer_id == office.head.user.id


def test_many_are_kept_with_the_statements_of_one(office, opened, as_, statements):
    keys = mine(office, opened)
    assert len(keys) == 8
    with as_(office.head), statements() as one:
        assert reviews.keep(keys[:1]) == 1
    with as_(office.head), statements() as several:
        assert reviews.keep(keys) == 7
    updates = [text for text in several if text.startswith("UPDATE rights_review_item")]
    assert len(updates) == 7
    assert len(several) - 7 == len(one) - 1  # the rest, such as the audit entries, at once
    with unit_of_work(office.boss.actor) as session:
        assert {session.get(ReviewItem, key).decision for key in keys} == {"keep"}
