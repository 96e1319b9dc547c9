"""The demonstration site: an invented department on which everything can be tried."""
