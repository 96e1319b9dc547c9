"""Background work: a table that is queue, outbox and timer at once."""
