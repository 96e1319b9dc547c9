"""Everything that tests share comes from the plugin that integrators may use as well."""

pytest_plugins = ["core.testing.plugin"]
