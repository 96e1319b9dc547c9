"""The web face: shell, lists, forms, record pages, errors, headers, static files."""

from core.web.configure import configure_web

__all__ = ["configure_web"]
