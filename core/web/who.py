"""The page behind "Who can see this?": every account that may do something with one record."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask import render_template, url_for

from core.access.explain import window_words
from core.access.terms import Term
from core.access.who import BEFORE_ANY_RECORD, Holder, spelled, who_may
from core.access.windows import is_out_of_sight
from core.access.words import range_in_words, resource_words, verb_words
from core.clock import now, site_zone, today
from core.contributions import Resource, Verb
from core.errors import Refused
from core.exchange.export import ExportFile, audit_export, write_file
from core.exchange.list_export import checked_format
from core.i18n import format_date, format_datetime, join_words, localized, ngettext
from core.i18n import gettext as _
from core.unit_of_work import current_session, current_unit, unit_of_work
from core.web.forms import parse_date
from core.web.why import WHO, asked_record, asked_resource, not_found, way_back

SIZE = 50
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Source:
    """One term in words: where it comes from, on which data, when."""

    words: str
    data: str
    period: str


@dataclass(frozen=True, slots=True)
class Line:
    """One person as the page and the file name them."""

    holder: Holder
    post: str
    verbs: Sequence[tuple[str, str]]  # in words, with the hours where it is not the whole day
    by: Sequence[Source]
    against: Sequence[Source]


@dataclass(frozen=True, slots=True)
class Answer:
    """What was asked, and everybody that it concerns."""

    resource: Resource
    record: Any
    args: Mapping[str, str]
    day: date | None
    everybody: Sequence[Holder]

    @property
    def label(self) -> str:
        """The record in words."""
        label = self.resource.label
        return label(self.record) if label is not None else self.args["record"]

    @property
    def actions(self) -> list[str]:
        """The acts that may be asked of one record."""
        return [str(one) for one in self.resource.actions if one not in BEFORE_ANY_RECORD]

    def chosen(self) -> list[Holder]:
        """Return whom the filter leaves: by verb, and by a piece of the name or the login."""
        verb = self.args.get("verb", "")
        piece = self.args.get("q", "").strip().casefold()[:LONGEST_NAME]
        return [
            one
            for one in self.everybody
            if (not verb or verb in one.verbs)
            and (piece in one.name.casefold() or piece in one.login.casefold())
        ]

    def count(self, verb: str) -> int:
        """Return how many may do this."""
        return sum(verb in one.verbs for one in self.everybody)

    def address(self, endpoint: str = "web.who", **changes: Any) -> str:
        """Return this page's address with some arguments changed."""
        kept = {k: self.args[k] for k in ("resource", "record", "as_of", "verb", "q")
                if self.args.get(k)}  # fmt: skip
        query = {k: v for k, v in (kept | changes).items() if v not in ("", None)}
        return f"{url_for(endpoint)}?{urlencode(query)}"


def who_page(args: Mapping[str, str]) -> str:
    """Answer the page; a record that the reader does not see is not there, as everywhere."""
    problem = ""
    try:
        answer = _answer(args)
    except Refused as refused:
        problem, answer = str(refused), _answer({**args, "as_of": ""})
    chosen = answer.chosen()
    number = args.get("page", "1")
    page = (
        int(number) if number.isascii() and number.isdigit() and len(number) < len("10000") else 1
    )
    pages = max(1, -(-len(chosen) // SIZE))
    page = min(max(page, 1), pages)
    may_export = current_unit().access.may(WHO, Verb.EXPORT)
    return render_template(
        "web/who.html",
        answer=answer,
        kind=resource_words(answer.resource.key),
        back=way_back(answer.resource, args.get("record")),
        counts=_counts(answer),
        when=_when(answer.day),
        problem=problem,
        typed=args.get("as_of", ""),
        verbs=[("", _("all"), len(answer.everybody))]
        + [(one, verb_words(one), answer.count(one)) for one in answer.actions],
        chosen=len(chosen),
        lines=_lines(chosen[(page - 1) * SIZE : page * SIZE]),
        page=page,
        pages=pages,
        exports=[(fmt, answer.address("web.export_who", format=fmt)) for fmt in ("xlsx", "csv")]
        if may_export
        else [],
    )


def who_file(args: Mapping[str, str]) -> ExportFile:
    """Return everybody whom the filter leaves as a file, and note it in the audit trail."""
    fmt = checked_format(args.get("format", "csv"))
    answer = _answer(args)
    titles = [
        _("Record"), _("As of"), _("Full name"), _("Login"), _("Unit and position"), _("May do"),
        _("Statistics only"), _("Given by"), _("On which data"), _("When"), _("Taken away by"),
    ]  # fmt: skip
    what = f"{resource_words(answer.resource.key)} {answer.label}"
    rows = (_row(what, _when(answer.day), line) for line in _lines(answer.chosen()))
    file = write_file(titles, rows, fmt=fmt, name="who")
    asked = answer.address().partition("?")[2]
    with unit_of_work() as writing:
        audit_export(writing, file, resource=WHO, arguments=asked)
    return file


def _row(what: str, when: str, line: Line) -> list[Any]:
    verbs = [f"{words} ({hours})" if hours else words for words, hours in line.verbs]
    return [
        what, when, line.holder.name, line.holder.login, line.post, join_words(verbs),
        _("yes") if line.holder.only_analyses else "",
        "\n".join(one.words for one in line.by),
        "\n".join(one.data for one in line.by),
        "\n".join(one.period for one in line.by),
        "\n".join(one.words for one in line.against),
    ]  # fmt: skip


def _answer(args: Mapping[str, str]) -> Answer:
    resource = asked_resource(args.get("resource", ""))
    record = asked_record(resource, args.get("record", ""))
    if args.get("verb") and args["verb"] not in resource.actions:
        raise not_found()
    day = _day(args.get("as_of", ""))
    return Answer(
        resource, record, args, day, who_may(current_session(), resource.key, record, day)
    )


def _day(text: str) -> date | None:
    """Read the day; raise Refused for none, and for one gone by: its terms are no longer there."""
    try:
        day = parse_date(text)
    except ValueError as error:
        raise Refused(_("Write the day as 2026-12-31. Shown is now."), status=400) from error
    if day is not None and day < today():
        raise Refused(
            _(
                "Days gone by cannot be told here, because rights that have ended since are not"
                " compiled any more: see the audit trail and the rights of people. Shown is now."
            ),
            status=400,
        )
    if day is not None and is_out_of_sight(day):
        raise Refused(_("Choose a day within a hundred years. Shown is now."), status=400)
    return day


def _when(day: date | None) -> str:
    return format_datetime(now()) if day is None else format_date(day)


def _counts(answer: Answer) -> str:
    only = sum(one.only_analyses for one in answer.everybody)
    sees, changes = answer.count(Verb.QUERY), answer.count(Verb.UPDATE)
    said = [ngettext("%(num)s person sees it", "%(num)s people see it", sees)]
    if Verb.UPDATE in answer.actions:
        said.append(ngettext("%(num)s may change it", "%(num)s may change it", changes))
    if only:
        said.append(
            ngettext(
                "%(num)s only has it in statistics", "%(num)s only have it in statistics", only
            )
        )
    return join_words(said)


def _lines(holders: Iterable[Holder]) -> list[Line]:
    """Say people in words; what several share is asked for once."""
    people = list(holders)
    terms = [term for one in people for term in (*one.by, *one.against)]
    spelt = {id(t): part for t, part in zip(terms, spelled(current_session(), terms), strict=True)}
    known: dict[tuple[Any, int | None], str] = {}

    def source(term: Term, employee_id: int | None) -> Source:
        key = spelt[id(term)], employee_id
        if not any(name == "owner" for name, _keys in key[0].dimensions):
            key = key[0], None
        if key not in known:
            known[key] = range_in_words(key[0], of=key[1])
        words = localized(dict(term.source)) if term.source else _("a right without a source")
        return Source(words, known[key], window_words(term))

    return [
        Line(
            one,
            join_words(part for part in (localized(one.unit), localized(one.post)) if part),
            [(verb_words(verb), _hours(spans)) for verb, spans in one.verbs.items()],
            _distinct(source(term, one.employee_id) for term in one.by),
            _distinct(source(term, one.employee_id) for term in one.against),
        )
        for one in people
    ]


def _distinct(sources: Iterable[Source]) -> list[Source]:
    return list(dict.fromkeys(sources))


def _hours(spans: Sequence[Any]) -> str:
    zone = site_zone()
    said = []
    for begin, end in spans:
        first, last = begin.astimezone(zone), end.astimezone(zone)
        closing = "24:00" if last.date() > first.date() else f"{last:%H:%M}"
        said.append(f"{first:%H:%M}–{closing}")
    return join_words(said)
