"""The facets beside a list: values in words, with the count that the other facets leave."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import String, cast, func, literal_column, null, select, union_all
from sqlalchemy.orm import Session

from core.access.context import AccessContext
from core.i18n import gettext as _
from core.unit_of_work import current_session
from core.web.list_args import ListArgs
from core.web.list_columns import Choice, Facet, Lookup, choices_of, value_of
from core.web.list_query import NONE, narrow
from core.web.list_spec import ListSpec

SHOWN = 8
OFFERED = 500
FACET_LIMIT = 5_000


@dataclass(slots=True)
class Option:
    """One value: how often, whether chosen, how deep in its tree."""

    value: str
    label: str
    count: int | None
    chosen: bool
    depth: int = 0
    parent: str | None = None


@dataclass(slots=True)
class FacetView:
    """One facet as the template shows it; `more` says what is not shown yet."""

    key: str
    title: str
    kind: str
    options: list[Option] = field(default_factory=list)
    more: str = ""
    first: str = ""
    last: str = ""


def facet_views(
    spec: ListSpec, args: ListArgs, access: AccessContext, session: Session, *, total: int | None
) -> list[FacetView]:
    """Return every facet that may be seen; counts are left out when they would be incomplete.

    `total` is None where there are more rows than were counted.
    """
    counts: Mapping[str, Mapping[str, int]] = {}
    if total is not None and total <= FACET_LIMIT:
        counts = count_values(spec, args, access, session)
    return [
        _view(facet, args, counts.get(facet.key))
        for facet in spec.facets
        if spec.may_see(access, facet.field)
    ]


def count_values(
    spec: ListSpec, args: ListArgs, access: AccessContext, session: Session
) -> dict[str, dict[str, int]]:
    """Return rows per value for each facet; a facet with too many rows is missing."""
    parts, statement = facets_statement(spec, args, access)
    if statement is None:
        return {}
    rows: list[list[Any]] = [[] for _part in parts]
    for row in session.execute(statement):
        rows[row[0]].append(row)
    found: dict[str, dict[str, int]] = {}
    for facets, those in zip(parts, rows, strict=True):
        if sum(row[1] for row in those) > FACET_LIMIT:
            continue
        for place, facet in enumerate(facets, start=2):
            sums: defaultdict[str, int] = defaultdict(int)
            for row in those:
                sums[_normal(row[place])] += row[1]
            found[facet.key] = dict(sums)
    return found


def _normal(value: str | None) -> str:
    return NONE if value is None else {"true": "1", "false": "0"}.get(value, value)


def _view(facet: Facet, args: ListArgs, counts: Mapping[str, int] | None) -> FacetView:
    view = FacetView(facet.key, str(facet.title), facet.kind)
    if facet.kind == "dates":
        view.first = (args.filters.get(f"{facet.key}_from") or ("",))[0]
        view.last = (args.filters.get(f"{facet.key}_to") or ("",))[0]
        return view
    chosen = args.filters.get(facet.key, ())
    opened = args.opened == facet.key
    options = _options(facet, counts, chosen, opened=opened)
    if isinstance(facet.choices, Lookup) and counts is None and not opened:
        view.options, view.more = options, _("Choose…")  # too many rows to say what occurs
        return view
    if len(options) <= SHOWN or opened:
        view.options = options[:OFFERED]
        view.options += [option for option in options[OFFERED:] if option.chosen]
        return view
    ranked = sorted(options, key=lambda o: (not o.chosen, -(o.count or 0)))
    front = {option.value for option in ranked[:SHOWN]} | set(chosen)
    if any(option.depth for option in options):
        front = {o.value for o in options if o.depth == 0 or o.chosen or o.parent in chosen}
    view.options = [option for option in options if option.value in front]
    rest = len(options) - len(view.options)
    if rest:
        view.more = _("%(num)s more", num=rest)
    return view


def _options(
    facet: Facet, counts: Mapping[str, int] | None, chosen: Sequence[str], *, opened: bool
) -> list[Option]:
    wanted = {*chosen, *(counts or ())} - {NONE, ""}
    choices = choices_for(facet, wanted, all_of_them=opened and counts is None)
    strange = wanted - {choice.value for choice in choices}
    choices += [Choice(value, value) for value in sorted(strange)]
    if facet.none is not None or NONE in chosen:
        choices.append(Choice(NONE, str(facet.none or "–")))
    offered: list[tuple[Choice, int | None]] = [(choice, None) for choice in choices]
    if counts is not None:
        rolled = _rolled_up(choices, counts)
        few = len(choices) <= SHOWN
        found = [(choice, rolled.get(choice.value, 0)) for choice in choices]
        offered = [(c, rows) for c, rows in found if few or rows or c.value in chosen]
    depths = _depths(choices) if any(choice.parent for choice in choices) else {}
    return [
        Option(c.value, c.label, rows, c.value in chosen, depths.get(c.value, 0), c.parent)
        for c, rows in offered
    ]


def choices_for(facet: Facet, wanted: set[str], *, all_of_them: bool = False) -> list[Choice]:
    """Return a facet's values in words: those declared; of a Lookup the wanted, or all offered.

    What a Lookup has named once in this unit of work is not asked for again.
    """
    lookup = facet.choices
    if not isinstance(lookup, Lookup):
        return choices_of(lookup)
    offered = list(lookup.offered()) if all_of_them else []
    kept = current_session().info.setdefault("list.titles", {})
    known: dict[str, str] = kept.setdefault(lookup, {})
    missing = wanted - {choice.value for choice in offered}
    if missing - known.keys():
        known.update(lookup.titles(missing - known.keys()))
    return [Choice(value, known[value]) for value in known if value in missing] + offered


def _rolled_up(choices: Iterable[Choice], counts: Mapping[str, int]) -> dict[str, int]:
    """Add each value's rows to all that it lies under."""
    parents = {choice.value: choice.parent for choice in choices}
    totals: defaultdict[str, int] = defaultdict(int)
    for value, rows in counts.items():
        at: str | None = value
        passed: set[str] = set()
        while at is not None and at not in passed:
            passed.add(at)
            totals[at] += rows
            at = parents.get(at)
    return dict(totals)


def _depths(choices: Iterable[Choice]) -> dict[str, int]:
    parents = {choice.value: choice.parent for choice in choices}

    def depth(value: str) -> int:
        steps, at = 0, parents.get(value)
        while at is not None and at in parents and steps < len(parents):
            steps, at = steps + 1, parents[at]
        return steps

    return {value: depth(value) for value in parents}


def facets_statement(
    spec: ListSpec, args: ListArgs, access: AccessContext
) -> tuple[list[list[Facet]], Any]:
    """Select the values of every facet with the other facets applied, in one statement.

    Facets without a value in the address share one pass over the rows, which the caller has
    counted already; only a facet that is in force needs a pass of its own, without itself, and
    that one stops behind FACET_LIMIT rows. Return the facets of each part, and a select of the
    number of the part, the rows, then the value of each of its facets: one line for each
    combination that occurs, so the rows are sorted once and not once for every facet.
    """
    counted = [f for f in spec.facets if f.kind == "choice" and spec.may_see(access, f.field)]
    idle = [facet for facet in counted if facet.key not in args.filters]
    parts = [idle] if idle else []
    parts += [[facet] for facet in counted if facet not in idle]
    width = max((len(part) for part in parts), default=0)
    selects = []
    for number, part in enumerate(parts):
        head = [literal_column(str(number)).label("part"), func.count()]
        tail = [cast(null(), String) for _ in range(width - len(part))]
        values = [value_of(facet.expr) for facet in part]
        if part is idle:
            picked = [*head, *_texts(part, values), *tail]
            selects.append(narrow(spec, args, access, picked).group_by(*values))
            continue
        named = [value.label(facet.key) for facet, value in zip(part, values, strict=True)]
        rows = narrow(spec, args, access, named, without=part[0].key).limit(FACET_LIMIT + 1)
        few = rows.subquery()
        picked = [*head, *_texts(part, list(few.c)), *tail]
        selects.append(select(*picked).select_from(few).group_by(*few.c))
    if len(selects) > 1:
        return parts, union_all(*selects)
    return parts, selects[0] if selects else None


def _texts(facets: Sequence[Facet], values: Sequence[Any]) -> list[Any]:
    """Return the values as texts, so that parts of different types can stand in one union."""
    pairs = zip(facets, values, strict=True)
    return [cast(value, String).label(facet.key) for facet, value in pairs]
