"""The life of add-ons: manifests, dependency graph, probe, registry, gate, schema and lifecycle."""
