"""Joint confirmation: acts that are done only when several people want them (n-eyes)."""
