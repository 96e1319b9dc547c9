"""Where in an add-on's own code a fault can be mended: file and line."""

import re
import traceback
from collections.abc import Iterator
from pathlib import Path

from core.addons.faults import AddonFaultError, Fault, Stage, Words, words

# What a fault names, the most telling first, and how the code writes it.
WRITTEN = (
    ("verb", r"needs.*[\"']{last}[\"']"),
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
        place = _of_error(error, folder) if folder else ""
    if not place:
        return found
    said = words("%(said)s See %(place)s.", said=found.words, place=place)
    return Fault(addon, found.stage, said, found.trace)


def _of_error(error: Exception, folder: Path) -> str:
    """Return the innermost line of the add-on's own code on the way to the error."""
    if isinstance(error, SyntaxError) and error.filename:
        return _shown(folder, Path(error.filename), error.lineno or 1)
    frames = [
        (Path(one.filename), one.lineno or 1)
        for one in traceback.extract_tb(error.__traceback__)
        if Path(one.filename).is_relative_to(folder)
    ]
    return _shown(folder, *frames[-1]) if frames else ""


def _of_words(said: Words, folder: Path) -> str:
    """Return the first line that writes what the fault names."""
    if "file" in said.values:
        return str(said.values["file"])
    for key, written in WRITTEN:
        if key not in said.values:
            continue
        whole = str(said.values[key])
        last = re.escape(whole.rpartition(".")[2])
        pattern = re.compile(written.format(whole=re.escape(whole), last=last))
        hits = [(path, n) for path, n, line in _lines(folder) if pattern.search(line)]
        if hits:
            return _shown(folder, *hits[0])
    return ""


def _lines(folder: Path) -> Iterator[tuple[Path, int, str]]:
    for path in sorted(folder.rglob("*.py")):
        if "migrations" not in path.relative_to(folder).parts:
            text = path.read_text(encoding="utf-8", errors="replace")
            yield from ((path, n, line) for n, line in enumerate(text.splitlines(), start=1))


def _shown(folder: Path, path: Path, line: int) -> str:
    known = path.is_relative_to(folder)
    return f"{path.relative_to(folder.parent) if known else path.name}, line {line}"
