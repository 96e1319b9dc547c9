"""What is wrong with an add-on, in words that can be stored and shown in either language."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from core.i18n import gettext

Stage = Literal["manifest", "dependency", "probe", "load", "migration", "missing", "interrupted"]


@dataclass(frozen=True, slots=True)
class Words:
    """A translatable sentence kept as source text and values, so that it survives as JSON."""

    msgid: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        """Return the sentence in the current language."""
        shown = {key: _shown(value) for key, value in self.values.items()}
        return gettext(self.msgid, **shown)

    @property
    def plain(self) -> str:
        """The English sentence, for logs and for code that runs outside of an application."""
        shown = {k: v.plain if isinstance(v, Words) else v for k, v in self.values.items()}
        return self.msgid % shown if shown else self.msgid

    def as_json(self) -> dict[str, Any]:
        """Return what `from_json` reads back."""
        values = {k: v.as_json() if isinstance(v, Words) else v for k, v in self.values.items()}
        return {"msgid": self.msgid, "values": values}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Words":
        """Read what `as_json` wrote."""
        values = {
            k: cls.from_json(v) if isinstance(v, dict) else v for k, v in stored["values"].items()
        }
        return cls(stored["msgid"], values)


def words(msgid: str, **values: Any) -> Words:
    """Mark a sentence for translation; values are kept as numbers, text or further sentences."""
    kept = {k: v if isinstance(v, int | Words) else str(v) for k, v in values.items()}
    return Words(msgid, kept)


def _shown(value: Any) -> Any:
    return str(value) if isinstance(value, Words) else value


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that keeps an add-on from working; `trace` is for the developer."""

    addon: str
    stage: Stage
    words: Words
    trace: str = ""

    def __str__(self) -> str:
        """Return the sentence in the current language."""
        return str(self.words)


class AddonFaultError(Exception):
    """Raised while an add-on is read, probed or loaded; becomes a Fault, never a dead site."""

    def __init__(self, stage: Stage, said: Words, *, trace: str = "") -> None:
        super().__init__(said.plain)
        self.stage: Stage = stage
        self.words = said
        self.trace = trace

    def of(self, addon: str) -> Fault:
        """Return the fault as a record of `addon`."""
        return Fault(addon, self.stage, self.words, self.trace)
