"""From a connector's name to the connector; only the one asked for is imported."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from desk.contracts.dto import Dto
from desk.contracts.market import Instrument
from desk.contracts.ports.connector import IAPIConnector
from desk.contracts.ports.time import Clock, Rng, Spawner
from desk.contracts.problems import InputRefused, Problem

NAMES = ("paper",)
"""The connectors there are."""

Settings = TypeVar("Settings", bound=Dto)

_FILE = "platform.yaml"


@dataclass(frozen=True, slots=True)
class ConnectorParts:
    """Hand a connector what it needs of the desk; `account_file` is None for a replay."""

    instruments: Sequence[Instrument]
    clock: Clock
    spawner: Spawner
    rng: Rng
    account_file: Path | None


def create(name: str, settings: Mapping[str, object], parts: ConnectorParts) -> IAPIConnector:
    """Build a connector; numbers in `settings` are Decimal, int or text.

    Raises InputRefused with every fault of the settings, or for a name that is not among `NAMES`.
    """
    if name == "paper":
        from connectors.paper.connector import PaperConnector
        from connectors.paper.settings import PaperSettings

        checked = _checked(PaperSettings, name, settings)
        return PaperConnector(
            checked, parts.instruments, parts.clock, parts.spawner, parts.rng, parts.account_file
        )
    remedy = f"write one of: {', '.join(NAMES)}"
    raise InputRefused(Problem(_FILE, None, "connector.name", f"unknown connector {name!r}", remedy))


def _checked(model: type[Settings], name: str, settings: Mapping[str, object]) -> Settings:
    try:
        return model.model_validate_json(json.dumps(dict(settings), default=str))
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
    problems = [_problem(name, ".".join(map(str, one["loc"])), one["msg"]) for one in details]
    raise InputRefused(*problems)


def _problem(name: str, key: str, what: str) -> Problem:
    return Problem(_FILE, None, f"connector.{name}.{key}", what, "see the schema of platform.yaml")
