"""Addresses that a request brings: only paths of this site are followed."""

from urllib.parse import urlsplit

from flask import request


def local_path(address: str | None) -> str:
    """Return `address` if it is a path of this site, else the start page; no open redirects."""
    text = address or ""
    plain = text.startswith("/") and not text.startswith("//") and "\\" not in text
    return text if plain and text.isprintable() else "/"


def came_from() -> str | None:
    """Return the page of this site that led here, as a path; None for other sites and none."""
    try:
        parts = urlsplit(request.referrer or "")
    except ValueError:
        return None
    if parts.netloc.lower() != request.host.lower():
        return None
    path = local_path(parts.path)
    return f"{path}?{parts.query}" if parts.query else path
