"""What is wrong with an add-on and where, in words that can be stored and said in any language."""

import re
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from core.i18n import gettext

Stage = Literal["manifest", "dependency", "probe", "load", "migration", "missing", "interrupted"]
# What a fault names, the most telling first, and how the code writes it.
WRITTEN = (
    ("written", "{whole}"),
    ("asked", r"needs=.*{whole}"),
    ("named", r"[\"']{whole}[\"']"),
    ("verb", r"(needs|action=|columns_under).*[\"']{last}[\"']"),
    ("endpoint", r"def {last}\("),
    ("endpoint", r"[\"']{whole}[\"']"),
    ("hook", r"def {last}\("),
    ("model", r"class {last}\b"),
    ("module", r"(from|import) {whole}\b"),
    ("table", r"[\"']{whole}[\"']"),
    ("template", r"[\"']{whole}[\"']"),
    ("blueprint", r"Blueprint\([\"']{whole}[\"']"),
    ("rule", r"[\"']{whole}[\"']"),
    ("key", r"[\"']{whole}[\"']"),
)


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

    def as_json(self) -> dict[str, Any]:
        """Return what `from_json` reads back."""
        return {"stage": self.stage, "words": self.words.as_json(), "trace": self.trace}

    @classmethod
    def from_json(cls, addon: str, stored: Mapping[str, Any]) -> "Fault":
        """Read what `as_json` wrote about an add-on."""
        return cls(addon, stored["stage"], Words.from_json(stored["words"]), stored["trace"])


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


def fault_of(addon: str, error: Exception, folder: Path | None, *, stage: Stage = "load") -> Fault:
    """Turn what an add-on raised into a fault that names the file and line where to mend it."""
    if isinstance(error, AddonFaultError):
        found = error.of(addon)
        place = _of_words(found.words, folder) if folder else ""
    else:
        text = f"{type(error).__name__}: {error.msg if isinstance(error, SyntaxError) else error}"
        line = text.splitlines()[0].rstrip(".")
        said = words("Loading failed: %(error)s.", error=line)
        if stage == "migration":
            said = words("A migration failed: %(error)s.", error=line)
        if "no column named 'scope_" in text:
            said = words("%(said)s Does the class inherit Scoped or Child?", said=said)
        found = Fault(addon, stage, said, "".join(traceback.format_exception(error)))
        place = place_of(error, folder) if folder else ""
    return placed(found, place) if place else found


def placed(fault: Fault, place: str) -> Fault:
    """Return a fault that says where to mend it."""
    said = words("%(said)s See %(place)s.", said=fault.words, place=place)
    return replace(fault, words=said)


def place_of(error: Exception, folder: Path) -> str:
    """Return the innermost line of the add-on's own code on the way to the error."""
    if isinstance(error, SyntaxError) and error.filename:
        return line_of(folder, Path(error.filename), error.lineno or 1)
    frames = [
        (Path(one.filename), one.lineno or 1)
        for one in traceback.extract_tb(error.__traceback__)
        if Path(one.filename).is_relative_to(folder)
    ]
    return line_of(folder, *frames[-1]) if frames else ""


def _of_words(said: Words, folder: Path) -> str:
    """Return the first line that writes what the fault names."""
    if "file" in said.values:
        return str(said.values["file"])
    for key, written in WRITTEN:
        if key not in said.values:
            continue
        whole = str(said.values[key])
        last = re.escape(whole.rpartition(".")[2])
        exact = re.escape(whole).replace('"', "[\"']")  # either sort of quotes
        pattern = re.compile(written.format(whole=exact, last=last))
        hits = [(path, n) for path, n, line in _lines(folder) if pattern.search(line)]
        if hits:
            return line_of(folder, *hits[0])
    return ""


def _lines(folder: Path) -> Iterator[tuple[Path, int, str]]:
    for path in sorted(folder.rglob("*.py")):
        if "migrations" not in path.relative_to(folder).parts:
            text = path.read_text(encoding="utf-8", errors="replace")
            yield from ((path, n, line) for n, line in enumerate(text.splitlines(), start=1))


def line_of(folder: Path, path: Path, line: int) -> str:
    """Return a place in the code of an add-on, as faults tell it."""
    known = path.is_relative_to(folder)
    return f"{path.relative_to(folder.parent) if known else path.name}, line {line}"
