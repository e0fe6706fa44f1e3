"""Where a drill takes place: a local exchange, and a desk that is configured for it."""

import random
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from connectors.sandbox.faults import FaultOrder
from connectors.sandbox.limits import LimitSettings
from connectors.sandbox.settings import KeySettings, SandboxSettings, SymbolSettings
from connectors.sandbox.usual import listings_of
from connectors.sandbox.venue import LocalVenue
from desk.bootstrap.drill_report import DrillSettings
from desk.bootstrap.plugins import offered_plugins
from desk.config.configuration import Configuration, load_configuration
from desk.runtime.clock import WallClock
from desk.runtime.tasks import TaskSupervisor

OPENING_PRICE = Decimal(100)
_KEY = "drill"

_PLATFORM = """\
desk: {{id: drill, account_currency: USDT}}
connector:
  name: ccxt
  ccxt:
    exchange: bybit
    market: swap
    mode: sandbox
    base_url: {base_url}
    api_key: file:{folder}/key
    secret: file:{folder}/secret
feed:
  name: connector
  connector: {{symbols: [{symbols}]}}
risk: {{max_order_notional: 100000, max_position_notional: 1000000, max_open_trades: 1000,
       max_orders_per_minute: 100000, duplicate_window_ms: 0, max_price_age_ms: 60000}}
storage: {{path: {folder}/state}}
control: {{enabled: false}}
"""


def drill_venue(drill: DrillSettings, symbols: Sequence[str], tasks: TaskSupervisor) -> LocalVenue:
    """Build the exchange of one exit: rich, calm, and as slow and narrow as the drill wants it."""
    rate = drill.rate
    settings = SandboxSettings(
        symbols=tuple(
            SymbolSettings(
                symbol=symbol, start_price=OPENING_PRICE, price_step=Decimal("0.01"),
                size_step=Decimal("0.001"), min_size_base=Decimal("0.001"), annual_volatility=Decimal("0.05"),
            )
            for symbol in symbols
        ),
        keys=(KeySettings(key=_KEY, secret=_KEY),),
        opening_balances={"USDT": Decimal(10_000_000)},
        limits=LimitSettings(place=rate, amend=rate, cancel=rate, read=rate),
    )  # fmt: skip
    listings, rng = listings_of(settings.symbols), random.Random(settings.seed)
    venue = LocalVenue(settings, listings, {}, WallClock(), tasks, rng)
    if drill.latency_ms:
        delay = {"fault": "latency", "delay_ms": drill.latency_ms}
        venue.inject(FaultOrder.model_validate(delay, strict=False))
    return venue


def drill_configuration(folder: Path, base_url: str, symbols: Sequence[str]) -> Configuration:
    """Write, in `folder`, the files of a desk that trades there, and read them."""
    for name in ("key", "secret"):
        path = folder / name
        path.touch(mode=0o600)
        path.write_text(_KEY, encoding="utf-8")
    platform = folder / "platform.yaml"
    text = _PLATFORM.format(base_url=base_url, folder=folder, symbols=", ".join(symbols))
    platform.write_text(text, encoding="utf-8")
    return load_configuration(platform, (), (), {}, offered_plugins())
