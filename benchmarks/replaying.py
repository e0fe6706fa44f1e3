"""Replay candles with trailing stops on ten trades, journal on, beside a bare loop over the same ticks."""

import asyncio
import cProfile
import pstats
import time
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from benchmarks.bench_desk import BenchDesk, with_desk
from benchmarks.fixtures import SYMBOL, TRADES, candles, configuration
from benchmarks.measuring import Figure, median, tell
from desk.contracts.market import Tick

_REPEATS = 3
_STORM_TICKS = 400
_STORM_SCALE = 4_000


@dataclass(slots=True)
class _Run:
    """Collect what one replay did."""

    seconds: float = 0.0
    ticks: int = 0
    directives: int = 0


def measure(folder: Path) -> list[Figure]:
    """Measure ticks and directives a second, and where the time goes."""
    runs, bare = [], []
    for repeat in range(_REPEATS):
        tell(f"replay with trailing stops on {TRADES} trades, {repeat + 1} of {_REPEATS}")
        runs.append(_replay(folder))
        bare.append(_bare(folder))
    tell("a new low at every tick, so that every tick moves ten stops")
    storms = [_storm(folder) for _ in range(_REPEATS)]
    tell("the same replay under the profiler")
    shares = _shares(folder)
    seconds = median([run.seconds for run in runs])
    run = runs[0]
    bare_seconds = median(bare)
    rates = sorted(run.ticks / run.seconds for run in runs)
    spread = f"{rates[0]:,.0f} to {rates[-1]:,.0f} over {_REPEATS} runs; "
    peer = f"{spread}nautilus 14.8k to 203k, backtrader 7.3k to 34k (every tick a modify … few)"
    return [
        Figure(f"replay of {candles().name}: ticks/s", f"{run.ticks / seconds:,.0f}", peer),
        Figure(
            "the same: directives/s, each journaled and executed",
            f"{run.directives / seconds:,.0f}",
            f"{run.directives} directives over {run.ticks} ticks",
        ),
        Figure(
            f"a modify of {TRADES} trades at every tick: directives/s",
            f"{median([storm.directives / storm.seconds for storm in storms]):,.0f}",
            "nautilus live, flat out: 7k to 12k modifies/s without a durable journal",
        ),
        Figure(
            "the replay against reading the ticks and doing nothing",
            f"{seconds / bare_seconds:.1f} times",
            f"{bare_seconds:.2f} s for the bare loop",
        ),
        *(
            Figure(f"share of the time in {name}", f"{share:.0%}", "by profiler, own time")
            for name, share in shares
        ),
    ]


def _replay(folder: Path) -> _Run:
    run = _Run()

    async def work(bench: BenchDesk) -> None:
        ticks = bench.feed.ticks()
        await bench.open_shorts(await anext(ticks))
        on_tick = bench.desk.core.on_tick
        began = time.perf_counter()
        async for tick in ticks:  # the feed lets the rest of the desk run, as in `desk replay`
            on_tick(tick)
        run.seconds = time.perf_counter() - began
        run.ticks = bench.desk.core.ticks
        run.directives = bench.desk.tally.counts["directive"] - TRADES

    with_desk(configuration(folder), candles(), work, folder / "replay")
    return run


def _storm(folder: Path) -> _Run:
    """Let the price fall at every tick: nothing but modifies, each planned, gated, amended and journaled."""
    run = _Run()

    async def work(bench: BenchDesk) -> None:
        first = await anext(bench.feed.ticks())
        await bench.open_shorts(first)
        began = time.perf_counter()
        for number in range(1, _STORM_TICKS + 1):
            await bench.clock.sleep_ms(1_000)
            price = first.price * (1 - Decimal(number) / _STORM_SCALE)
            price = price.quantize(first.price)
            bench.desk.core.on_tick(
                Tick(SYMBOL, bench.clock.now_ms(), price, price, price, Decimal(1), number)
            )
            await asyncio.sleep(0)
        run.seconds = time.perf_counter() - began
        run.directives = bench.desk.tally.counts["directive"] - TRADES

    with_desk(configuration(folder), candles(), work, folder / "storm")
    return run


def _bare(folder: Path) -> float:
    seconds = [0.0]

    async def work(bench: BenchDesk) -> None:
        began = time.perf_counter()
        async for _ in bench.feed.ticks():
            pass
        seconds[0] = time.perf_counter() - began

    with_desk(configuration(folder), candles(), work, folder / "bare")
    return seconds[0]


def _shares(folder: Path) -> list[tuple[str, float]]:
    profile = cProfile.Profile()
    profile.enable()
    _replay(folder)
    profile.disable()
    own: Counter[str] = Counter()
    for (file, _line, name), row in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined]
        own[_group(file, name)] += row[2]
    total = sum(own.values())
    return [(name, seconds / total) for name, seconds in own.most_common()]


def _group(file: str, name: str) -> str:
    if "/desk/" in file or "/connectors/" in file or "/benchmarks/" in file:
        return "our code"
    if "sqlite3" in name or "sqlite3" in file:
        return "SQLite"
    if "pydantic" in file or "pydantic" in name:
        return "pydantic"
    return "Python's library and built-ins"
