"""Write the JSON Schemas of platform.yaml and blueprints, so that editors can complete and check them."""

import json
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel

from desk.config.blueprint import Blueprint
from desk.config.platform import Platform

FOLDER = Path(__file__).parents[2] / "schemas"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_MODELS: Mapping[str, type[BaseModel]] = {"platform.json": Platform, "blueprint.json": Blueprint}


def schemas() -> dict[str, str]:
    """Return the text of every schema, by file name."""
    return {name: _text(model) for name, model in _MODELS.items()}


def _text(model: type[BaseModel]) -> str:
    schema = {"$schema": _DIALECT, **model.model_json_schema()}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    """Write every schema into `schemas/`."""
    FOLDER.mkdir(exist_ok=True)
    for name, text in schemas().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
