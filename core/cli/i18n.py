"""`sunmao i18n …`: what lacks Chinese, and catalogues brought up to the messages that are shown."""

from os.path import relpath
from pathlib import Path

import click
from babel.messages.pofile import write_po

from core.config import ROOT
from core.i18n.extraction import catalogue_path, messages_of, obsolete, untranslated, updated


@click.group("i18n")
def i18n() -> None:
    """Look after translations."""


@i18n.command("missing")
@click.argument("packages", nargs=-1, type=click.Path(exists=True, path_type=Path))
def missing(packages: tuple[Path, ...]) -> None:
    """List messages without Chinese and translations that nothing shows; exit code 1 if any."""
    faulty = []
    for package in packages or translated_packages():
        found = [f"no Chinese: {text} ({place})" for text, place in untranslated(package).items()]
        found += [f"not shown any more: {text}" for text in obsolete(package)]
        for fault in found:
            click.echo(f"{package.name}: {fault}")
        faulty += [package] if found else []
    for package in faulty:
        click.echo(f"Run sunmao i18n update {relpath(package)}, then fill in every empty msgstr.")
    raise SystemExit(int(bool(faulty)))


@i18n.command("update")
@click.argument("package", type=click.Path(exists=True, path_type=Path))
def update(package: Path) -> None:
    """Write a package's catalogue anew: shown messages, with the Chinese that is there."""
    path = catalogue_path(package)
    catalogue = updated(package)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, no_location=True, omit_header=False, width=100)
    click.echo(f"{path}: {len(catalogue)} messages, {len(untranslated(package))} without Chinese")


def translated_packages() -> list[Path]:
    """Return the folders of core and add-ons that show messages."""
    folders = [path for top in ("core", "addons") for path in sorted((ROOT / top).iterdir())]
    return [path for path in folders if (path / "__init__.py").is_file() and messages_of(path)]
