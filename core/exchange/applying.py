"""From a file's rows to records: which heading feeds which column, and applying row by row.

Each row stands or falls alone, in a savepoint of the caller's unit.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import current_app
from sqlalchemy.exc import DataError, IntegrityError, StatementError
from sqlalchemy.orm import Session

from core.contributions import Exchange
from core.errors import DomainError, ProgrammingFault, Refused
from core.i18n import LOCALES, force_locale, joined, spoken
from core.i18n import gettext as _

REFUSED = "refused"
OUTCOMES = ("created", "updated", "unchanged")
NOISE = re.compile(r"[\s_\-./()（）:：*]+")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one row; `reason` says why it was refused."""

    row_number: int
    cells: Sequence[str]
    outcome: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What every row of an import shares."""

    exchange: Exchange
    headings: Sequence[str]
    mapping: Mapping[str, str]
    options: Mapping[str, Any] = field(default_factory=dict)


def apply_rows(
    session: Session, plan: Plan, rows: Sequence[tuple[int, Sequence[str]]]
) -> list[Verdict]:
    """Apply (row number, cells) pairs and return a verdict for each, in order."""
    records: list[dict[str, str]] = []
    taken: list[int] = []
    verdicts: list[Verdict | None] = [None] * len(rows)
    for index, (number, cells) in enumerate(rows):
        try:
            records.append(as_record(cells, plan.headings, plan.mapping))
            taken.append(index)
        except Refused as refusal:
            verdicts[index] = Verdict(number, cells, REFUSED, spoken(refusal.message))
    for index, result in zip(taken, _apply(session, plan, records), strict=True):
        number, cells = rows[index]
        if isinstance(result, DomainError):
            verdicts[index] = Verdict(number, cells, REFUSED, words_of(result, plan.exchange))
        else:
            verdicts[index] = Verdict(number, cells, _known(result, plan.exchange))
    return [verdict for verdict in verdicts if verdict is not None]


def count(verdicts: Sequence[Verdict]) -> Counter[str]:
    """Return how many rows met which outcome."""
    return Counter(verdict.outcome for verdict in verdicts)


def _known(result: Any, exchange: Exchange) -> str:
    if result not in OUTCOMES:
        raise ProgrammingFault(f"{exchange.key} answered {result!r} for a row")
    return str(result)


def _apply(
    session: Session, plan: Plan, records: Sequence[Mapping[str, str]]
) -> Sequence[str | DomainError]:
    """Try all rows at once where the import can; halve a batch that fails to find the bad row."""
    apply_many = plan.exchange.apply_many
    if apply_many is None or len(records) <= 1:
        return [_apply_one(session, plan, record) for record in records]
    try:
        with session.begin_nested():
            results = list(apply_many(session, records, plan.options))
            if len(results) != len(records):
                msg = f"{plan.exchange.key}: {len(results)} results for {len(records)} rows"
                raise ProgrammingFault(msg)
            return results
    except (StatementError, DomainError) as error:
        if isinstance(error, StatementError) and not _is_of_values(error):
            raise
        half = len(records) // 2
        return [
            *_apply(session, plan, records[:half]),
            *_apply(session, plan, records[half:]),
        ]


def _apply_one(session: Session, plan: Plan, record: Mapping[str, str]) -> str | DomainError:
    try:
        with session.begin_nested():
            return plan.exchange.apply(session, record, plan.options)
    except DomainError as refusal:
        return refusal
    except StatementError as error:
        if not _is_of_values(error):
            raise
        current_app.logger.info("import row refused by the database", exc_info=True)
        if not isinstance(error, IntegrityError | DataError):
            words = _("A value does not fit its column, such as an amount with three decimals.")
            return Refused(words)
        return Refused(_("The row contradicts what is stored already, or a value is too long."))


def _is_of_values(error: StatementError) -> bool:
    """Tell whether values are to blame, before the database (a column's type) or in it."""
    refused = isinstance(error.orig, ValueError | ArithmeticError)
    return refused or isinstance(error, IntegrityError | DataError)


def words_of(error: DomainError, exchange: Exchange) -> str:
    """Return a refusal with the complaints about single columns, in one line, nothing twice."""
    if not isinstance(error, Refused) or not error.fields:
        return spoken(error.message)
    titles = {column.name: column.title for column in exchange.columns}
    parts = [
        _("%(column)s: %(reason)s", column=titles.get(name, name), reason=joined(complaints, " "))
        for name, complaints in error.fields.items()
    ]
    said = [str(one) for complaints in error.fields.values() for one in complaints]
    says_more = str(error) and said != [str(error)]
    return joined([error.message, *parts] if says_more else parts, " · ")


def normal(heading: str) -> str:
    """Return a heading without case, blanks and punctuation, for comparing."""
    return NOISE.sub("", heading).casefold()


def guess(exchange: Exchange, headings: Sequence[str]) -> dict[str, str]:
    """Return {column: heading} as far as names, titles in any language and aliases tell."""
    by_form = {normal(heading): heading for heading in reversed(headings)}
    mapping: dict[str, str] = {}
    for column in exchange.columns:
        forms = [column.name, *_titles(column.title), *column.aliases]
        found = next((by_form[normal(f)] for f in forms if normal(f) in by_form), None)
        if found is not None and found not in mapping.values():
            mapping[column.name] = found
    return mapping


def _titles(title: object) -> list[str]:
    titles = []
    for locale in LOCALES:
        with force_locale(locale):
            titles.append(str(title))
    return titles


def preset(exchange: Exchange, headings: Sequence[str]) -> dict[str, str] | None:
    """Return the first preset of which every heading is in the file, or None."""
    for _title, mapping in exchange.presets:
        if all(heading in headings for heading in mapping.values()):
            return dict(mapping)
    return None


def check_mapping(
    exchange: Exchange, headings: Sequence[str], mapping: Mapping[str, str]
) -> dict[str, str]:
    """Return the mapping without its empty entries; raise Refused for what cannot be."""
    names = {column.name for column in exchange.columns}
    chosen = {name: heading for name, heading in mapping.items() if heading}
    for name, heading in chosen.items():
        if name not in names or heading not in headings:
            raise Refused(_("The file has no column of that name. Choose again."))
    missing = {
        column.name: [_("Choose the column of the file that holds this.")]
        for column in exchange.columns
        if column.required and column.name not in chosen
    }
    if missing:
        raise Refused(_("Required columns are not mapped yet."), fields=missing)
    return chosen


def as_record(
    cells: Sequence[str], headings: Sequence[str], mapping: Mapping[str, str]
) -> dict[str, str]:
    """Return one row as column name → text; cells that are missing at the end are empty.

    Raises Refused when the row has more cells than there are headings, because then its cells
    have probably slipped.
    """
    if len(cells) > len(headings):
        raise Refused(_("The row has more cells than there are headings."))
    by_heading = dict(zip(headings, cells, strict=False))
    return {name: by_heading.get(heading, "") for name, heading in mapping.items()}
