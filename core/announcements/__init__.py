"""Announcements of maintenance: a quiet bar for everybody, from one instant until another."""
