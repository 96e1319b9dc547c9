"""Templates compiled once for all processes: kept beside the site, not made anew at every start."""

import contextlib
from pathlib import Path

from flask import Flask
from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket


class _Kept(FileSystemBytecodeCache):
    """Compiled templates in a folder that nobody else may write; a full disk costs only time."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep one template if that can be done."""
        with contextlib.suppress(OSError):
            super().dump_bytecode(bucket)


def configure_compiled_templates(app: Flask) -> None:
    """Keep compiled templates under instance/cache; a changed source is compiled again."""
    folder: Path = app.config["SUNMAO"].instance / "cache" / "templates"
    with contextlib.suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        app.jinja_env.bytecode_cache = _Kept(str(folder))
