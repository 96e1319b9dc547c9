"""Print the lines of Python per package of the core; fail above the ceiling.

The ceiling is decided in docs/decisions/0003-size-of-the-core.md; each raise says there what for.
"""

import sys
from pathlib import Path

CEILING = 45_300
CORE = Path(__file__).resolve().parent.parent / "core"


def lines_of(package: Path) -> int:
    """Count every line of every Python file below `package`."""
    files = [package] if package.is_file() else sorted(package.rglob("*.py"))
    return sum(len(file.read_text(encoding="utf-8").splitlines()) for file in files)


def main() -> int:
    """Print the table; return 1 when the core is too large."""
    sizes = {
        entry.name: lines_of(entry)
        for entry in sorted(CORE.iterdir())
        if (entry.is_dir() and entry.name != "__pycache__") or entry.suffix == ".py"
    }
    for name, size in sorted(sizes.items(), key=lambda item: -item[1]):
        if size:
            print(f"{size:6,}  core/{name}")
    total = sum(sizes.values())
    print(f"{total:6,}  in all, of {CEILING:,} allowed")
    return int(total > CEILING)


if __name__ == "__main__":
    sys.exit(main())
