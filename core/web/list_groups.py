"""Grouped lists: the groups of all pages with their figures, and the rows of one page in them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from sqlalchemy import Select, case, func, or_
from sqlalchemy.orm import Session

from core.access.context import AccessContext
from core.i18n import gettext as _
from core.i18n import ngettext
from core.web.cells import text_of
from core.web.icons import icon
from core.web.list_args import ListArgs
from core.web.list_columns import Column, Facet, Lookup, stored, value_of
from core.web.list_facets import choices_for
from core.web.list_query import NONE, narrow, ordered, row_values, sort_of
from core.web.list_spec import ListSpec

NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Group:
    """One value of the grouping facet: its rows on all pages and those that stand before it."""

    value: Any
    label: str
    count: int
    sums: tuple[Any, ...]
    start: int


def groupable(spec: ListSpec, access: AccessContext) -> list[Facet]:
    """Return the facets that this reader may group by: those of choices, if not masked."""
    return [f for f in spec.facets if f.kind == "choice" and spec.may_see(access, f.field)]


def group_facet(spec: ListSpec, args: ListArgs, access: AccessContext) -> Facet | None:
    """Return the facet that the address groups by, if the reader may."""
    return next((f for f in groupable(spec, access) if f.key == args.group), None)


def load_groups(
    spec: ListSpec,
    args: ListArgs,
    access: AccessContext,
    session: Session,
    *,
    facet: Facet,
    columns: Sequence[Column],
) -> list[Group]:
    """Return all groups in order with counts and sums, in one statement under wall and filters."""
    value = value_of(facet.expr)
    sums = [func.sum(value_of(column.expr)) for column in columns if column.total]
    statement = narrow(spec, args, access, [value, func.count(), *sums]).group_by(value)
    found = {row[0]: row for row in session.execute(statement)}
    groups, start = [], 0
    for key, label in in_order(facet, found):
        row = found[key]
        groups.append(Group(key, label, row[1], tuple(row[2:]), start))
        start += row[1]
    return groups


def in_order(facet: Facet, values: Iterable[Any]) -> list[tuple[Any, str]]:
    """Return values with their words: in declared order, people by name, no value last."""
    texts = {value: stored(value) for value in values}
    choices = choices_for(facet, {*texts.values()} - {NONE, ""})
    labels = {choice.value: choice.label for choice in choices}
    declared = () if isinstance(facet.choices, Lookup) else labels
    places = {text: place for place, text in enumerate(declared)}

    def key(value: Any) -> tuple[bool, int, str, str]:
        text = texts[value]
        label = labels.get(text, text)
        return (text in {NONE, ""}, places.get(text, len(places)), label, text)

    none = str(facet.none or NOTHING)
    return [
        (value, labels.get(texts[value]) or _words(texts[value], none))
        for value in sorted(texts, key=key)
    ]


def _words(text: str, none: str) -> str:
    return none if text in {NONE, ""} else text


def on_page(groups: Sequence[Group], args: ListArgs) -> list[Group]:
    """Return the groups of which this page holds rows."""
    end = args.offset + args.size
    return [one for one in groups if one.start < end and one.start + one.count > args.offset]


def grouped_rows(
    spec: ListSpec,
    args: ListArgs,
    access: AccessContext,
    columns: Sequence[Column],
    *,
    facet: Facet,
    shown: Sequence[Group],
) -> Select[Any]:
    """Select the rows of the page as a plain list has them, then the value of the group.

    Only the groups of the page are read, so the order costs nothing for all the others.
    """
    value, sort = value_of(facet.expr), sort_of(spec, args, access)
    named = [group.value for group in shown if group.value is not None]
    wanted = [value.in_(named)] if named else []
    if len(named) < len(shown):
        wanted.append(value.is_(None))
    picked = [*row_values(spec, sort, columns), value.label("group_value")]
    statement = narrow(spec, args, access, picked).where(or_(*wanted))
    if len(shown) > 1:
        places = [
            (value == one.value, place) for place, one in enumerate(shown) if one.value is not None
        ]
        statement = statement.order_by(case(*places, else_=len(shown)))
    first = shown[0].start if shown else 0
    return ordered(spec, statement, sort).limit(args.size).offset(args.offset - first)


def figures(group: Group, columns: Sequence[Column]) -> str:
    """Return the words of a group's row behind its title: how many, and the sums."""
    summed = [column for column in columns if column.total]
    parts = [ngettext("%(num)d row", "%(num)d rows", group.count)]
    parts += [
        f"{column.head} {text_of(column)(value)}"
        for column, value in zip(summed, group.sums, strict=True)
        if value is not None
    ]
    return " · ".join(parts)


def group_row(group: Group, words: str, *, href: str | None, width: int) -> Markup:
    """Return the sunken row above the rows of a group."""
    title = Markup("<b>{}</b>").format(group.label)
    if href is not None:
        title = Markup('<a href="{}">{}</a>').format(href, title)
    fold = Markup(
        '<button class="iconbtn" type="button" data-fold hidden aria-expanded="true" '
        'aria-label="{}">{}</button>'
    ).format(_("Fold or open: %(name)s", name=group.label), icon("down", "i-s"))
    return Markup('<tr class="grp"><td colspan="{}">{}{} {}</td></tr>').format(
        width, fold, title, words
    )


def summed(groups: Sequence[Group], columns: Sequence[Column]) -> dict[str, Any]:
    """Return the totals of all groups by column."""
    found = {}
    for place, column in enumerate([column for column in columns if column.total]):
        values = [one.sums[place] for one in groups if one.sums[place] is not None]
        found[column.key] = sum(values[1:], values[0]) if values else None
    return found
