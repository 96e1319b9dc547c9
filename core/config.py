"""Typed configuration: defaults, then instance/config.toml, then SUNMAO_* environment variables."""

import difflib
import os
import secrets
import tempfile
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from flask import current_app
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

ROOT = Path(__file__).resolve().parent.parent
KEY_BYTES = 48
SHORTEST_KEY = 32


class ConfigError(RuntimeError):
    """The configuration cannot be used; the message names the key and the remedy."""


def _listed(value: Any) -> Any:
    """Return the parts of a text that separates them with commas, as the environment does."""
    if not isinstance(value, str):
        return value
    return tuple(part.strip() for part in value.split(",") if part.strip())


class Config(BaseModel):
    """Every setting that is needed before the database can be asked."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    instance: Path = ROOT / "instance"
    manifests: Path = ROOT / "manifests"
    database_url: str = ""
    database_owner_url: str = ""
    timezone: str = "Asia/Shanghai"
    default_locale: Literal["zh_Hans_CN", "en"] = "zh_Hans_CN"
    job_engine: Literal["embedded", "off"] = "embedded"
    assets: Literal["cdn", "local"] = "cdn"
    secure_cookies: bool = False
    proxy_hops: int = 0
    trusted_hosts: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()
    mail: str = "file"
    mail_from: str = "Sunmao <sunmao@localhost>"
    site_url: str = ""
    session_idle_minutes: int = 30
    session_absolute_hours: int = 12
    upload_limit_mb: int = 32
    addons: bool = True
    gate_ttl_seconds: float = 0.5
    probe_seconds: float = 20.0
    testing: bool = False

    @property
    def url(self) -> str:
        """The database to use; SQLite in the instance folder by default."""
        return self.database_url or f"sqlite:///{self.instance / 'app.db'}"

    @property
    def owner_url(self) -> str:
        """The database as the owner of its tables, who may change them on a hardened site too."""
        return self.database_owner_url or self.url

    def secret_key(self) -> bytes:
        """Return the key that signs sessions and forms."""
        return self.key_file("secret.key")

    def key_file(self, name: str) -> bytes:
        """Return a secret of the instance folder, made once and readable by its owner only.

        Raise ConfigError for one that is empty or cut short: what hangs on it could be worked out.
        """
        path = self.instance / name
        if not path.exists():
            self.instance.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(prefix=f"{name}.", dir=self.instance)  # mode 600
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(secrets.token_bytes(KEY_BYTES))
                    file.flush()
                    os.fsync(file.fileno())  # a crash must not leave the name of an empty file
                os.link(temporary, path)  # fails if another one was first; its key stands
            except FileExistsError:
                pass
            finally:
                Path(temporary).unlink()
        key = path.read_bytes()
        if len(key) < SHORTEST_KEY:
            raise ConfigError(
                f"{path} holds {len(key)} bytes, a key has at least {SHORTEST_KEY}: it was emptied "
                "or cut short. Nothing was changed. Put the file back from the backup. Without "
                "one, delete it: a new key is made, and what hung on the old one is set up anew."
            )
        return key


def load_config(**overrides: Any) -> Config:
    """Read the configuration; raise ConfigError naming an unknown key and the likely one."""
    instance = Path(
        overrides.get("instance") or os.environ.get("SUNMAO_INSTANCE") or ROOT / "instance"
    )
    values: dict[str, Any] = {"instance": instance}
    file = instance / "config.toml"
    if file.exists():
        try:
            values |= tomllib.loads(file.read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise ConfigError(f"{file}: {error}") from error
    prefix = "SUNMAO_"
    for name, value in os.environ.items():
        key = name.removeprefix(prefix).lower()
        if name.startswith(prefix) and key in Config.model_fields:
            values[key] = value
    values |= overrides
    for key in values:
        if key not in Config.model_fields:
            raise ConfigError(f"unknown configuration key {key!r}{_likely(key)}")
    try:
        return Config(**values)
    except ValidationError as error:
        first = error.errors()[0]
        raise ConfigError(
            f"configuration {'.'.join(map(str, first['loc']))}: {first['msg']}"
        ) from error


def _likely(key: str) -> str:
    close = difflib.get_close_matches(key, Config.model_fields, n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


def site_config() -> Config:
    """Return the current app's configuration."""
    config: Config = current_app.config["SUNMAO"]
    return config
