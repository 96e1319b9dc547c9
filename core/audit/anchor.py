"""What must lie outside the database: the sealing key, and the head of the chain."""

import json
import os

from flask import current_app

from core.config import Config

KEY_FILE = "audit.key"
ANCHOR_FILE = "audit.anchor"


def seal_key() -> bytes:
    """Return the sealing key of this site, made at first use."""
    return _config().key_file(KEY_FILE)


def keep_anchor(seal_id: int, mac: str) -> None:
    """Note the newest seal beside the database, so that cutting off the end shows."""
    path = _config().instance / ANCHOR_FILE
    known = read_anchor()
    if known is not None and known[0] >= seal_id:
        return
    temporary = path.with_name(f"{ANCHOR_FILE}.{os.getpid()}")
    temporary.write_text(json.dumps({"seal": seal_id, "mac": mac}), encoding="utf-8")
    temporary.replace(path)


def read_anchor() -> tuple[int, str] | None:
    """Return (seal id, mac) of the newest seal that this server knows of."""
    path = _config().instance / ANCHOR_FILE
    if not path.exists():
        return None
    kept = json.loads(path.read_text(encoding="utf-8"))
    return int(kept["seal"]), str(kept["mac"])


def _config() -> Config:
    config: Config = current_app.config["SUNMAO"]
    return config
