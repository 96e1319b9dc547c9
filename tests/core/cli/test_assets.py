import base64
import hashlib
import io
import tarfile

import pytest

from core.cli import assets as command
from core.web.assets import RemoteAsset
from core.web.plugin import register_commands

BODY = b"/* a library */"


def listed(body=BODY):
    digest = base64.b64encode(hashlib.sha384(body).digest()).decode()
    return RemoteAsset(
        name="toy.js", package="toy", version="1.2.3", path="dist/toy.js",
        integrity=f"sha384-{digest}", license="MIT", cdn="https://cdn.example",
    )  # fmt: skip


@pytest.fixture
def archive(tmp_path):
    """Put the package's archive into a folder, as it would be carried to an intranet."""
    folder = tmp_path / "carried"
    folder.mkdir()
    with tarfile.open(folder / "toy-1.2.3.tgz", "w:gz") as tar:
        member = tarfile.TarInfo("package/dist/toy.js")
        member.size = len(BODY)
        tar.addfile(member, io.BytesIO(BODY))
    return folder


@pytest.fixture
def fetch(app, site, monkeypatch):
    """Give a function that runs `sunmao assets fetch` for one listed file."""
    (group,) = register_commands()

    def run(asset, *arguments):
        monkeypatch.setattr(command, "remote_assets", lambda: {asset.name: asset})
        (site.instance / "assets" / asset.local_name).unlink(missing_ok=True)
        return app.test_cli_runner().invoke(group, ["fetch", *arguments])

    return run


def test_a_carried_archive_is_checked_and_stored_once(fetch, archive, site, app):
    done = fetch(listed(), "--from", str(archive))
    assert done.exit_code == 0, done.output
    assert (site.instance / "assets" / "toy-1.2.3.js").read_bytes() == BODY
    (group,) = register_commands()
    again = app.test_cli_runner().invoke(group, ["fetch"])
    assert "all 1 are there" in again.output


def test_other_bytes_than_the_listed_ones_are_not_stored(fetch, archive, site):
    done = fetch(listed(b"something else"), "--from", str(archive))
    assert done.exit_code == 1
    assert "not the listed one" in done.output
    assert not (site.instance / "assets" / "toy-1.2.3.js").exists()


def test_without_npm_nothing_fails_and_the_words_say_so(fetch, monkeypatch):
    monkeypatch.setattr(command.shutil, "which", lambda _name: None)
    done = fetch(listed())
    assert done.exit_code == 0
    assert "npm was not found" in done.output


def test_an_archive_that_is_none_is_refused_in_words(fetch, tmp_path):
    (tmp_path / "toy-1.2.3.tgz").write_bytes(b"no archive")
    done = fetch(listed(), "--from", str(tmp_path))
    assert done.exit_code == 1
    assert "Traceback" not in done.output
