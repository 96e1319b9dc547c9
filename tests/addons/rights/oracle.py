"""The rights of a small made-up house, worked out by definition and not by any code of ours.

Nothing here asks the compiled terms, the wall or the ranges' own functions: who sees a row is told
by looping over people, assignments, alternatives and rows.
"""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Row:
    """One customer with what ranges speak of."""

    id: int
    owner: int | None
    unit: int | None
    grade: str | None
    region: str


@dataclass
class Someone:
    """One account with what assignments speak of."""

    user: int
    employee: int
    unit: int
    position: int | None
    grade: int | None
    administrator: bool = False
    second_factor: bool = False


@dataclass
class Given:
    """One assignment as it was given; `verbs` are those that count."""

    subject: str
    subject_id: int | None
    verbs: set[str]
    ranges: dict[str, list[dict[str, Any]]]
    allow: bool = True
    start: Any = None
    end: Any = None
    strict: bool = False  # what it gives counts only with a second factor


@dataclass
class Handed:
    """One delegation: which of `Truth.given` one user hands to another, and when."""

    giver: int
    substitute: int
    which: set[int]
    start: Any
    end: Any


@dataclass
class Truth:
    """The whole house."""

    people: list[Someone]
    rows: list[Row]
    given: list[Given]
    parents: dict[int, int | None]
    heads: dict[int, int | None]
    superiors: dict[int, int | None] = field(default_factory=dict)
    handed: list[Handed] = field(default_factory=list)

    def seen(self, person: Someone, verb: str, instant: Any) -> set[int]:
        """Return the ids of the rows that a person reaches by a verb."""
        mine = [
            one
            for one in self.given
            if verb in one.verbs
            and self._speaks_to(one, person)
            and (one.start is None or one.start <= instant)
            and (one.end is None or instant < one.end)
        ]
        return {
            row.id
            for row in self.rows
            if (
                any(
                    one.allow and self._may_use(one, person) and self._fits(one, person, row)
                    for one in mine
                )
                or self._as_substitute(person, verb, instant, row)
            )
            and not any(not one.allow and self._fits(one, person, row) for one in mine)
        }

    def _as_substitute(self, person: Someone, verb: str, instant: Any, row: Row) -> bool:
        """Tell whether a row is reached by what another one has and has handed to this person."""
        for handing in self.handed:
            if handing.substitute != person.user or not handing.start <= instant < handing.end:
                continue
            giver = next(one for one in self.people if one.user == handing.giver)
            its = [one for one in self.given if self._speaks_to(one, giver)]
            if any(self._bars(one, verb, handing) for one in its):
                continue
            for number in handing.which:
                one = self.given[number]
                in_time = (one.start is None or one.start <= instant) and (
                    one.end is None or instant < one.end
                )
                counts = one in its and one.allow and in_time and verb in one.verbs
                counts = counts and self._may_use(one, person)
                if not counts or not self._fits(one, giver, row):
                    continue
                usable = [each for each in its if self._may_use(each, person)]
                if verb in {"query", "analyse"} or self._sees(giver, usable, instant, row):
                    return True
        return False

    def _may_use(self, one: Given, person: Someone) -> bool:
        return person.second_factor or not one.strict

    def _sees(self, giver: Someone, its: list[Given], instant: Any, row: Row) -> bool:
        """Tell whether a giver sees a row by what was given to that very person."""
        for one in its:
            begun = one.start is None or one.start <= instant
            over = one.end is not None and one.end <= instant
            counts = one.allow and "query" in one.verbs and begun and not over
            if counts and self._fits(one, giver, row):
                return True
        return False

    def _bars(self, one: Given, verb: str, handing: Handed) -> bool:
        """Tell whether a denial of the giver keeps a verb from the substitute."""
        if one.allow:
            return False
        meets = (one.start is None or one.start < handing.end) and (
            one.end is None or handing.start < one.end
        )
        about = verb in one.verbs or ("query" in one.verbs and verb != "analyse")
        return meets and about

    def _speaks_to(self, one: Given, person: Someone) -> bool:
        if one.subject == "everyone":
            return True
        if one.subject == "heads":
            return person.employee in self.heads.values()
        if one.subject == "administrators":
            return person.administrator
        held = {"user": person.user, "position": person.position, "grade": person.grade}
        return held[one.subject] is not None and held[one.subject] == one.subject_id

    def _fits(self, one: Given, person: Someone, row: Row) -> bool:
        return all(
            any(self._alternative(choice, person, row) for choice in choices)
            for choices in one.ranges.values()
        )

    def _alternative(self, choice: dict[str, Any], person: Someone, row: Row) -> bool:
        kind = choice["kind"]
        if kind in {"unit", "own", "headed"}:
            return self._by_unit(choice, person, row)
        if kind == "self":
            return row.owner == person.employee
        if kind == "reports":
            return row.owner is not None and self._reports(row.owner, person.employee)
        if kind in {"person", "record"}:
            return (row.owner if kind == "person" else row.id) == choice["id"]
        stored = {"grade": row.grade, "region": row.region}
        return all(stored[key] in values for key, values in choice["all"].items())

    def _by_unit(self, choice: dict[str, Any], person: Someone, row: Row) -> bool:
        if choice["kind"] == "headed":
            led = [unit for unit, head in self.heads.items() if head == person.employee]
            return any(self._in_unit(row.unit, unit, below=True) for unit in led)
        wanted = person.unit if choice["kind"] == "own" else choice["id"]
        return self._in_unit(row.unit, wanted, below=choice["below"])

    def _in_unit(self, unit: int | None, wanted: int, *, below: bool) -> bool:
        while unit is not None:
            if unit == wanted:
                return True
            unit = self.parents[unit] if below else None
        return False

    def _reports(self, employee: int, superior: int) -> bool:
        above, steps = self.superiors.get(employee), 0
        while above is not None and steps <= len(self.superiors):
            if above == superior:
                return True
            above, steps = self.superiors.get(above), steps + 1
        return False
