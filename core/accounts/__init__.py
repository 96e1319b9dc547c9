"""Accounts: users, server-side sessions, sign-in, passwords and their throttling."""
