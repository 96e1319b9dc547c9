"""`sunmao i18n …`: what lacks Chinese, and catalogues brought up to the messages that are shown."""

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
    found = False
    for package in packages or translated_packages():
        for message in untranslated(package):
            click.echo(f"{package.name}: no Chinese: {message}")
            found = True
        for message in obsolete(package):
            click.echo(f"{package.name}: not shown any more: {message}")
            found = True
    raise SystemExit(int(found))


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
