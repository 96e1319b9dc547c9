"""The WSGI entry point: `gunicorn wsgi:app`."""

import gc
import os

os.environ.setdefault("PYTZ_SKIPEXISTSCHECK", "1")  # or each of its 600 files is opened first
gc.disable()  # nothing that is imported is garbage; each look through it costs a tenth of a start

from core.app import create_app  # noqa: E402

app = create_app()
gc.freeze()  # or the next object would bring the first look
gc.enable()
