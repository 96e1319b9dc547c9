"""The words of the audit trail for actions and kinds of record."""

from collections.abc import Mapping

from core.addons.registry import registry
from core.database import Model
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l

ACTIONS = {
    "create": _l("added"),
    "update": _l("changed"),
    "delete": _l("deleted"),
    "configure": _l("configured"),
    "import": _l("started an import"),
    "imported": _l("finished an import"),
    "export": _l("exported"),
    "retry": _l("ran a job again"),
    "cancel": _l("cancelled a job"),
    "pause": _l("paused a schedule"),
    "resume": _l("resumed a schedule"),
    "run": _l("ran a schedule at once"),
    "replay": _l("replayed events"),
    "attach": _l("attached a file"),
    "detach": _l("deleted a file"),
    "correct": _l("corrected"),
    "assign": _l("handed over"),
    "access.elevate": _l("let the system act"),
    "sign-in": _l("signed in"),
    "sign-in-slowed": _l("was slowed down after wrong passwords"),
    "sign-out": _l("signed out"),
    "second-factor-refused": _l("gave a wrong code after the right password"),
    "enrol-second-factor": _l("set up a second factor"),
    "end-second-factor": _l("switched the second factor off"),
    "reset-second-factor": _l("reset the second factor"),
    "use-recovery-code": _l("used a recovery code"),
    "renew-recovery-codes": _l("made new recovery codes"),
    "change-password": _l("changed the password"),
    "reset": _l("reset the password"),
    "end-session": _l("signed a device out"),
    "end-sessions": _l("signed all devices out"),
    "enable": _l("enabled"),
    "disable": _l("disabled"),
    "uninstall": _l("uninstalled"),
    "purge": _l("purged"),
    "reload": _l("reloaded the code"),
    "verify": _l("checked the trail"),
}
SYSTEM_ACTORS = {
    "sign-in": _l("sign-in"),
    "session seen": _l("sign-in"),
    "worker report": _l("background process"),
    "job worker": _l("background process"),
    "schedules": _l("schedule"),
    "command line": _l("command line"),
    "sunmao audit": _l("command line"),
    "demo": _l("demonstration"),
    "system": _l("first set-up"),
}
FACTS = {
    "file": _l("File"),
    "filter": _l("Filter"),
    "rows": _l("Rows"),
    "mapping": _l("Columns"),
    "sha256": _l("Checksum (SHA-256)"),
    "created": _l("New"),
    "updated": _l("Changed"),
    "unchanged": _l("Unchanged"),
    "refused": _l("Refused"),
    "network": _l("Network"),
    "session": _l("Device"),
    "second_factor": _l("Second factor"),
    "ended": _l("Devices signed out"),
    "type": _l("Event"),
    "consumer": _l("Add-on"),
    "state": _l("State"),
    "version": _l("Version"),
    "key": _l("Key"),
    "sealed": _l("Sealed rows"),
    "fault": _l("What was wrong"),
}


def action_words() -> Mapping[str, str]:
    """Return the words for the core's actions; other actions are shown by their code."""
    return {code: str(words) for code, words in ACTIONS.items()}


def system_words(label: str) -> str:
    """Return what the system acted as, in the reader's language."""
    return str(actor_words().get(label, label))


def actor_said(label: str) -> str:
    """Return words for whoever is kept by label alone: the system is named in full."""
    known = actor_words().get(label)
    return _("The system (%(name)s)", name=known) if known else label


def actor_words() -> Mapping[str, str]:
    """Return the words for the labels under which the system acts; people stand by their names."""
    acts = {"addon_enabled": _("enabling"), "addon_disabled": _("disabling")}
    titles = addon_titles()
    known = {code: str(words) for code, words in SYSTEM_ACTORS.items()}
    for job in registry().every("jobs"):
        known[f"job {job.kind}"] = _("job: %(title)s", title=job.title)
    for act, words in acts.items():
        known |= {
            f"{act} of {name}": _("%(act)s of %(title)s", act=words, title=title)
            for name, title in titles.items()
        }
    return known


def addon_titles() -> dict[str, str]:
    """Return the title of every add-on that is found, by its name."""
    return {name: str(one.manifest.title) for name, one in registry().catalogue.found.items()}


def resource_titles() -> Mapping[str, str]:
    """Return the titles of all resources that are loaded, and of tables that have one."""
    own = {"core.access": str(_("Rights"))}
    return table_titles() | own | {key: str(one.title) for key, one in registry().resources.items()}


def table_titles() -> dict[str, str]:
    """Return what the rows of each table are called: its own title, else its resource's."""
    titles = {
        one.model.__tablename__: str(one.title)
        for one in registry().resources.values()
        if one.model is not None
    }
    own = {name: table.info.get("title") for name, table in Model.metadata.tables.items()}
    return titles | {name: str(words) for name, words in own.items() if words is not None}
