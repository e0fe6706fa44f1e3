"""What a tick costs with all eleven position lifecycle workers, and how that grows with the positions."""

import time
from dataclasses import replace
from pathlib import Path
from statistics import median

from benchmarks.bench_desk import BenchDesk, with_desk
from benchmarks.fixtures import candles, configuration
from benchmarks.measuring import Figure, tell

_BLUEPRINT = """\
name: bench
symbols: ["BTC/USDT:USDT", "ETH/USDT:USDT"]
workers:
  - use: trailing_stop_manager
    parameters: {trigger_threshold: 0.2, trail_distance: 0.15, max_price_age_s: 120}
  - use: partial_profit_taker
    parameters: {targets: [{at: 2, share: 0.5}], max_price_age_s: 120}
  - use: scale_in_manager
    parameters: {max_position_quote: 100000, max_open_risk_quote: 100000, step: 2, max_price_age_s: 120}
  - use: breakeven_mover
    parameters: {trigger: 2, max_price_age_s: 120}
  - use: emergency_exit_agent
  - use: circuit_breaker
    parameters: {symbols: ["BTC/USDT:USDT"], feed_timeout_s: 120}
  - use: drawdown_limiter
    parameters: {max_price_age_s: 120}
  - use: correlation_monitor
    parameters: {symbols: ["BTC/USDT:USDT", "ETH/USDT:USDT"], max_cluster: 100, max_price_age_s: 120}
  - use: dca_executor
    parameters: {symbol: "BTC/USDT:USDT", schedule: NEVER, notional_quote: 100}
  - use: rebalancing_agent
    parameters: {targets: [{symbol: "BTC/USDT:USDT", weight: 0.5}], cash_weight: 0.5, schedule: NEVER}
  - use: hedge_manager
    parameters: {instrument: "ETH/USDT:USDT", symbols: ["BTC/USDT:USDT"], max_notional: 1000,
                 max_price_age_s: 120}
planners:
  entry: [{use: market}]
  size: [{use: fixed_notional, parameters: {notional_quote: 5000}}]
  exit: [{use: stop_and_target, parameters: {with_target: false}}]
  routing: [{use: immediate}]
"""
_POSITIONS = (0, 1, 10, 25, 50)
_REPEATS = 15
_CALLS = 400


def measure(folder: Path) -> list[Figure]:
    """Hand the core ticks that change nothing, over none to fifty positions of one symbol."""
    tell("eleven workers over none to fifty positions")
    cost_us = {count: _tick_us(folder / f"held-{count}", count) for count in _POSITIONS}
    most = _POSITIONS[-1]
    figures = [
        Figure(
            f"idle tick, eleven workers, {most} positions of its symbol",
            f"{cost_us[most]:,.0f} µs",
            f"{cost_us[0]:,.0f} µs without any",
        )
    ]
    each = [
        f"{(cost_us[count] - cost_us[0]) / count * 1000:,.0f} ns of {count}" for count in _POSITIONS if count
    ]
    what = "the same, for each position and all of its workers"
    return [*figures, Figure(what, ", ".join(each), "linear where it is flat")]


def _tick_us(folder: Path, positions: int) -> float:
    taken_us: list[float] = []

    async def work(bench: BenchDesk) -> None:
        first = await anext(bench.feed.ticks())
        if positions:
            await bench.open_shorts(first, positions)
        on_tick = bench.desk.core.on_tick
        ticks = [replace(first, sequence=first.sequence + 1 + number) for number in range(_CALLS)]
        for tick in ticks[:10]:
            on_tick(tick)
        for _ in range(_REPEATS):
            began_ns = time.perf_counter_ns()
            for tick in ticks:
                on_tick(tick)
            taken_us.append((time.perf_counter_ns() - began_ns) / _CALLS / 1000)

    with_desk(configuration(folder, _BLUEPRINT), candles(), work, folder)
    return median(taken_us)
