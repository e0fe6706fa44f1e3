"""The connector that a platform asks for, put together with what it needs."""

import random
import secrets

from connectors.registry import ConnectorParts, create
from desk.bootstrap.settings import instruments
from desk.config.platform import Platform
from desk.config.storage import StorageLayout
from desk.contracts.ports.connector import IAPIConnector
from desk.contracts.ports.time import Clock, Spawner

_SEED_BITS = 32


def connector_of(platform: Platform, storage: StorageLayout, clock: Clock, spawner: Spawner) -> IAPIConnector:
    """Build the connector; nothing is opened yet. Raises InputRefused with every fault of its settings."""
    parts = ConnectorParts(
        instruments=instruments(platform),
        clock=clock,
        spawner=spawner,
        rng=random.Random(secrets.randbits(_SEED_BITS)),
        account_file=storage.account,
    )
    return create(platform.connector.name, platform.connector.paper.model_dump(), parts)
