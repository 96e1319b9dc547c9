"""The search over everything that the reader may see and do: pages, acts and records."""
