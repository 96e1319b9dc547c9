"""The WSGI entry point: `gunicorn wsgi:app`."""

import gc

gc.disable()  # nothing that is imported is garbage; looking through it costs a tenth of a start

from core.app import create_app  # noqa: E402

app = create_app()
gc.enable()
