"""Write a new add-on that runs at once: `sunmao addon new NAME`."""

import keyword
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from core.addons.catalogue import discover
from core.addons.manifest import RESERVED
from core.config import load_config

TEMPLATES = Path(__file__).with_name("scaffold_templates")
SUFFIX = ".txt"
TITLE = re.compile(r"[^\"\\%@<>&{}\x00-\x1f\x7f]{1,40}")
LONGEST = 40  # PostgreSQL's names have 63 characters: ix_<name>_<noun>_scope_customer_id
CHECKOUT = ("addons", "manifests")  # what a folder must hold to take an add-on in


class ScaffoldError(click.ClickException):
    """An add-on that cannot be written; the message says what to give instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be written; `noun` is one record of the add-on."""

    name: str
    noun: str
    title_zh: str
    title_en: str
    as_package: bool

    @property
    def package(self) -> str:
        """The import path of the add-on's code."""
        return f"addon_{self.name}" if self.as_package else f"addons.{self.name}"

    @property
    def tokens(self) -> dict[str, str]:
        """What stands for each @token@ of the templates."""
        return {
            "name": self.name,
            "noun": self.noun,
            "Class": self.noun.capitalize(),
            "package": self.package,
            "title_zh": self.title_zh,
            "title_en": self.title_en,
            "author": f"The authors of {self.name}",
        }


@click.command("new")
@click.argument("name")
@click.option("--noun", help="One record, such as visit; the name without its plural by default.")
@click.option("--title-zh", help="The Chinese title.")
@click.option("--title-en", help="The English title.")
@click.option("--into", type=click.Path(file_okay=False, path_type=Path), help="The folder.")
@click.option("--package", is_flag=True, help="Write a pip package of its own.")
def new(
    name: str,
    noun: str | None,
    title_zh: str | None,
    title_en: str | None,
    into: Path | None,
    *,
    package: bool,
) -> None:
    """Write an add-on called NAME: list, record, form, rights, translations, migration, tests.

    NAME has 2 to 30 small Latin letters. The code comes into addons/ of this checkout, or into a
    folder sunmao-NAME with --package. Nothing that exists is overwritten.
    """
    plan = Plan(
        name=name,
        noun=noun or singular(name),
        title_en=title_en or name.capitalize(),
        title_zh=title_zh or f"{title_en or name.capitalize()} 记录",
        as_package=package,
    )
    check(plan)
    checkout = load_config().manifests.parent
    folder = (into or (Path.cwd() if package else checkout)).resolve()
    for path in write(plan, folder):
        click.echo(path.relative_to(folder))
    click.echo(_next_steps(plan))


def singular(name: str) -> str:
    """Return one of what an English plural names, as far as its ending tells."""
    for ending, instead in (("ies", "y"), ("sses", "ss"), ("xes", "x"), ("ches", "ch"), ("s", "")):
        if name.endswith(ending) and not name.endswith("ss") and len(name) > len(ending) + 1:
            return name.removesuffix(ending) + instead
    return name


def check(plan: Plan) -> None:
    """Raise ScaffoldError for a name or a title that would not work, with the remedy."""
    for what, word, most in (("The name", plan.name, 30), ("The noun", plan.noun, 20)):
        if not re.fullmatch(rf"[a-z]{{2,{most}}}", word):
            near = re.sub(r"[^a-z]", "", word.lower())[:most]
            hint = f", such as {near!r}" if len(near) > 1 else ""
            raise ScaffoldError(f"{what} {word!r} must be 2 to {most} small Latin letters{hint}.")
        if keyword.iskeyword(word) or keyword.issoftkeyword(word):
            raise ScaffoldError(f"{what} {word!r} is a word of Python; choose another.")
    if len(plan.name + plan.noun) > LONGEST:
        raise ScaffoldError(
            f"{plan.name}_{plan.noun} is too long for the names of indexes (name and noun together "
            f"at most {LONGEST} letters); give a shorter noun by --noun."
        )
    if plan.name in RESERVED:
        raise ScaffoldError(f"{plan.name!r} is reserved for the core; choose another name.")
    config = load_config()
    offered = discover(config.manifests)
    if plan.name in offered.found or plan.name in offered.faults:
        place = offered.found[plan.name].source if plan.name in offered.found else "a manifest"
        raise ScaffoldError(f"There is an add-on {plan.name!r} already ({place}); choose another.")
    for title in (plan.title_zh, plan.title_en):
        if not TITLE.fullmatch(title):
            raise ScaffoldError(
                f'The title {title!r} must have 1 to 40 characters, none of " \\ % @ < > & {{ }}.'
            )
    _check_words(plan)


def _check_words(plan: Plan) -> None:
    """Refuse a noun that is a class, or a title that is a message, of the templates already."""
    text = "".join(path.read_text(encoding="utf-8") for path in TEMPLATES.rglob(f"*{SUFFIX}"))
    if plan.noun.capitalize() in set(re.findall(r"\b[A-Z]\w+", text)):
        raise ScaffoldError(
            f"The noun {plan.noun!r} would clash with a name in the code; give another by --noun."
        )
    if f'msgid "{plan.title_en}"' in text:
        raise ScaffoldError(
            f"The title {plan.title_en!r} stands on the pages already; give another by --title-en."
        )


def write(plan: Plan, folder: Path) -> list[Path]:
    """Write the add-on below `folder`, all or nothing; return what was made, the manifest last.

    Raises ScaffoldError when something is there already, or when the folder cannot take it.
    """
    if plan.as_package:
        folder.mkdir(parents=True, exist_ok=True)
    elif not all((folder / part).is_dir() for part in CHECKOUT):
        raise ScaffoldError(
            f"{folder} is no checkout of Sunmao (it has no addons/ and manifests/). "
            "Give one by --into, or write a package of its own by --package."
        )
    with tempfile.TemporaryDirectory(prefix=".sunmao-new-", dir=folder) as place:
        draft = Path(place)
        for target, text in rendered(plan):
            file = draft / target
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        return _move_in(draft, folder, tops(plan))


def tops(plan: Plan) -> tuple[str, ...]:
    """Return the paths that must not exist before and are there afterwards."""
    if plan.as_package:
        return (f"sunmao-{plan.name}",)
    name = plan.name
    return (f"tests/addons/{name}", f"addons/{name}", f"manifests/{name}.toml")


def rendered(plan: Plan) -> Iterator[tuple[str, str]]:
    """Yield the path and the text of every file."""
    project = f"sunmao-{plan.name}/" if plan.as_package else ""
    code = plan.package.replace(".", "/")
    tests = "tests" if plan.as_package else f"tests/addons/{plan.name}"
    for path in sorted(TEMPLATES.rglob(f"*{SUFFIX}")):
        part, _, rest = path.relative_to(TEMPLATES).as_posix().removesuffix(SUFFIX).partition("/")
        target = {"addon": f"{code}/{rest}", "tests": f"{tests}/{rest}"}.get(part)
        if part == "manifest.toml":
            target = f"{code}/{part}" if plan.as_package else f"manifests/{plan.name}.toml"
        elif part == "package":
            if not plan.as_package:
                continue
            target = f"tests/{rest}" if rest == "conftest.py" else rest
        text = path.read_text(encoding="utf-8")
        for token, value in plan.tokens.items():
            text = text.replace(f"@{token}@", value)
        yield f"{project}{target}".replace("NAME", plan.name), text


def _move_in(draft: Path, folder: Path, wanted: tuple[str, ...]) -> list[Path]:
    taken = [path for path in wanted if (folder / path).exists()]
    if taken:
        raise ScaffoldError(f"{taken[0]} exists already; nothing was written. Choose another name.")
    moved: list[Path] = []
    try:
        for path in wanted:
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            (draft / path).rename(target)
            moved.append(target)
    except OSError as error:
        for target in moved:
            target.unlink() if target.is_file() else shutil.rmtree(target)
        raise ScaffoldError(f"Nothing was written: {error}") from error
    return moved


def _next_steps(plan: Plan) -> str:
    if plan.as_package:
        return (
            f"\nNext: cd sunmao-{plan.name}; pip install --no-deps --no-build-isolation -e . ; "
            f"sunmao db upgrade; sunmao addon enable {plan.name}; pytest"
        )
    return (
        f"\nNext: sunmao db upgrade; sunmao addon enable {plan.name}, then start the server again; "
        f"pytest tests/addons/{plan.name}; make lint"
    )
