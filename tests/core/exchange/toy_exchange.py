"""A toy import of notes: by code, idempotent; row by row and as a batch."""

import time

from sqlalchemy import select

from core.contributions import Exchange, ImportColumn
from core.errors import Refused
from core.i18n import lazy_gettext as _l
from tests.core.jobs.toys import Note

COLUMNS = (
    ImportColumn(name="code", title=_l("Number"), required=True, aliases=("Code", "客户编号")),
    ImportColumn(name="text", title=_l("Note"), required=True, aliases=("Words",)),
)


def apply(session, row, options):
    if options.get("pause"):
        time.sleep(options["pause"])
    code, text = row["code"], row["text"]
    if not code:
        raise Refused("a row needs a code", fields={"code": ["empty"]})
    if text == "bug":
        raise KeyError("a bug")
    note = session.execute(select(Note).where(Note.code == code)).scalar_one_or_none()
    if note is None:
        session.add(Note(code=code, text=text))
        session.flush()
        if text == "refuse late":
            raise Refused("too late")
        return "created"
    if note.text == text:
        return "unchanged"
    note.text = text
    return "updated"


def apply_many(session, rows, options):
    known = {
        note.code: note
        for note in session.execute(
            select(Note).where(Note.code.in_([row["code"] for row in rows]))
        ).scalars()
    }
    results = []
    for row in rows:
        if not row["code"]:
            results.append(Refused("a row needs a code"))
            continue
        note = known.get(row["code"])
        if note is None:
            known[row["code"]] = note = Note(code=row["code"], text=row["text"])
            session.add(note)
            results.append("created")
        elif note.text == row["text"]:
            results.append("unchanged")
        else:
            note.text = row["text"]
            results.append("updated")
    return results


SINGLE = Exchange(
    key="toy.single",
    title="Notes",
    resource="toy.note",
    columns=COLUMNS,
    apply=apply,
    presets=(("Old system", {"code": "ID", "text": "BODY"}),),
)
MANY = Exchange(
    key="toy.many",
    title="Notes at once",
    resource="toy.note",
    columns=COLUMNS,
    apply=apply,
    apply_many=apply_many,
)
