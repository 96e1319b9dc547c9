"""schemathesis asks a running site what its document promises, and what it forbids."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.testing.client import token_headers

HERE = Path(__file__).resolve().parent


@pytest.mark.processes
def test_schemathesis_finds_nothing(live, make, tmp_path):
    boss = make.administrator(locale="en")
    for number in range(3):
        own = make.customers.customer(f"Wren {number}", manager=make.person_of(boss))
        make.customers.contact(own)
        make.customers.opportunity(own, value=5)
    make.customers.industry("Energy")
    token = token_headers(boss)["Authorization"]
    command = [
        Path(sys.executable).with_name("st"),
        "--config-file",
        HERE / "schemathesis.toml",
        "run",
        "--no-color",
    ]
    command += ["--phases", "examples,coverage,fuzzing", "--header", f"Authorization: {token}"]
    found = subprocess.run(
        [*command, f"{live}/api/v1/openapi.json"],
        env={
            **os.environ,
            "SCHEMATHESIS_HOOKS": "tests.core.api.promises",
            "PYTHONPATH": str(HERE.parents[2]),
        },
        cwd=tmp_path,  # it keeps notes in the folder in which it is started
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert found.returncode == 0, found.stdout[-60000:] + found.stderr[-2000:]
    assert "Tested: " in found.stdout
