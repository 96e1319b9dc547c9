"""Keys of the instance folder: made once, whole, for their owner; one cut short is refused."""

import secrets
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.config import Config, ConfigError

NAME = "some.key"


def test_a_key_is_made_once_and_for_its_owner_alone(tmp_path):
    config = Config(instance=tmp_path / "new")
    made = config.key_file(NAME)
    assert len(made) >= 32
    assert config.key_file(NAME) == made
    assert (tmp_path / "new" / NAME).stat().st_mode & 0o777 == 0o600
    assert [one.name for one in (tmp_path / "new").iterdir()] == [NAME]


@pytest.mark.parametrize("kept", [b"", b"x" * 31])
@pytest.mark.parametrize("name", ["second-factor.key", "secret.key", "audit.key"])
def test_a_key_that_was_emptied_or_cut_short_is_refused_and_left_alone(tmp_path, name, kept):
    (tmp_path / name).write_bytes(kept)
    with pytest.raises(ConfigError, match=f"{name} holds {len(kept)} bytes.*backup"):
        Config(instance=tmp_path).key_file(name)
    assert (tmp_path / name).read_bytes() == kept


def test_threads_that_need_a_key_at_once_get_one_key(tmp_path, monkeypatch):
    """All have made theirs before the first is in place."""
    together, draw = threading.Barrier(4), secrets.token_bytes

    def late(size):
        together.wait(10)
        return draw(size)

    monkeypatch.setattr("core.config.secrets.token_bytes", late)
    with ThreadPoolExecutor(4) as pool:
        found = set(pool.map(lambda _n: Config(instance=tmp_path).key_file(NAME), range(4)))
    assert len(found) == 1
    assert found == {(tmp_path / NAME).read_bytes()}
    assert [one.name for one in tmp_path.iterdir()] == [NAME]


def test_a_key_that_could_not_be_written_leaves_nothing(tmp_path, monkeypatch):
    def full(_size):
        raise OSError("no space left")

    monkeypatch.setattr("core.config.secrets.token_bytes", full)
    with pytest.raises(OSError, match="no space left"):
        Config(instance=tmp_path).key_file(NAME)
    assert list(tmp_path.iterdir()) == []
