"""Typed configuration: defaults, then instance/config.toml, then SUNMAO_* environment variables."""

import difflib
import os
import secrets
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from flask import current_app
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

ROOT = Path(__file__).resolve().parent.parent


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
        """Return a secret of the instance folder, made once and readable by its owner only."""
        path = self.instance / name
        if not path.exists():
            self.instance.mkdir(parents=True, exist_ok=True)
            temporary = path.with_suffix(f".{os.getpid()}")
            temporary.touch(0o600)  # before there is anything in it to read
            temporary.write_bytes(secrets.token_bytes(48))
            try:
                os.link(temporary, path)  # fails if another process was first; its key stands
            except FileExistsError:
                pass
            finally:
                temporary.unlink()
        return path.read_bytes()


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
