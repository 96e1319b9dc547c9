"""The lock holds whatever is released tomorrow: pip may not look for anything beside it."""

from core.config import ROOT


def test_the_lock_is_installed_as_it_stands():
    lines = (ROOT / "Makefile").read_text("utf-8").splitlines()
    installs = [line for line in lines if "pip install" in line and "requirements.lock" in line]
    assert installs
    for line in installs:
        assert "--require-hashes" in line
        assert "--no-deps" in line, "pkg[extra] of a dependency would be looked for anew"
