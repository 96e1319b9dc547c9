"""Addresses that a request brings: only paths of this site are followed."""


def local_path(address: str | None) -> str:
    """Return `address` if it is a path of this site, else the start page; no open redirects."""
    text = address or ""
    plain = text.startswith("/") and not text.startswith("//") and "\\" not in text
    return text if plain and text.isprintable() else "/"
