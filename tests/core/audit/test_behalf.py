"""For whom an act was done is sealed, and rows sealed before there were substitutes still fit."""

import hashlib
import hmac
import json
from types import SimpleNamespace

from core.audit.sealing import FIELDS, row_mac
from core.clock import now

KEY = b"key"
ROW = dict.fromkeys(FIELDS, "x") | {"at": now(), "for_user_id": None, "for_label": None}


def mac(**more):
    return row_mac(KEY, SimpleNamespace(**{**ROW, **more}))


def test_a_row_without_a_substitute_keeps_the_seal_that_it_had():
    values = [ROW[name] for name in FIELDS if not name.startswith("for_")]
    values[1] = ROW["at"].isoformat()
    said = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert mac() == hmac.new(KEY, said.encode(), hashlib.sha256).hexdigest()


def test_for_whom_is_sealed():
    seen = {mac(), mac(for_user_id=7), mac(for_user_id=7, for_label="Ann"), mac(for_label="Ann")}
    assert len(seen) == 4
