"""Settings: read once from `topterms.toml` and the environment, then frozen.

Every key can be set in the environment too, which wins: `TOPTERMS_` and the key in capitals, a table and its key
joined by two underscores (`TOPTERMS_INDEX`, `TOPTERMS_WEIGH__HALF_LIFE_DAYS`).
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError

from nlp.settings import CountSettings, WeighSettings
from records.errors import ConfigurationError

FILE_NAME = "topterms.toml"
_PREFIX = "TOPTERMS_"
_NESTED = "__"
_SECRETS = {"api_key", "password"}


class ParseSettings(BaseModel):
    """How pages are turned into documents."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    workers: int = Field(default_factory=lambda: os.cpu_count() or 1, ge=1)
    """Processes that parse, at least 1; the machine's cores if silent."""


class KeepSettings(BaseModel):
    """For how long what can be done without is kept."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    pages_days: int = Field(default=0, ge=0)
    """Days that fetched pages are kept once they are parsed; 0 for ever. Documents stay."""
    vectors_days: int = Field(default=0, ge=0)
    """Days that the vectors of a day are kept; 0 for ever. The latest stay, and counts do, to build others again."""


class ElasticsearchSettings(BaseModel):
    """What is needed to use an Elasticsearch server as the index; without one, nothing here matters."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    api_key: SecretStr = SecretStr("")
    """Encoded API key; better kept in the environment: TOPTERMS_ELASTICSEARCH__API_KEY."""
    user: str = ""
    """Name for basic authentication, where there is no API key."""
    password: SecretStr = SecretStr("")
    """The user's password; better kept in the environment: TOPTERMS_ELASTICSEARCH__PASSWORD."""
    ca: str = ""
    """File (PEM) of the CA that signed the server's certificate, where the system does not know it."""
    prefix: str = "topterms"
    """What the names of all indices start with."""
    deadline: float = Field(default=10.0, gt=0)
    """Seconds that a question may take in all."""
    shards: int = Field(default=0, ge=0)
    """Shards of an index of artists or songs; 0 for as many as their number asks for."""
    replicas: int = Field(default=1, ge=0)
    """Copies of every shard, as far as there are nodes for them."""


class ServeSettings(BaseModel):
    """How `topterms serve` answers, and what it bears from whom."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    api_key: SecretStr = SecretStr("")
    """Key that lets a caller publish (`Authorization: Bearer KEY`); without one nobody may. Better kept in the
    environment: TOPTERMS_SERVE__API_KEY."""
    requests_per_minute: int = Field(default=600, ge=0)
    """Requests of one client a minute; 0 for any number."""
    limit_loopback: bool = False
    """Whether clients on this very machine are held to that too."""
    threads: int = Field(default_factory=lambda: max(4, os.cpu_count() or 1), ge=1)
    """Questions of the quick kind that are worked on at a time; the machine's cores, but at least 4, if silent."""
    heavy_threads: int = Field(default=2, ge=1)
    """Questions at a time that read documents or a whole snapshot; they never take a thread of the quick ones."""
    waiting: int = Field(default=200, ge=1)
    """Questions that may wait for a thread; more are told to come back later."""
    deadline: float = Field(default=10.0, gt=0)
    """Seconds that an answer may take."""
    max_body: int = Field(default=1_000_000, ge=1_000)
    """Bytes that may be posted."""
    max_text: int = Field(default=10_000, ge=100)
    """Characters of a text that artists are looked for in."""


class Settings(BaseSettings):
    """All that a user may set; paths are relative to the project's folder."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX,
        env_nested_delimiter=_NESTED,
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
    )

    index: str = ""
    """Address of an Elasticsearch server; empty for the embedded index in the lake."""
    lake: str = "lake"
    """Folder of the lake, or its address on an object store (s3://bucket/prefix)."""
    lake_cache: str = ""
    """Folder for copies of what lies on an object store; the user's cache folder if empty."""
    engine: str = "local"
    """What counts and sums: local, this machine, or spark://HOST:PORT, the address of a Spark master."""
    sources: Path = Path("sources.toml")
    """File that says where to crawl."""
    catalog: Path = Path("catalog.csv")
    """File of the artists and songs to look for: CSV or JSON lines."""
    parse: ParseSettings = ParseSettings()
    count: CountSettings = CountSettings()
    weigh: WeighSettings = WeighSettings()
    keep: KeepSettings = KeepSettings()
    elasticsearch: ElasticsearchSettings = ElasticsearchSettings()
    serve: ServeSettings = ServeSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the environment win over the file, and read nothing else."""
        del settings_cls, dotenv_settings, file_secret_settings
        return env_settings, init_settings


def read_settings(path: Path) -> Settings:
    """Read the settings file of a project and the environment.

    Raises:
        ConfigurationError: the file is no TOML, or a key is unknown or its value unfit; the message names the file
            or the variable, the key, what was found and what was expected.
    """
    values = _read_toml(path)
    try:
        return Settings(**values)
    except ValidationError as error:
        raise ConfigurationError("; ".join(_problem(path, values, e) for e in error.errors())) from error
    except SettingsError as error:
        raise ConfigurationError(f"the environment's {_PREFIX}* variables cannot be read: {error}") from error


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} is not TOML in UTF-8: {error}") from error
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}") from error


def _problem(path: Path, values: Mapping[str, Any], error: Mapping[str, Any]) -> str:
    """Say in one clause where a value stands, what was found and what was expected."""
    keys = [str(part) for part in error["loc"]]
    variable = _PREFIX + _NESTED.join(keys).upper()
    where = f"{path}: {'.'.join(keys)}" if _stands_in(values, keys) else f"environment variable {variable}"
    if error["type"] in ("extra_forbidden", "unexpected_keyword_argument"):
        return f"{where} is not a setting; available are {', '.join(_available(keys[:-1]))}"
    if error["type"] == "value_error":  # the table as a whole was looked at, and says what is wrong with it
        return f"{path} or {variable}{_NESTED}*: {error['ctx']['error']}"
    expected = str(error["msg"]).replace("Input should be", "expected")
    if keys[-1] in _SECRETS:  # their values belong into no message
        return f"{where} cannot be used; {expected}"
    found = _look_up(values, keys) if _stands_in(values, keys) else os.environ.get(variable, "")
    return f"{where} is {found!r}; {expected}"


def _look_up(values: Any, keys: list[str]) -> Any:
    for key in keys:
        values = values[key]
    return values


def _stands_in(values: Any, keys: list[str]) -> bool:
    try:
        _look_up(values, keys)
    except (KeyError, TypeError):
        return False
    return True


def _available(table: list[str]) -> list[str]:
    if not table:
        return sorted(Settings.model_fields)
    default = getattr(Settings.model_construct(), table[0])
    return sorted(f.name for f in fields(default)) if is_dataclass(default) else sorted(type(default).model_fields)
