"""Settings come from one file and the environment, and say what is wrong with them."""

import re
import tomllib
from pathlib import Path

import pytest

from records.errors import ConfigurationError
from service.settings import Settings, read_settings
from service.settings_file import settings_file


def write(folder: Path, text: str) -> Path:
    path = folder / "topterms.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_file_of_a_new_project_sets_nothing(tmp_path: Path) -> None:
    assert read_settings(write(tmp_path, settings_file())) == Settings()


def test_the_file_of_a_new_project_shows_every_setting_with_its_default(tmp_path: Path) -> None:
    text = re.sub(r"(?m)^# (\w+ = )", r"\1", settings_file())
    assert set(tomllib.loads(text)) == set(Settings.model_fields)
    assert read_settings(write(tmp_path, text)) == Settings()


def test_a_key_of_a_table_reaches_its_stage(tmp_path: Path) -> None:
    settings = read_settings(write(tmp_path, "[weigh]\nhalf_life_days = 90\n[count]\nworkers = 1\n"))
    assert (settings.weigh.half_life_days, settings.count.workers) == (90, 1)


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOPTERMS_INDEX", "https://localhost:9200")
    monkeypatch.setenv("TOPTERMS_WEIGH__DIMENSIONS", "7")
    settings = read_settings(write(tmp_path, 'index = "embedded"\n[weigh]\ndimensions = 9\nhalf_life_days = 90\n'))
    assert (settings.index, settings.weigh.dimensions) == ("https://localhost:9200", 7)
    assert settings.weigh.half_life_days == 90


def test_memory_is_told_with_its_unit(tmp_path: Path) -> None:
    found = [read_settings(write(tmp_path, f"[weigh]\nmemory = {text!r}")) for text in ("2GB", "1.5 gb", "700MB", "")]
    assert [settings.weigh.memory_bytes for settings in found] == [2_000_000_000, 1_500_000_000, 700_000_000, 0]


def test_settings_cannot_be_changed_once_read(tmp_path: Path) -> None:
    settings = read_settings(write(tmp_path, ""))
    with pytest.raises(ValueError, match="frozen"):
        settings.index = "elsewhere"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("indx = 'x'", ["topterms.toml: indx", "not a setting", "index"]),
        ("[weigh]\nhalf_life = 3", ["topterms.toml: weigh.half_life", "not a setting", "half_life_days"]),
        ("[parse]\nworkers = 0", ["topterms.toml: parse.workers is 0", "greater than or equal to 1"]),
        ("[parse]\nworkers = 'many'", ["parse.workers is 'many'", "valid integer"]),
        ("[count]\nmin_confidence = 'high'", ["count.min_confidence is 'high'", "valid number"]),
        ("[count]\nworkers = 0", ["topterms.toml or TOPTERMS_COUNT__*: workers is 0", "at least 1"]),
        ("[count]\nmin_confidence = 7", ["topterms.toml or TOPTERMS_COUNT__*: min_confidence is 7", "from 0 to 1"]),
        ("[weigh]\nhalf_life_days = 0", ["topterms.toml or TOPTERMS_WEIGH__*: half_life_days is 0", "above 0"]),
        (
            "[weigh]\nhot_half_life_days = inf",
            ["topterms.toml or TOPTERMS_WEIGH__*: hot_half_life_days is inf", "above 0"],
        ),
        ("[weigh]\ndimensions = -1", ["topterms.toml or TOPTERMS_WEIGH__*: dimensions is -1", "at least 0"]),
        ("[weigh]\nmemory = '4 gallons'", ["topterms.toml or TOPTERMS_WEIGH__*: memory is '4 gallons'", "least 512MB"]),
        ("[weigh]\nmemory = '64MB'", ["topterms.toml or TOPTERMS_WEIGH__*: memory is '64MB'", "least 512MB"]),
        ("weigh = 3", ["topterms.toml: weigh is 3"]),
        ("index = 3", ["topterms.toml: index is 3", "valid string"]),
        ("index = ", ["topterms.toml is not TOML", "Invalid value"]),
    ],
)
def test_an_error_names_the_file_the_key_what_was_found_and_what_was_expected(
    tmp_path: Path, text: str, parts: list[str]
) -> None:
    with pytest.raises(ConfigurationError) as raised:
        read_settings(write(tmp_path, text))
    assert [part for part in parts if part not in str(raised.value)] == []


def test_an_error_in_the_environment_names_the_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOPTERMS_PARSE__WORKERS", "many")
    with pytest.raises(ConfigurationError, match="environment variable TOPTERMS_PARSE__WORKERS is 'many'"):
        read_settings(write(tmp_path, ""))


def test_a_variable_of_a_table_that_is_no_table_is_a_clear_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOPTERMS_WEIGH", "soon")
    with pytest.raises(ConfigurationError, match="TOPTERMS_"):
        read_settings(write(tmp_path, ""))


def test_a_file_in_another_encoding_is_a_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "topterms.toml"
    path.write_bytes("# Björk".encode("latin-1"))
    with pytest.raises(ConfigurationError, match="UTF-8"):
        read_settings(path)


@pytest.mark.parametrize("key", ["password", "api_key"])
def test_a_secret_is_in_no_message_and_in_no_print(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        read_settings(write(tmp_path, f"[elasticsearch]\n{key} = 271828"))
    assert key in str(raised.value)
    assert "271828" not in str(raised.value)
    monkeypatch.setenv(f"TOPTERMS_ELASTICSEARCH__{key.upper()}", "s271828")
    settings = read_settings(write(tmp_path, ""))
    assert getattr(settings.elasticsearch, key).get_secret_value() == "s271828"
    assert "271828" not in repr(settings)
