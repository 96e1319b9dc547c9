"""The site starts, says who it is, and has no page that breaks before anybody signs in."""

import subprocess
import sys

import pytest

from core.app import create_app
from core.config import ROOT
from core.version import VERSION

pytestmark = pytest.mark.processes


def test_starting_writes_nothing_to_a_database(tmp_path):
    create_app(instance=tmp_path, testing=True)
    assert not (tmp_path / "app.db").exists()


def test_a_misspelt_setting_stops_the_start_and_names_the_likely_one(tmp_path):
    (tmp_path / "config.toml").write_text('timezon = "UTC"\n')
    run = command("--version", instance=tmp_path)
    assert run.returncode == 0  # what needs no site still answers
    run = command("db", "current", instance=tmp_path)
    assert run.returncode == 1
    assert "did you mean 'timezone'" in run.stderr
    assert "Traceback" not in run.stderr


def test_the_command_line_says_its_version(tmp_path):
    assert VERSION in command("--version", instance=tmp_path).stdout


def test_an_unknown_page_is_not_found_and_not_a_fault(client):
    assert client.get("/nothing/of/the/kind").status_code == 404


def command(*arguments, instance):
    import os

    return subprocess.run(
        [sys.executable, "-m", "core.cli.main", *arguments],
        cwd=ROOT,
        env=os.environ | {"SUNMAO_INSTANCE": str(instance)},
        capture_output=True,
        text=True,
        check=False,
    )
