"""Who may see and do what: declarations, compiled terms, and the wall around every query."""
