"""What the site is made of declares itself: routes, tables, texts of rights, migrations."""

import pytest

from core.access.declarations import Child, Protected, Scoped
from core.access.decorators import check_routes, declaration_of
from core.addons import lifecycle, schema
from core.addons.registry import registry
from core.audit.recording import is_audited, resource_key
from core.audit.values import audited_fields
from core.audit.words import table_titles
from core.database import Model
from core.errors import ProgrammingFault
from core.i18n import force_locale


def test_every_route_says_who_may_use_it(app):
    check_routes(app)
    assert sum(declaration_of(view) is not None for view in app.view_functions.values()) > 50


def test_a_silent_route_is_found(app, monkeypatch):
    endpoint = next(one for one in app.view_functions if one.endswith(".index"))
    monkeypatch.setitem(app.view_functions, endpoint, lambda: "silent")
    with pytest.raises(ProgrammingFault, match=endpoint):
        check_routes(app)


def test_every_right_that_a_route_needs_is_declared(app):
    known = {
        (resource.key, str(action))
        for resource in registry().resources.values()
        for action in resource.actions
    }
    needed = {
        declared[1:]
        for view in app.view_functions.values()
        if (declared := declaration_of(view)) and declared[0] == "needs"
    }
    assert needed <= known


def test_every_table_says_who_sees_its_rows(app):
    shipped = [
        m.class_ for m in Model.registry.mappers if m.class_.__module__[:5] in {"core.", "addon"}
    ]
    assert len(shipped) > 20
    silent = [
        one.__name__
        for one in shipped
        if not issubclass(one, Protected) and getattr(one, "__access__", None) is None
    ]
    assert not silent


def test_every_table_carries_the_name_of_its_owner(app):
    owners = {"core", *registry().loaded}
    foreign = [
        one.class_.__tablename__
        for one in Model.registry.mappers
        if one.class_.__module__[:5] in {"core.", "addon"}
        and one.class_.__tablename__.partition("_")[0] not in owners
    ]
    assert not foreign


def test_a_foreign_key_stays_with_its_owner_the_core_or_a_declared_dependency(app):
    wrong = []
    for table in Model.metadata.tables.values():
        owner = table.name.partition("_")[0]
        manifest = registry().loaded.get(owner)
        allowed = {owner, "core", *(manifest.depends if manifest else ())}
        for key in table.foreign_keys:
            target = key.target_fullname.partition("_")[0]
            if owner in {"core", *registry().loaded} and target not in allowed:
                wrong.append(f"{table.name} → {key.target_fullname}")
    assert not wrong


def test_every_field_whose_changes_are_kept_is_named(app):
    silent = []
    for mapper in Model.registry.mappers:
        if mapper.class_.__module__[:5] not in {"core.", "addon"} or not is_audited_class(mapper):
            continue
        columns = {one.key: one.columns[0] for one in mapper.column_attrs}
        silent += [
            f"{mapper.class_.__name__}.{name}"
            for name in audited_fields(mapper)
            if "title" not in columns[name].info
        ]
    assert not silent


def is_audited_class(mapper):
    kept = getattr(mapper.class_, "__audited__", False)
    return kept or issubclass(mapper.class_, Scoped | Child)


def test_every_title_of_the_registry_has_both_languages(app):
    titles = {
        "resources": [one.title for one in registry().resources.values()],
        "dimensions": [one.title for one in registry().dimensions.values()],
        "menus": [one.title for one in registry().menus()],
        "settings": [one.title for one in registry().settings()],
        "measures": [one.title for one in registry().measures()],
        "jobs": [one.title for one in registry().jobs()],
        "exchanges": [one.title for one in registry().exchanges()],
    }
    unsaid = []
    for kind, many in titles.items():
        for title in many:
            with force_locale("en"):
                english = str(title)
            with force_locale("zh_Hans_CN"):
                chinese = str(title)
            if not english or not any("\u4e00" <= one <= "\u9fff" for one in chinese):
                unsaid.append(f"{kind}: {english!r}")
    assert not unsaid


def test_the_migrations_make_exactly_the_tables_of_the_models(site, app):
    config = lifecycle.site_config()
    owners = {schema.CORE: "", **{n: m.package for n, m in registry().loaded.items()}}
    for owner, package in owners.items():
        history = schema.history_of(owner, package)
        assert len(history.heads()) == 1, f"{owner} has no single newest migration"
        assert schema.current(config, history) == history.heads()[0]
        assert schema.differences(config, history) == []


def test_whatever_is_audited_is_named_in_words(app):
    """The trail calls what is no resource of its own by the title of its table."""
    named = registry().resources.keys() | table_titles().keys()
    audited = [one.class_ for one in Model.registry.mappers if is_audited(one.class_)]
    assert len(audited) > 10
    assert [one.__name__ for one in audited if resource_key(one) not in named] == []
