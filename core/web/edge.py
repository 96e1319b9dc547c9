"""The edge of the site: checks before any view runs, and the headers of every answer."""

import secrets
from collections.abc import Iterable
from urllib.parse import urlsplit

from flask import Flask, Request, Response, g, request
from werkzeug.exceptions import NotFound, UnsupportedMediaType
from werkzeug.sansio.utils import host_is_trusted

from core.actor import current_actor
from core.config import Config, site_config
from core.errors import DomainError
from core.i18n import gettext as _
from core.web.assets import script_sources

OWN_PAGES = ("same-origin", "none")
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
MAX_QUERY_BYTES = 8_192
MAX_PARAMETERS = 400
MAX_VALUE = 2_000
MAX_INTEGER = 2**31 - 1
PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
HALF_A_YEAR = 15_552_000


def comes_from_elsewhere(sent: Request) -> bool:
    """Tell whether the browser says that another site's page sends this; old ones say nothing."""
    site = sent.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in OWN_PAGES
    origin = sent.headers.get("Origin")
    if origin is None:
        return False
    try:
        return urlsplit(origin).netloc.lower() != sent.host.lower()
    except ValueError:
        return True


def comes_from_here(sent: Request) -> bool:
    """Tell whether the browser vouches that a page of this site sends this."""
    told = "Sec-Fetch-Site" in sent.headers or "Origin" in sent.headers
    return told and not comes_from_elsewhere(sent)


def check_media_type(sent: Request) -> None:
    """Raise 415 for a body that is no form: pages read nothing else."""
    if sent.mimetype and sent.mimetype not in FORMS:
        raise UnsupportedMediaType


def check_host() -> None:
    """Refuse a request for a name that is not this site's, where `trusted_hosts` lists them."""
    names = site_config().trusted_hosts
    if not request.host or (names and not host_is_trusted(request.host.lower(), names)):
        raise DomainError(_("This site does not answer under this name. Check the address."))


def check_edge() -> None:
    """Refuse with 400 what is malformed and with 404 ids that no record can have."""
    check_host()
    if len(request.query_string) > MAX_QUERY_BYTES:
        raise DomainError(_("The address is too long. Remove some filters and try again."))
    pairs = list(request.args.items(multi=True))
    if len(pairs) > MAX_PARAMETERS:
        raise DomainError(_("The address holds too many parameters."))
    for name, value in pairs:
        if len(value) > MAX_VALUE or len(name) > MAX_VALUE:
            raise DomainError(_("A value in the address is too long."))
    check_text((request.path,))
    check_text(part for pair in pairs for part in pair)
    check_ids()
    if request.routing_exception is None and request.method in {"POST", "PUT", "PATCH"}:
        check_text(part for pair in request.form.items(multi=True) for part in pair)
        check_text(file.filename or "" for _name, file in request.files.items(multi=True))


def check_text(parts: Iterable[str]) -> None:
    """Refuse NUL and lone surrogates: no database column can hold them."""
    for text in parts:
        if text.isascii():
            if "\0" in text:
                raise DomainError(_("The input holds a character that cannot be stored (NUL)."))
            continue
        if "\0" in text or any("\ud800" <= char <= "\udfff" for char in text):
            raise DomainError(_("The input holds a character that cannot be stored."))


def check_ids() -> None:
    """Answer 404 for an integer in the path beyond what an id can be."""
    for value in (request.view_args or {}).values():
        if isinstance(value, int) and value > MAX_INTEGER:
            raise NotFound


def configure_edge(app: Flask) -> None:
    """Run the checks behind the identity, so that refusals wear the reader's shell."""
    app.before_request(check_edge)


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
