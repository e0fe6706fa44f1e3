"""Valid configuration texts, and ways to break one line of them."""

from pathlib import Path

PLATFORM = """\
desk:
  id: test-desk
  account_currency: USDT
  time_zone: UTC
instruments:
  - symbol: BTC/USDT
    kind: spot
    price_step: 0.01
    size_step: 0.00001
    min_size_base: 0.00001
    min_notional_quote: 5
    maker_fee: 0.001
    taker_fee: 0.001
  - symbol: BTC/USDT:USDT
    kind: perpetual
    price_step: 0.10
    size_step: 0.001
    min_size_base: 0.001
    min_notional_quote: 5
    maker_fee: 0.0002
    taker_fee: 0.0005
    max_leverage: 20
connector:
  name: paper
  paper:
    opening_balances: {USDT: 100000}
    latency_ms: 20
feed:
  name: synthetic
  synthetic:
    seed: 7
    interval_ms: 100
    symbols:
      BTC/USDT: {start_price: 64000}
risk:
  max_order_notional: 50000
  max_position_notional: 100000
schedule:
  - name: WEEKLY_DCA
    cron: 0 9 * * mon
"""

BLUEPRINT = """\
name: trend
mode: swot
symbols: [BTC/USDT:USDT]
protection: required
workers:
  - use: trend_context
    parameters: {symbol: BTC/USDT:USDT}
  - use: swot_planner
    parameters:
      symbol: BTC/USDT:USDT
      account_risk_fraction: 0.01
      stop_fraction: 0.02
  - use: trailing_stop_manager
    name: trail
    parameters:
      trigger_threshold: 0.02
      trail_distance: 0.01
planners:
  entry:
    - use: market
      when: {confidence: [0.7, 1]}
    - use: limit
      when: {confidence: [0, 0.7]}
  size:
    - use: fixed_risk
  exit:
    - use: stop_and_target
"""

DCA = """\
name: dca
symbols: [BTC/USDT]
protection: none
workers:
  - use: dca_executor
    parameters: {symbol: BTC/USDT, schedule: WEEKLY_DCA, notional_quote: 100}
planners:
  entry:
    - use: market
  size:
    - use: fixed_notional
"""

DIRECT = """\
name: breakouts
mode: direct
symbols: [BTC/USDT:USDT]
workers:
  - use: breakout_opportunity
    parameters: {symbol: BTC/USDT:USDT}
planners:
  entry:
    - use: market
  size:
    - use: fixed_risk
  exit:
    - use: stop_and_target
direct:
  signal_type: BREAKOUT
  min_confidence: 0.6
  size: {max_risk_amount: 50}
  exit: {stop_loss_tolerance: 0.02}
"""


def changed(text: str, old: str, new: str) -> str:
    """Replace one part of a text that has it exactly once."""
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in the text"
    return text.replace(old, new)


def line_of(text: str, part: str) -> int:
    """Return the number of the only line that has `part`."""
    found = [number for number, line in enumerate(text.splitlines(), start=1) if part in line]
    assert len(found) == 1, f"{part!r} stands on lines {found}"
    return found[0]


def written(folder: Path, name: str, text: str) -> Path:
    """Write a file and return its path."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    path.chmod(0o644)  # a worker's file that its group may write is not run
    return path


QUICK_TREND = """\
name: quick
symbols: [BTC/USDT:USDT]
workers:
  - use: trend_context
    parameters: {symbol: BTC/USDT:USDT, fast_bars: 2, slow_bars: 5, full_gap: 0.001}
  - use: breakout_opportunity
    parameters: {symbol: BTC/USDT:USDT, lookback_bars: 5, min_range: 0.0001}
  - use: swot_planner
    parameters: {symbol: BTC/USDT:USDT, threshold: 0.1, max_risk_quote: 50, stop_fraction: 0.01}
  - use: trailing_stop_manager
    parameters: {trigger_threshold: 0.005, trail_distance: 0.004}
planners:
  entry:
    - use: market
  size:
    - use: fixed_risk
  exit:
    - use: stop_and_target
"""
"""A strategy that trades within minutes of a trend."""


def rising_candles(minutes: int) -> str:
    """Return one-minute candles that rise by 0.1 % each, and fall back at the end."""
    rows = ["time_ms,open,high,low,close,volume"]
    price = 40_000
    for minute in range(minutes):
        step = 40 if minute < minutes - 20 else -60
        low, high = min(price, price + step) - 5, max(price, price + step) + 5
        rows.append(f"{1_640_995_200_000 + minute * 60_000},{price},{high},{low},{price + step},10")
        price += step
    return "\n".join(rows) + "\n"
