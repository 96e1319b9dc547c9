"""Remarks on records, people mentioned in them, and who follows a record."""
