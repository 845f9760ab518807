"""The settings file that a new project starts with: every key, what it means and its default."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from service.settings import Settings

_HEAD = """\
# Settings of this project. Every line shows a default: remove the "#" before a key to change it.
# The environment wins over this file: TOPTERMS_INDEX, TOPTERMS_WEIGH__HALF_LIFE_DAYS and so on.
# Paths are relative to this folder.
"""


def settings_file(lake: str = "") -> str:
    """Return the text of a commented settings file in which nothing is set but the lake, if one is given."""
    schema = Settings.model_json_schema()
    tables = schema["$defs"]
    properties: dict[str, dict[str, Any]] = schema["properties"]
    plain = {key: described for key, described in properties.items() if "$ref" not in described}
    lines = [_HEAD, *_lines(plain, {key: described["default"] for key, described in plain.items()})]
    for key, described in properties.items():
        if "$ref" in described:
            table = tables[described["$ref"].rsplit("/", 1)[-1]]
            lines += [
                f"[{key}]  # {table['description'].splitlines()[0]}",
                *_lines(table["properties"], described["default"]),
            ]
    text = "\n".join(lines)
    return text.replace('# lake = "lake"', f"lake = {_toml(lake)}") if lake else text


def _lines(properties: Mapping[str, Mapping[str, Any]], defaults: Mapping[str, Any]) -> Iterator[str]:
    for key, described in properties.items():
        yield f"# {' '.join(described['description'].split())}"
        yield f"# {key} = {_toml(defaults[key])}\n"


def _toml(value: object) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_toml(item)}" for key, item in value.items()) + " }"
    return json.dumps(str(value) if isinstance(value, Path) else value)
