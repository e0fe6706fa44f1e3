"""From a connector's settings to the connector; only the one asked for is imported."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from connectors.ccxt.settings import CcxtSettings
from desk.contracts.market import Instrument
from desk.contracts.paper import PaperSettings
from desk.contracts.ports.connector import IAPIConnector
from desk.contracts.ports.time import Clock, Rng, Spawner

ConnectorSettings = PaperSettings | CcxtSettings
"""The settings of each connector there is: they say which one is meant."""


@dataclass(frozen=True, slots=True)
class ConnectorParts:
    """Hand a connector what it needs of the desk.

    `instruments` and `account_file` are for an exchange that the desk makes up itself: what it trades, and
    where it keeps its account, None for a replay. `on_broad_key` is for whoever must go on with a key that
    may do too much: it hears of it, and the key is not refused.
    """

    instruments: Sequence[Instrument]
    clock: Clock
    spawner: Spawner
    rng: Rng
    account_file: Path | None
    on_broad_key: Callable[[str], None] | None = None


def create(settings: ConnectorSettings, parts: ConnectorParts) -> IAPIConnector:
    """Build the connector that the settings are for; nothing is opened yet."""
    match settings:
        case PaperSettings():
            from connectors.paper.connector import PaperConnector

            return PaperConnector(
                settings, parts.instruments, parts.clock, parts.spawner, parts.rng, parts.account_file
            )
        case CcxtSettings():
            from connectors.ccxt.connector import CcxtConnector

            return CcxtConnector(
                settings, parts.clock, parts.spawner, parts.rng, on_broad_key=parts.on_broad_key
            )
