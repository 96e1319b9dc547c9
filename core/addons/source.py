"""The calls that an add-on's source writes, and what is named in them, as far as reading tells."""

import ast
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from types import ModuleType
from typing import Any

UNKNOWN = object()


@dataclass(frozen=True, slots=True)
class Call:
    """One call; `module` is where it stands, if that is loaded, `names` what is imported there."""

    node: ast.Call
    module: ModuleType | None
    names: Mapping[str, tuple[str, str]]
    file: str

    @property
    def place(self) -> str:
        """File and line, as faults tell them."""
        return f"{self.file}, line {self.node.lineno}"

    @property
    def function(self) -> Any:
        """What is called; UNKNOWN where only running would tell."""
        return self.value(self.node.func)

    def argument(self, name: str, position: int | None = None) -> ast.expr | None:
        """Return what is written as an argument, None where none is."""
        if position is not None and position < len(self.node.args):
            return self.node.args[position]
        return next((one.value for one in self.node.keywords if one.arg == name), None)

    def value(self, node: ast.expr | None) -> Any:
        """Return what a constant or a name of the module is; UNKNOWN for all that must be run."""
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, ast.Name):
            module, name = self.names.get(node.id, ("", node.id))
            found = getattr(self.module, node.id, UNKNOWN)
            return getattr(sys.modules.get(module), name, found)
        if isinstance(node, ast.Attribute):
            owner = self.value(node.value)
            if isinstance(owner, ModuleType | type | Enum):  # others may be proxies of a request
                return getattr(owner, node.attr, UNKNOWN)
        return UNKNOWN


def calls(package: str, folder: Path | None) -> Iterator[Call]:
    """Yield every call that the Python files of a package write, but for its migrations."""
    if folder is None:
        return
    for path in sorted(folder.rglob("*.py")):
        inner = path.relative_to(folder).with_suffix("").parts
        if inner[0] == "migrations":
            continue
        module = sys.modules.get(".".join((package, *(one for one in inner if one != "__init__"))))
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = {
            alias.asname or alias.name: (node.module, alias.name)
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module and not node.level
            for alias in node.names
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                yield Call(node, module, names, path.relative_to(folder.parent).as_posix())
