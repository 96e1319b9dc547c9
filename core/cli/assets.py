"""`sunmao assets …`: fetch the browser files that pages otherwise take from the network."""

import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

import click
from flask.cli import with_appcontext

from core.config import site_config
from core.web.assets import RemoteAsset, remote_assets

SECONDS = 120
LARGEST = 16 * 1024 * 1024


@click.group("assets")
def assets() -> None:
    """Keep copies of third-party browser files for sites that cannot reach the network."""


@assets.command("fetch")
@click.option(
    "--from",
    "source",
    type=click.Path(exists=True, path_type=Path),
    help="A folder with the packages' .tgz files.",
)
@with_appcontext
def fetch(source: Path | None) -> None:
    """Put checked copies under instance/assets; skips what is there already."""
    failed = fetch_missing(site_config().instance / "assets", source)
    if failed:
        raise click.ClickException(f"not fetched: {', '.join(failed)}")


def fetch_missing(folder: Path, source: Path | None) -> list[str]:
    """Fetch what is not in the folder yet, saying what happens; return what could not be had.

    Nothing is tried, and nothing is said to have failed, where npm is missing: pages then ask the
    network themselves.
    """
    folder.mkdir(parents=True, exist_ok=True)
    missing = [one for one in remote_assets().values() if not is_there(one, folder)]
    if not missing:
        click.echo(f"assets: all {len(remote_assets())} are there")
        return []
    if source is None and shutil.which("npm") is None:
        click.echo("assets: npm was not found, nothing was fetched; pages use the network instead")
        return []
    return [one.name for one in missing if not fetch_one(one, folder, source)]


def is_there(asset: RemoteAsset, folder: Path) -> bool:
    """Tell whether the right bytes are in the folder."""
    path = folder / asset.local_name
    return path.is_file() and asset.matches(path.read_bytes())


def fetch_one(asset: RemoteAsset, folder: Path, source: Path | None) -> bool:
    """Fetch one package, take its file out, check it and store it; say in words what failed."""
    with tempfile.TemporaryDirectory() as name:
        archive = packed(asset, Path(name)) if source is None else find_archive(asset, source)
        if archive is None:
            click.echo(f"{asset.name} {asset.version}: the package could not be had")
            return False
        body = read_member(archive, f"package/{asset.path}")
    if body is None or not asset.matches(body):
        click.echo(f"{asset.name} {asset.version}: the file is not the listed one; not stored")
        return False
    target = folder / asset.local_name
    temporary = target.with_suffix(".part")
    temporary.write_bytes(body)
    temporary.replace(target)
    click.echo(f"{asset.name} {asset.version}: stored ({len(body) // 1024} kB)")
    return True


def packed(asset: RemoteAsset, folder: Path) -> Path | None:
    """Let npm download the package's archive; no script of the package is run."""
    npm = shutil.which("npm")
    wanted = f"{asset.package}@{asset.version}"
    command = [str(npm), "pack", wanted, "--ignore-scripts", "--silent"]
    try:
        done = subprocess.run(  # noqa: S603 - fixed words and our own list
            command, cwd=folder, capture_output=True, timeout=SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return next(folder.glob("*.tgz"), None) if done.returncode == 0 else None


def find_archive(asset: RemoteAsset, source: Path) -> Path | None:
    """Return the package's archive out of a folder that was carried here."""
    path = source / f"{asset.package}-{asset.version}.tgz"
    return path if path.is_file() else None


def read_member(archive: Path, member: str) -> bytes | None:
    """Return one file of an archive; nothing is unpacked to disk."""
    try:
        with tarfile.open(archive, "r:gz") as tar:
            file = tar.extractfile(member)
            return None if file is None else file.read(LARGEST)
    except (OSError, tarfile.TarError, KeyError):
        return None
