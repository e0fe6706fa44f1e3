"""What the measurements run on: recorded candles, and a blueprint that trails ten trades at once."""

from pathlib import Path

from desk.bootstrap.plugins import offered_plugins
from desk.config.configuration import Configuration, load_configuration

ROOT = Path(__file__).resolve().parents[1]
JANUARY = ROOT.parent / "shared" / "data" / "btc_usd_perp_1m_2022-01.csv"
COMMITTED = ROOT / "tests" / "data" / "btc_usd_candles.csv"
SYMBOL = "BTC/USDT:USDT"
TRADES = 10

_PLATFORM = """\
desk: {id: bench-desk, account_currency: USDT}
instruments:
  - {symbol: BTC/USDT:USDT, kind: perpetual, price_step: 0.1, size_step: 0.001, min_size_base: 0.001,
     min_notional_quote: 5, maker_fee: 0.0002, taker_fee: 0.0005, max_leverage: 20}
  - {symbol: ETH/USDT:USDT, kind: perpetual, price_step: 0.01, size_step: 0.001, min_size_base: 0.001,
     min_notional_quote: 5, maker_fee: 0.0002, taker_fee: 0.0005, max_leverage: 20}
schedule: [{name: NEVER, cron: 0 0 29 2 *}]
connector:
  name: paper
  paper: {opening_balances: {USDT: 10000000}, latency_ms: 0}
feed:
  name: synthetic
  synthetic: {seed: 7, interval_ms: 100, symbols: {"BTC/USDT:USDT": {start_price: 50000}}}
risk: {max_order_notional: 1000000, max_position_notional: 100000000, max_open_trades: 60,
       max_orders_per_minute: 100000, duplicate_window_ms: 0, max_price_age_ms: 120000}
"""

_BLUEPRINT = """\
name: bench
symbols: ["BTC/USDT:USDT"]
workers:
  - use: trailing_stop_manager
    parameters: {trigger_threshold: 0.001, trail_distance: 0.15, mode: continuous, cooldown_s: 0,
                 min_step_ticks: 1, max_price_age_s: 120}
planners:
  entry: [{use: market}]
  size: [{use: fixed_notional, parameters: {notional_quote: 5000}}]
  exit: [{use: stop_and_target, parameters: {with_target: false}}]
  routing: [{use: immediate}]
"""
"""A stop that trails 15 % behind is hardly ever hit: the ten shorts stay open and every new low moves it."""


def candles() -> Path:
    """Return the real month where it is at hand, else the committed candles."""
    return JANUARY if JANUARY.exists() else COMMITTED


def configuration(folder: Path, strategy: str = _BLUEPRINT) -> Configuration:
    """Write platform and blueprint into `folder` and load them."""
    folder.mkdir(parents=True, exist_ok=True)
    platform, blueprint = folder / "platform.yaml", folder / "bench.yaml"
    platform.write_text(_PLATFORM)
    blueprint.write_text(strategy)
    settings = [f"storage.path={folder / 'state'}"]
    return load_configuration(platform, [blueprint], settings, {}, offered_plugins())
