"""A list whose address cannot be read keeps its head and says what to mend."""

from flask import Response, render_template, request

from core.errors import DomainError
from core.web.errors import wants_json
from core.web.list_spec import ListSpec


def refused_list(spec: ListSpec, error: DomainError) -> Response:
    """Answer the page of a list without its rows; raise the error for programs and refusals."""
    unread = 400
    if error.status != unread or wants_json():
        raise error
    page = render_template(
        "web/list_refused.html",
        spec=spec,
        message=str(error),
        everything=request.path,
        search=request.args.get("q", "")[:200],
    )
    return Response(page, unread)
