"""The shared vocabulary: frozen dataclasses that hooks return and that add-ons speak through."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Literal

from sqlalchemy import Select

type_Title = Any  # noqa: N816 - an alias that reads as a type; a lazy string of core.i18n, or a plain str


class Verb(StrEnum):
    """The actions that every resource may declare; an add-on adds domain verbs as plain strings."""

    QUERY = "query"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    ANALYSE = "analyse"
    EXPORT = "export"
    IMPORT = "import"
    ASSIGN = "assign"
    CORRECT = "correct"
    CONFIGURE = "configure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A kind of record that rights speak of.

    `key` is "<addon>.<noun>"; `model` is the mapped class (None for pages without rows);
    `label(row)` gives the words for one record; `endpoint` shows one record and takes its id in
    the argument `record_id`; `dimensions` are the scope dimensions that its rows really carry;
    `sensitive` are field names masked without a field right; `participants` makes
    `core_participant` count.

    `gives_to`: under `assign` alone a row may be stored for, and moved to, other owners and units.
    `columns_under` names verbs that alone let the listed columns be changed, and no others; what
    it lists for `assign` may change in the same flush as the scope. `hand_over(from, to, reason)`
    gives all that one employee owns to another and returns the number of rows; it is called when
    somebody leaves, and refuses in the same words as its own page.
    """

    key: str
    title: type_Title
    model: type[Any] | None = None
    label: Callable[[Any], str] | None = None
    endpoint: str | None = None
    actions: tuple[str, ...] = (Verb.QUERY,)
    dimensions: tuple[str, ...] = ("org", "customer", "owner")
    sensitive: tuple[str, ...] = ()
    gives_to: bool = False
    columns_under: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    hand_over: Callable[[int, int, str], int] | None = None
    participants: bool = False
    minimum_group: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeRule:
    """A rule that yields keys of a dimension (customers of grade A, of an industry subtree …).

    `columns` are the attributes of the dimension's model on which it depends: when one of them
    changes, sets of keys made by the rule follow in the same commit.
    """

    key: str
    title: type_Title
    select_keys: Callable[[Any], Select[Any]]
    columns: tuple[str, ...] = ()
    choices: Callable[[], Sequence[tuple[str, str]]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """One axis of data ranges; `column` is the scope column that rows carry for it.

    `labels_of(keys)` gives the words of keys; it may leave out a key that another one covers.
    `model` is the class whose ids are the keys; a dimension with rules needs it. `find(texts)`
    returns the keys that people mean by codes or names, of those that the actor may see.
    """

    key: str
    title: type_Title
    column: str
    labels_of: Callable[[Sequence[int]], Mapping[int, str]]
    model: type[Any] | None = None
    find: Callable[[Sequence[str]], Mapping[str, int]] | None = None
    rules: tuple[RangeRule, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Where rights come from while its add-on is on, instead of the built-in rules.

    `drafts(session, user_ids)` yields `core.access.drafts.Draft` objects: the terms of these
    accounts, or of everybody if None; the session has no limits. `hangs_on(session, employee_ids)`
    returns further employees whose rights change with the posts of these, `hangs_on_tree(session)`
    the users whose rights change with the tree of units, None for everybody;
    `hangs_on_users(session, user_ids)` further users whose rights change with those of these.
    """

    key: str
    drafts: Callable[[Any, Sequence[int] | None], Iterable[Any]]
    hangs_on: Callable[[Any, set[int]], set[int]] | None = None
    hangs_on_tree: Callable[[Any], set[int] | None] | None = None
    hangs_on_users: Callable[[Any, set[int]], set[int]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuItem:
    """An entry of the sidebar, shown when its endpoint exists, is enabled and `needs` is held.

    `when` is asked besides with the reader's AccessContext; its answer may depend on rights and on
    the add-ons that are on, for menus are kept until one of these changes.

    `section="create"` puts it under the plus of the top bar instead: a page that makes something;
    `section="account"` behind the reader's name.
    `searches` is the `ListSpec` of the page; the search box then finds its records.
    """

    title: type_Title
    endpoint: str
    needs: tuple[str, str] | None = None
    icon: str = "module"
    section: Literal["personal", "business", "management", "system", "create", "account"] = (
        "business"
    )
    order: int = 100
    parent: str | None = None  # endpoint of the entry under which this one is folded
    when: Callable[[Any], bool] | None = None
    searches: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A fragment for a named place in somebody else's page.

    `render(record)` returns safe HTML; for tabs, `count(record)` may give the figure beside the
    title. Both run in the request's unit of work and must not raise for a missing right.
    """

    place: str
    key: str
    title: type_Title
    render: Callable[[Any], str]
    count: Callable[[Any], int] | None = None
    needs: tuple[str, str] | None = None
    order: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingDef:
    """A typed setting; `key` is "<addon>.<name>".

    `guard(key, old, new)` is called before a change is stored; what it raises refuses it.
    """

    key: str
    title: type_Title
    type: Literal["bool", "int", "decimal", "text", "choice"]
    default: Any
    help: type_Title = ""
    choices: tuple[tuple[str, type_Title], ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    guard: Callable[[str, Any, Any], None] | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Act:
    """A service that a site may give to several people at once; made by `core.consent.by_several`.

    `name` is "<addon>.<word>"; `needs` the (resource, verb) that the service demands; `run` the
    service itself; `record` the argument that names a record of that resource, if one does.
    `concerns(**arguments)` tells whether these arguments matter (None: all do), `summary` says in
    words what they mean, `depends` returns what else the outcome hangs on, as JSON. How many people
    it takes says `setting`, which the owner gets with it, or `people(**arguments)`.
    """

    name: str
    title: type_Title
    needs: tuple[str, str]
    run: Callable[..., Any]
    record: str = ""
    concerns: Callable[..., bool] | None = None
    summary: Callable[..., str] | None = None
    depends: Callable[..., Any] | None = None
    setting: SettingDef | None = None
    people: Callable[..., int] | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """What one step of a job returns: the cursor of the next one, or `done`.

    `effect(session)` runs in the commit that stores the cursor; a job that `reads_only` has no
    other way to write.
    """

    cursor: Mapping[str, Any] = field(default_factory=dict)
    done: bool = False
    progress: tuple[int, int] | None = None  # (finished, total)
    note: str = ""
    effect: Callable[[Any], None] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobDef:
    """A kind of job; `step(job)` runs inside one unit of work and returns a Step.

    `every` makes it a schedule that fires once an interval under the system actor. The steps of
    one that `reads_only` run in a reading unit and keep no writer waiting. `moved(session, job_id,
    state)` runs in the commit that makes a job "dead", "cancelled" or, run again, "pending".
    """

    kind: str
    title: type_Title
    step: Callable[[Any], Step]
    every: timedelta | None = None
    lease: timedelta = timedelta(seconds=30)
    max_attempts: int = 5
    reads_only: bool = False
    moved: Callable[[Any, int, str], None] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventType:
    """A kind of thing that happens; `resource` is the kind of record it is about."""

    key: str
    title: type_Title
    resource: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened, as stored in `core_event`; `payload` is small JSON."""

    type: str
    record_id: int
    at: datetime
    payload: Mapping[str, Any] = field(default_factory=dict)
    actor_user_id: int | None = None
    event_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A countable fact.

    `facts(period)` (YYYYMM) gives a Select with exactly the columns subject_id (employee),
    org_id, occurred_on, num, den, weight, ref, title, changed_at; the core adds the range and
    derives value, roll-up, evidence and change test from that one select.
    """

    key: str
    title: type_Title
    resource: str
    facts: Callable[[int], Select[Any]]
    unit: type_Title = ""
    aggregate: Literal["sum", "ratio"] = "sum"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportColumn:
    """A column that an import understands; `aliases` are headings that map to it by themselves."""

    name: str
    title: type_Title
    required: bool = False
    aliases: tuple[str, ...] = ()
    help: type_Title = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """What an add-on can take in from a file.

    `apply(session, row, options)` gets one mapped row (column name → text) and returns
    "created", "updated" or "unchanged"; it raises Refused with `fields` for a bad row. It must be
    idempotent: the same row again is "unchanged".

    `apply_many(session, rows, options)` may do the same for many rows in one go (it can fetch
    what they need at once); it returns one of those words, or the Refused, for each row in order.
    When it raises Refused or breaks a constraint, its work is undone and `apply` is called row by
    row.
    """

    key: str
    title: type_Title
    resource: str
    columns: tuple[ImportColumn, ...]
    apply: Callable[[Any, Mapping[str, str], Mapping[str, Any]], str]
    apply_many: (
        Callable[[Any, Sequence[Mapping[str, str]], Mapping[str, Any]], Sequence[Any]] | None
    ) = None
    presets: tuple[tuple[str, Mapping[str, str]], ...] = ()
