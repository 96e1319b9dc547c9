"""A house made by chance, in the database and as the oracle knows it."""

import random
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import func, select
from werkzeug.datastructures import MultiDict

from addons.customers import queries, services
from addons.customers.fields import fields_of
from addons.customers.lists import CUSTOMERS
from addons.customers.models import Customer, StageMove
from addons.rights import grades
from addons.rights.assignments import AssignmentFields, assign
from addons.rights.delegations import DelegationFields, delegate, offered
from addons.rights.models import Assignment
from addons.rights.seed import make_duty
from core.access.policy import recompile, recompile_people
from core.accounts.services import reset_second_factor
from core.actor import system_actor
from core.clock import now
from core.database import db
from core.organisation.models import Employee, OrgUnit, Position
from core.unit_of_work import current_unit, unit_of_work
from core.web.list_page import load_page
from tests.addons.rights.oracle import Given, Handed, Row, Someone, Truth
from tests.core.accounts.phone import enrolled

MAKING = system_actor("test")
VERBS = ("query", "analyse", "update", "export")
GRADES, REGIONS = ("A", "B", "C", None), ("N", "S", "")
SEEDS = range(10)


class House:
    """A house made by a seed, in the database and as the oracle knows it."""

    def __init__(self, seed, make):
        self.dice, self.make = random.Random(seed), make
        self.coin = random.Random(seed)  # for second factors
        self.parents, self.heads, self.superiors = {}, {}, {}
        self._units()
        self._people()
        self._rows()
        self.given, self.numbers = [], []
        with unit_of_work(MAKING) as session:
            for one in session.scalars(select(Assignment)).all():
                one.ended_at = now()  # only what is given here shall count
            everything = {"customers.customer": VERBS}
            self.duty = make_duty(session, "all", {"zh": "all"}, everything).id
            strict = make_duty(session, "strict", {"zh": "strict"}, everything)
            strict.second_factor, self.strict = True, strict.id
            recompile(session)
        self.handed = []
        for _number in range(9):
            self.give()
        for _number in range(10):
            self.hand()

    def _units(self):
        for number in range(5):
            parent = self.dice.choice([None, *self.parents]) if number else None
            unit = self.make.unit(parent=self._unit(parent) if parent else None)
            self.parents[unit.id], self.heads[unit.id] = parent, None

    def _unit(self, key):
        with unit_of_work(MAKING) as session:
            return session.get_one(OrgUnit, key)

    def _people(self):
        self.people, self.accounts = [], {}
        with unit_of_work(MAKING) as session:
            posts = [Position(code=f"P{n}", name={"zh": f"P{n}"}) for n in range(2)]
            session.add_all(posts)
        self.posts = [post.id for post in posts]
        with unit_of_work(MAKING):
            ranks = [grades.create_grade(f"G{n}", {"zh": f"G{n}"}).id for n in range(2)]
        for number in range(6):
            unit = self.dice.choice(list(self.parents))
            employee = self.make.employee(f"E{number}", unit=self._unit(unit))
            post = self.dice.choice([None, *posts])
            rank = self.dice.choice([None, *ranks])
            superior = self.dice.choice([None, *(one.employee for one in self.people)])
            with unit_of_work(MAKING) as session:
                stored = session.get_one(Employee, employee.id)
                stored.position_id = post.id if post else None
                stored.superior_id = superior
            if rank is not None:
                with unit_of_work(MAKING):
                    grades.set_grade(employee.id, rank)
            led = self.dice.choice([None, *self.parents])
            leads = led if led is not None and self.heads[led] is None else None
            user = self.make.user(
                f"u{number}", employee=employee, heads=self._unit(leads) if leads else None
            )
            if leads:
                self.heads[leads] = employee.id
            self.superiors[employee.id] = superior
            self.accounts[user.id] = user
            person = Someone(user.id, employee.id, unit, post.id if post else None, rank)
            self.people.append(person)
            if self.coin.random() < 0.5:
                self.enrol(person)

    def _rows(self):
        self.rows = []
        for _number in range(24):
            owner = self.dice.choice([None, *self.people])
            grade, region = self.dice.choice(GRADES), self.dice.choice(REGIONS)
            key = self.make.customers.customer(
                manager=self._employee(owner.employee) if owner else None,
                grade=grade, region=region,
            )  # fmt: skip
            place = (owner.employee, owner.unit) if owner else (None, None)
            self.rows.append(Row(key, *place, grade, region))

    def _employee(self, key):
        with unit_of_work(MAKING) as session:
            return session.get_one(Employee, key)

    def give(self):
        """Give something random to somebody random, in or out of its time."""
        dice = self.dice
        subject = dice.choice(["user", "user", "position", "grade", "heads", "everyone"])
        person = dice.choice(self.people)
        named = {"user": person.user, "position": person.position, "grade": person.grade}
        if subject in named and named[subject] is None:
            subject = "everyone"
        start = dice.choice([None, now() - timedelta(hours=1), now() + timedelta(hours=1)])
        end = dice.choice([None, now() + timedelta(hours=2)])
        verbs = set(dice.sample(VERBS, dice.randint(1, 3)))
        allow, ranges = dice.random() < 0.75, self._ranges()
        strict = self.coin.random() < 0.3
        with unit_of_work(MAKING):
            made = assign(
                AssignmentFields(
                    duty_id=self.strict if strict else self.duty, subject=subject, subject_id=named.get(subject),
                    allow=allow, verbs=sorted(verbs), ranges=ranges,
                    valid_from=start, valid_to=end,
                )
            )  # fmt: skip
            key = made.id
        self.given.append(
            Given(subject, named.get(subject), verbs, ranges, allow, start, end, strict)
        )
        self.numbers.append(key)

    def hand(self):
        """Let somebody hand what they may to somebody else, in or out of its time."""
        dice = self.dice
        giver, substitute = dice.sample(self.people, 2)
        with unit_of_work(MAKING):
            free = [one.assignment.id for one in offered(giver.user) if not one.obstacle]
        if not free:
            return
        chosen = dice.sample(free, dice.randint(1, len(free)))
        hour = timedelta(hours=1)
        start = dice.choice([now() - hour, now() - hour, now() + hour])
        end = start + dice.choice([2 * hour, 3 * hour])
        with unit_of_work(MAKING):
            delegate(
                DelegationFields(
                    from_user_id=giver.user, to_user_id=substitute.user, assignments=chosen,
                    valid_from=start, valid_to=end,
                )
            )  # fmt: skip
        which = {self.numbers.index(key) for key in chosen}
        self.handed.append(Handed(giver.user, substitute.user, which, start, end))

    def enrol(self, person):
        """Let somebody set a second factor up, or lose it."""
        user, person.second_factor = self.accounts[person.user], not person.second_factor
        if person.second_factor:
            enrolled(user)
        else:
            with unit_of_work(MAKING) as session:
                reset_second_factor(session, user.id)

    def actor(self, person):
        """Return who a person is at this moment, as a request would find it."""
        return replace(
            self.make.actor(self.accounts[person.user]), second_factor=person.second_factor
        )

    def move(self):
        """Give somebody another post, unit or superior: what hangs on them follows."""
        person = self.dice.choice(self.people)
        person.position = self.dice.choice([None, *self.posts])
        with unit_of_work(MAKING) as session:
            session.get_one(Employee, person.employee).position_id = person.position
            recompile_people(session, {person.employee})
        self.enrol(self.coin.choice(self.people))

    def _ranges(self):
        dice, found = self.dice, {}
        units = [{"kind": "unit", "id": u, "below": b} for u in self.parents for b in (True, False)]
        units += [{"kind": "own", "below": b} for b in (True, False)] + [{"kind": "headed"}]
        owners = [{"kind": "self"}, {"kind": "reports"}]
        owners += [{"kind": "person", "id": one.employee} for one in self.people]
        keyed = [{"kind": "record", "id": row.id} for row in self.rows]
        keyed += [{"kind": "rule", "all": {"grade": [g]}} for g in GRADES if g] * 4
        present = sorted({row.region for row in self.rows} - {""})
        keyed += [
            {"kind": "rule", "all": {"grade": ["A", "B"], "region": [r]}} for r in present
        ] * 4
        for key, choices in (("org", units), ("owner", owners), ("customer", keyed)):
            if dice.random() < 0.45:
                found[key] = dice.sample(choices, dice.randint(1, 3))
        return found

    def truth(self):
        return Truth(
            self.people, self.rows, self.given, self.parents, self.heads, self.superiors,
            self.handed,
        )  # fmt: skip

    def change(self):
        """Change one row in what ranges speak of."""
        row = self.dice.choice(self.rows)
        row.grade, row.region = self.dice.choice(GRADES), self.dice.choice(REGIONS)
        with unit_of_work(MAKING):
            stored = queries.customer(row.id)
            fields = replace(fields_of(stored), grade=row.grade, region=row.region)
            services.update_customer(row.id, fields, row_version=stored.row_version)


def check_units(app, house):
    truth, instant = house.truth(), now()
    for person in house.people:
        actor = house.actor(person)
        with app.test_request_context("/customers/"), unit_of_work(actor) as session:
            for verb in VERBS:
                if verb == "analyse":
                    continue
                wanted = truth.seen(person, verb, instant)
                if verb == "export":  # nothing leaves in a file that is not seen
                    wanted &= truth.seen(person, "query", instant)
                rows = session.scalars(select(Customer.id).execution_options(action=verb))
                assert set(rows) == wanted, (person, verb)
                moves = select(StageMove.customer_id).execution_options(action=verb)
                assert set(session.scalars(moves)) == wanted, (person, verb)
            analysed = truth.seen(person, "analyse", instant)
            by_grade = dict(
                session.execute(
                    select(Customer.grade, func.count()).group_by(Customer.grade),
                    execution_options={"action": "analyse"},
                ).all()
            )
            counted = {}
            for row in house.rows:
                if row.id in analysed:
                    counted[row.grade] = counted.get(row.grade, 0) + 1
            assert by_grade == counted, person
            wanted = truth.seen(person, "query", instant)
            if current_unit().access.may("customers.customer", "query"):
                args = CUSTOMERS.parse(MultiDict({"size": "200"}))
                page = load_page(CUSTOMERS, args, session, current_unit().access)
                assert {row[0] for row in page.rows} == wanted
                assert page.total == len(wanted)
    db.session.remove()
