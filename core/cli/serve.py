"""`sunmao serve`: the site in one process, for a demonstration or a small site."""

import click
from flask import current_app
from flask.cli import with_appcontext
from waitress import serve as serve_wsgi

from core.cli.schema import tell_of_left_out
from core.jobs.worker import start_worker
from core.server_process import tune_collector


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
@click.option("--threads", default=4, show_default=True, type=click.IntRange(1, 64))
@with_appcontext
def serve(*, host: str, port: int, threads: int) -> None:
    """Serve the site until Ctrl-C; production uses `gunicorn wsgi:app` behind a proxy."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
    tune_collector()
    start_worker(app)
    tell_of_left_out()
    click.echo(f"Sunmao 榫卯: http://{host}:{port}/   (Ctrl-C ends it)")
    serve_wsgi(app, host=host, port=port, threads=threads, ident=None)
