"""Typed settings that add-ons declare and administrators change."""
