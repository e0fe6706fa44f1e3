"""The connector that a platform asks for, put together with what it needs."""

import os
import random
import secrets
from collections.abc import Callable

from connectors.ccxt.settings import CcxtSettings, MarketChoice, ModeChoice
from connectors.registry import ConnectorParts, ConnectorSettings, create
from desk.bootstrap.settings import instruments
from desk.config.arming import is_armed
from desk.config.connector_settings import CcxtAccount
from desk.config.credentials import credentials_of
from desk.config.platform import Platform
from desk.config.storage import StorageLayout
from desk.contracts.paper import PaperSettings
from desk.contracts.ports.connector import IAPIConnector
from desk.contracts.ports.time import Clock, Spawner
from desk.contracts.problems import InputRefused, Problem

_SEED_BITS = 32


def connector_of(
    platform: Platform,
    storage: StorageLayout,
    clock: Clock,
    spawner: Spawner,
    armed_by: str | None = None,
    on_broad_key: Callable[[str], None] | None = None,
) -> IAPIConnector:
    """Build the connector; nothing is opened yet.

    `armed_by` are the words that arm it: without them a live account is read in public data alone. A key
    that may withdraw is refused when it is opened, unless `on_broad_key` hears of it. Raises InputRefused
    where a secret is missing.
    """
    parts = ConnectorParts(
        instruments=instruments(platform),
        clock=clock,
        spawner=spawner,
        rng=random.Random(secrets.randbits(_SEED_BITS)),
        account_file=storage.account,
        on_broad_key=on_broad_key,
    )
    return create(connector_settings(platform, armed_by), parts)


def connector_settings(platform: Platform, armed_by: str | None = None) -> ConnectorSettings:
    """Return what the connector is told, secrets included; raises InputRefused where one is missing."""
    account = platform.connector.ccxt
    if platform.connector.name == "paper" or account is None:
        return paper_settings(platform)
    return _with_secrets(account, is_armed=is_armed(platform, armed_by))


def paper_settings(platform: Platform) -> PaperSettings:
    """Return the paper exchange's settings; raises InputRefused where there are none."""
    if platform.connector.paper is None:
        what = "is missing, and recorded prices are traded on paper"
        problem = Problem("platform.yaml", None, "connector.paper", what, "add it, with opening_balances")
        raise InputRefused(problem)
    return platform.connector.paper


def _with_secrets(account: CcxtAccount, *, is_armed: bool) -> CcxtSettings:
    fetched = credentials_of(account, os.environ)
    return CcxtSettings(
        exchange=account.exchange,
        market=MarketChoice(account.market),
        mode=ModeChoice(account.mode),
        base_url=account.base_url,
        api_key=fetched.api_key,
        secret=fetched.secret,
        password=fetched.password,
        is_armed=is_armed,
    )
