"""Read docs/adding-an-addon.md and what goes on from it as a reader does: commands, changes to files, new files, messages."""

import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path

from tests.core.cli.workshop import Workshop

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NEW_FILE = re.compile(r"\A(?:# |\{# )(\S+?)(?: #\})?\n")
CATALOGUE = "addons/visits/translations/zh_Hans_CN/LC_MESSAGES/messages.po"
IMPORT = re.compile(r"^[+ ]?from (core[\w.]*) import (\([^)]*\)|[^\n]+)", re.MULTILINE)
ANYTHING = "…"
MODULES = {"sunmao": "core.cli.main"}


def blocks(text: str) -> list[tuple[str, str]]:
    """Return (kind, text) of every block, in order."""
    return BLOCK.findall(text)


def imported(text: str) -> list[tuple[str, str]]:
    """Return (module, name) of everything that the examples of a page import of the core."""
    examples = [body for kind, body in blocks(text) if kind in {"python", "diff"}]
    found = [one for example in examples for one in IMPORT.findall(example)]
    plain = [(module, re.sub(r"#.*|[()+]", "", names)) for module, names in found]
    return [
        (module, name.split()[0])
        for module, names in plain
        for name in names.split(",")
        if name.strip()
    ]


def matches(expected: str, told: str) -> bool:
    """Tell whether an output is as written: … is the rest of a line, or any lines on its own."""
    lines = [re.escape(line).replace(ANYTHING, r"[^\n]*") for line in expected.strip().split("\n")]
    pattern = "\n".join(r"[\s\S]*" if line == r"[^\n]*" else line for line in lines)
    return re.fullmatch(pattern, told.strip()) is not None


def changed(text: str, hunk: list[str]) -> str:
    """Return a file's text after one hunk; what it shows must be there exactly once."""
    old = "".join(f"{line[1:]}\n" for line in hunk if line[:1] != "+")
    new = "".join(f"{line[1:]}\n" for line in hunk if line[:1] != "-")
    if text.count(old) != 1:
        raise AssertionError(f"{text.count(old)} places, not one, look like\n{old}\nin\n{text}")
    return text.replace(old, new)


@dataclass
class Reader:
    """Does what the page says in a checkout; remembers what it exported."""

    workshop: Workshop
    exported: dict[str, str] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)

    def follow(self, kind: str, text: str) -> None:
        """Do what one block says."""
        acts = {"sh": self.type, "diff": self.change, "po": self.translate}
        acts.get(kind, self.create)(text)

    def type(self, text: str) -> None:
        for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
            command, _, expected = part.partition("\n")
            told = self.run(command)
            self.log.append(f"$ {command}\n{told}")
            if not matches(expected, told):
                raise AssertionError(f"$ {command}\nprinted\n{told}\ninstead of\n{expected}")

    def run(self, command: str) -> str:
        program, *arguments = shlex.split(command)
        if program == "export":
            pairs = (one.split("=", 1) for one in arguments)
            folder = str(self.workshop.folder)
            self.exported |= {key: value.replace("$PWD", folder) for key, value in pairs}
            return ""
        done = self.workshop.run(MODULES.get(program, program), *arguments, **self.exported)
        return done.stdout + done.stderr

    def change(self, text: str) -> None:
        for part in re.split(r"^--- ", text, flags=re.MULTILINE)[1:]:
            name, _, body = part.partition("\n")
            path = self.file(name)
            for hunk in re.split(r"^@@\n", body, flags=re.MULTILINE):
                path.write_text(changed(path.read_text("utf-8"), hunk.splitlines()), "utf-8")

    def create(self, text: str) -> None:
        named = NEW_FILE.match(text)
        assert named, f"a block that names no file:\n{text}"
        path = self.file(named.group(1))
        assert not path.exists(), f"{path} is no new file"
        path.write_text(text[named.end() :], "utf-8")

    def translate(self, text: str) -> None:
        with self.file(CATALOGUE).open("a", encoding="utf-8") as file:
            file.write("\n" + text)

    def file(self, name: str) -> Path:
        return self.workshop.folder / name
