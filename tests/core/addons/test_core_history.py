"""The core's own migrations, on both databases."""

from sqlalchemy import Column, Integer, Table, inspect

from core.addons import lifecycle, schema
from core.addons.registry import registry
from core.database import Model


def test_the_migrations_of_the_core_make_exactly_what_its_models_say(app):
    config = lifecycle.site_config()
    assert schema.differences(config, schema.history_of(schema.CORE)) == []


def test_the_migrations_of_every_shipped_addon_make_exactly_what_its_models_say(app):
    config = lifecycle.site_config()
    for name, manifest in registry().loaded.items():
        history = schema.history_of(name, manifest.package)
        assert schema.is_current(config, history), name
        assert schema.differences(config, history) == [], name


def test_a_difference_would_be_seen(app):
    """The check above is not blind: a table that no migration makes is reported."""
    config, history = lifecycle.site_config(), schema.history_of(schema.CORE)
    planted = Table("core_planted", Model.metadata, Column("id", Integer, primary_key=True))
    try:
        assert any("core_planted" in str(one) for one in schema.differences(config, history))
    finally:
        Model.metadata.remove(planted)


def test_every_history_goes_down_and_up_again(app, site):
    """Add-ons first, then the core: what is left is an empty database."""
    site.touch()
    config = lifecycle.site_config()
    histories = [
        schema.history_of(name, manifest.package)
        for name, manifest in reversed(registry().loaded.items())
    ]
    histories.append(schema.history_of(schema.CORE))
    for history in histories:
        schema.downgrade(config, history, to="base")
    assert inspect(schema.schema_engine(config)).get_table_names() == []
    for history in reversed(histories):
        schema.upgrade(config, history)
        assert schema.is_current(config, history)
        assert schema.differences(config, history) == []
