"""Addresses that a request brings: only paths of this site are followed."""

from urllib.parse import urlsplit

from flask import g, request, url_for


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


def back_to_list(endpoint: str) -> str:
    """Return a list's address as the reader left it to come here, filters and page included."""
    plain = url_for(endpoint)
    for address in (local_path(request.args.get("back")), came_from()):
        if address is not None and address.startswith(f"{plain}?"):
            g.back_to_list = address
            return address
    return plain
