"""Headers that every answer carries: content security, framing, referrer, caching."""

import secrets

from flask import Flask, Response, g, request

from core.actor import current_actor
from core.config import Config
from core.web.assets import script_sources

PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
HALF_A_YEAR = 15_552_000


def content_security_policy(config: Config) -> str:
    """Return the policy: nothing inline, nothing from elsewhere but the listed script files."""
    scripts = " ".join(("'self'", *script_sources(config)))
    return (
        f"default-src 'self'; script-src {scripts}; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; font-src 'self'; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    )


def request_id() -> str:
    """Return the number of this request, the same in header, log and error pages."""
    found: str | None = g.get("request_id")
    if found is None:
        token = secrets.token_hex(4).upper()
        found = f"{token[:4]}-{token[4:]}"
        g.request_id = found
    return found


def configure_headers(app: Flask) -> None:
    """Set the headers on every answer."""
    config: Config = app.config["SUNMAO"]
    fixed = {
        "Content-Security-Policy": content_security_policy(config),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": PERMISSIONS,
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    if config.secure_cookies:
        fixed["Strict-Transport-Security"] = f"max-age={HALF_A_YEAR}; includeSubDomains"

    @app.after_request
    def set_headers(response: Response) -> Response:
        for name, value in fixed.items():
            response.headers.setdefault(name, value)
        response.headers["X-Request-Id"] = request_id()
        location = response.headers.get("Location", "")
        if location.startswith(request.host_url):  # the sender chose that name
            response.headers["Location"] = location[len(request.host_url) - 1 :]
        if current_actor().is_signed_in or "Cache-Control" not in response.headers:
            kept = response.headers.get("Cache-Control", "")
            if "immutable" not in kept:
                response.headers["Cache-Control"] = "no-store"
        return response
