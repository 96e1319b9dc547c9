"""Answer 404 for every address of an add-on that is off, in all workers at once.

The wrapper reads the address before Flask does and pins the request's EnabledSet, at most the
time-to-live old. The hook that follows the identity compares it with the version that came with
the session, so that signed-in requests are exact. An add-on that is off is *unmatched*: the request
goes on as if no route existed, whatever its method, and meets the app's ordinary 404.
"""

from typing import TYPE_CHECKING, Any

from flask import Flask, g, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from core.actor import current_actor
from core.addons.enabled import EnabledSet
from core.addons.registry import Registry, registry
from core.addons.workers import configure_workers
from core.contributions import Verb
from core.errors import DomainError
from core.i18n import gettext as _
from core.unit_of_work import current_unit
from core.web.typed import had_files, is_own_form, typed_fields

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PINNED = "sunmao.enabled_set"
API = "/api/v1/"


class Gate:
    """The WSGI wrapper: pins the set for addresses of add-ons; other addresses pass untouched."""

    def __init__(self, app: "WSGIApplication", found: Registry) -> None:
        self._app = app
        self._registry = found

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Any:
        """Pin what is on; an add-on that seems off is asked for anew, so that "off" is exact."""
        name = addon_of(environ.get("PATH_INFO", ""))
        found = self._registry
        if name in found.known:
            enabled = found.switchboard.current()
            if name not in enabled:
                enabled = found.switchboard.current(fresh=True)
            environ[PINNED] = enabled
        return self._app(environ, start_response)


def addon_of(path: str) -> str:
    """Return the first segment of an address (behind /api/v1/ for the programming interface)."""
    if path.startswith(API):
        path = path[len(API) - 1 :]
    return path[1:].partition("/")[0]


def configure_gate(app: Flask) -> None:
    """Wrap the app, and put the two hooks before everything and right behind the identity."""
    found: Registry = app.extensions["sunmao"]
    app.wsgi_app = Gate(app.wsgi_app, found)  # type: ignore[method-assign]
    found.known = watched_names(found)
    hooks = app.before_request_funcs.setdefault(None, [])
    hooks.insert(found.hooks_before, follow_identity)
    hooks.insert(0, unmatch_if_off)
    configure_workers(app)


def watched_names(found: Registry) -> frozenset[str]:
    """Return the names whose addresses can be switched off; never one that the core itself uses."""
    taken = {addon_of(rule.rule) for rule in found.app.url_map.iter_rules()}
    offered = found.catalogue.manifests.keys()
    return frozenset(name for name in offered if name in found.plugged or name not in taken)


def unmatch_if_off() -> None:
    """First hook of all: hide the route of an add-on that is off from every later hook."""
    pinned = request.environ.get(PINNED)
    if pinned is not None:
        g.enabled_set = pinned
        _unmatch_unless(pinned)


def follow_identity() -> ResponseReturnValue | None:
    """Be exact for a request whose session has told the version; show the kind page if off."""
    epoch = g.get("epoch")
    found = registry()
    if epoch is not None:
        exact = found.switchboard.exact(epoch.module_version)
        if exact is not g.get("enabled_set"):
            g.enabled_set = exact
            _unmatch_unless(exact)
    name = g.get("switched_off")
    if name is None or not current_actor().is_signed_in:
        return None
    title, fault = found.title_of(name), found.faults.get(name)
    if request.path.startswith(API):
        words = _("“%(title)s” is disabled. Its data is kept.", title=title)
        if fault is not None:
            words = _("“%(title)s” cannot be used just now. Its data is kept.", title=title)
        raise DomainError(words, status=404)
    page = render_template(
        "addons/switched_off.html",
        name=name,
        title=title,
        fault=fault,
        mends=fault is not None and current_unit().access.may("core.addon", Verb.CONFIGURE),
        typed=typed_fields() if is_own_form() else [],
        files=had_files(),
    )
    return page, 404


def _unmatch_unless(enabled: EnabledSet) -> None:
    name = addon_of(request.path)
    if name not in registry().known or name in enabled:
        return
    g.switched_off = name
    request.url_rule = None
    request.view_args = None
    request.routing_exception = NotFound()
