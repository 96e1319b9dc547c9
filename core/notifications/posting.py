"""Sending letters: into the instance folder, or to a mail server; known again by their key."""

import os
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

from sqlalchemy import delete, select, update

from core.clock import now
from core.config import ConfigError, site_config
from core.contributions import JobDef, Step
from core.database import SILENT
from core.errors import Refused
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.jobs.running import JobRun
from core.notifications.letter_models import Letter
from core.notifications.letters import SEND

if TYPE_CHECKING:
    import smtplib
    from email.message import EmailMessage

FOLDER = "mail"
SECONDS = 20.0
KEPT = timedelta(days=30)
BATCH = 500
PORTS = {"smtp": 587, "smtps": 465}


def send_letter(run: JobRun) -> Step:
    """Send one letter outside of any writing transaction, then note that it is gone."""
    letter = run.session.get(Letter, run.payload["letter"])
    if letter is None or letter.sent_at is not None:
        return Step(done=True)
    key = letter.id
    post(message_of(letter))

    def gone(session: Any) -> None:
        session.execute(
            update(Letter).where(Letter.id == key).values(sent_at=now()), execution_options=SILENT
        )

    return Step(done=True, effect=gone)


def message_of(letter: Letter) -> "EmailMessage":
    """Return a letter as mail; the same letter is the same message whenever it is sent.

    Raises Refused for what is no single address: nobody else is to get a copy.
    """
    from email.errors import HeaderParseError
    from email.headerregistry import Address
    from email.message import EmailMessage
    from email.utils import format_datetime

    sender = site_config().mail_from
    domain = sender.rpartition("@")[2].strip("> ") or "sunmao"
    message = EmailMessage()
    try:
        message["From"], message["To"] = sender, Address(addr_spec=letter.recipient)
    except (ValueError, HeaderParseError):
        said = _("“%(address)s” is no mail address.", address=letter.recipient)
        raise Refused(said) from None
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(letter.made_at)
    message["Message-ID"] = f"<{letter.key}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.body)
    return message


def post(message: "EmailMessage") -> None:
    """Hand a message over, as the configuration says; raise OSError or SMTPException."""
    target = site_config().mail
    if target == "file":
        _to_file(message)
    elif target:
        _to_server(message, target)


def check_mail(target: str) -> None:
    """Raise ConfigError for a `mail` that names no way of sending."""
    if target not in ("", "file"):
        _server(target)


def _to_file(message: "EmailMessage") -> None:
    folder = site_config().instance / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{str(message['Message-ID']).strip('<>').partition('@')[0]}.eml"
    temporary = path.with_suffix(".part")
    descriptor = os.open(temporary, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(message.as_bytes())
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)  # sent again after a crash, it is the same file


def _to_server(message: "EmailMessage", target: str) -> None:
    open_server, user, password = _server(target)
    with open_server() as server:
        if user:
            server.login(user, password)
        server.send_message(message)


def _server(target: str) -> tuple[Callable[[], "smtplib.SMTP"], str, str]:
    parts = urlsplit(target)
    options = parse_qs(parts.query)
    plain = options.pop("tls", ["starttls"]) == ["none"]
    if parts.scheme not in PORTS or not parts.hostname or options or parts.path not in ("", "/"):
        raise ConfigError(
            'mail is "file", "" or an address such as smtp://user:password@mail.example:587 '
            "(STARTTLS; ?tls=none sends in the clear) or smtps://mail.example"
        )
    host, port = parts.hostname, parts.port or PORTS[parts.scheme]

    def connect() -> "smtplib.SMTP":
        import smtplib
        import ssl

        if parts.scheme == "smtps":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(host, port, timeout=SECONDS, context=context)
        server = smtplib.SMTP(host, port, timeout=SECONDS)
        if not plain:
            server.starttls(context=ssl.create_default_context())
        return server

    return connect, unquote(parts.username or ""), unquote(parts.password or "")


def _forget(run: JobRun) -> Step:
    old = select(Letter.id).where(Letter.made_at < now() - KEPT).limit(BATCH)
    gone = run.session.execute(
        delete(Letter).where(Letter.id.in_(old.scalar_subquery())), execution_options=SILENT
    )
    return Step(done=gone.rowcount == 0)  # type: ignore[attr-defined]


SEND_LETTER = JobDef(
    kind=SEND, title=_l("Send a letter"), step=send_letter, reads_only=True, max_attempts=8
)
FORGET_LETTERS = JobDef(
    kind="notifications.forget_letters",
    title=_l("Delete letters after 30 days"),
    step=_forget,
    every=timedelta(days=1),
)
