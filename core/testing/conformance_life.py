"""Conformance of an add-on's life: migrations there and back, off and on, purge and anew."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import DateTime, MetaData, Table, inspect, select

from core.actor import acting_as, system_actor
from core.addons import lifecycle, schema
from core.addons.registry import registry
from core.testing.client import signed_in_client
from core.testing.crawling import routes
from core.testing.subject import Subject

OPERATOR = system_actor("conformance")


def migration_faults(subject: Subject) -> list[str]:
    """Go down to nothing and up again; return where tables and models differ."""
    subject.site.touch()
    config, found = subject.site.app.config["SUNMAO"], []
    histories = [_history(subject, name) for name in subject.family]
    own = histories[-1]
    if len(own.heads()) != 1 and subject.own("models"):
        return [f"{subject.name} has {len(own.heads())} newest migrations instead of one"]
    found += [f"the models and the first way up differ: {d}" for d in _differing(subject, own)]
    for history in histories:
        schema.downgrade(config, history, to="base")
    found += [f"the way down leaves {name}" for name in _tables(subject, subject.name)]
    for history in reversed(histories):
        schema.upgrade(config, history)
    return found + [
        f"the models and the second way up differ: {d}" for d in _differing(subject, own)
    ]


def _differing(subject: Subject, history: schema.History) -> list[str]:
    config = subject.site.app.config["SUNMAO"]
    return [str(one) for one in schema.differences(config, history)]


def _history(subject: Subject, name: str) -> schema.History:
    return schema.history_of(name, subject.registry.loaded[name].package)


def switch_faults(subject: Subject) -> list[str]:
    """Switch it off and on again; return pages that answer while it is off, and changed tables."""
    boss = signed_in_client(subject.app, subject.make.administrator())
    before = {name: checksums(subject, name) for name in subject.family}
    with _operating(subject):
        for name in subject.family:
            lifecycle.disable(name)
        registry().switchboard.forget()
        found = [
            f"{path} answers {status} while the add-on is off"
            for _endpoint, _declared, path in routes(subject.app, "GET", below=subject.roots)
            if (status := boss.get(path).status_code) != 404
        ]
        for name in reversed(subject.family):
            lifecycle.enable(name)
    return found + _changed(subject, before)


def purge_faults(subject: Subject) -> list[str]:
    """Purge it and install it afresh; return what is left, what others lost, what is not whole."""
    fresh = {name: checksums(subject, name, instants=False) for name in subject.family}
    others = {n: checksums(subject, n) for n in subject.registry.loaded if n not in fresh}
    with _operating(subject):
        for name in subject.family:
            lifecycle.disable(name)
            lifecycle.uninstall(name)
            lifecycle.purge(name, confirmation=name)
        found = [f"the purge leaves {name}" for name in _tables(subject, subject.name)]
        for name in reversed(subject.family):
            lifecycle.enable(name)
    return found + _changed(subject, fresh, instants=False) + _changed(subject, others)


def _changed(
    subject: Subject, before: dict[str, dict[str, str]], *, instants: bool = True
) -> list[str]:
    found = []
    for name, old in before.items():
        new = checksums(subject, name, instants=instants)
        found += [t for t in sorted(old.keys() | new.keys()) if old.get(t) != new.get(t)]
    return [f"{table} is not what it was before" for table in found]


@contextmanager
def _operating(subject: Subject) -> Iterator[None]:
    """Act as the operator; acts on add-ons also write past the session."""
    subject.site.touch()
    with acting_as(OPERATOR):
        yield
    registry().switchboard.forget()


def checksums(subject: Subject, addon: str, *, instants: bool = True) -> dict[str, str]:
    """Return a hash of the rows of each table of an add-on, in the order of their keys.

    Without `instants` it leaves out when something was made, as for what is installed afresh.
    """
    found = {}
    config = subject.site.app.config["SUNMAO"]
    with schema.schema_engine(config).connect() as connection:
        for name in _tables(subject, addon):
            table = Table(name, MetaData(), autoload_with=connection, resolve_fks=False)
            wanted = [c for c in table.columns if instants or not isinstance(c.type, DateTime)]
            statement = select(*wanted).order_by(*table.primary_key.columns)
            rows = [tuple(row) for row in connection.execute(statement)]
            found[name] = hashlib.sha256(repr(rows).encode()).hexdigest()
    return found


def _tables(subject: Subject, addon: str) -> list[str]:
    history = _history(subject, addon)
    names = inspect(schema.schema_engine(subject.site.app.config["SUNMAO"])).get_table_names()
    return sorted(name for name in names if history.owns(name))
