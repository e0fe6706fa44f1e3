"""The kit for those who write workers: builders, a bench for one worker, and runs over recorded prices.

    from desk.testing import Bench, only_directive, position

    bench = Bench(MyWorker, {"patience_s": 5})
    bench.desk.hold(position(entry="100000", stop="98000"))
    directive = only_directive(bench.tick("101000"))

It needs nothing but the desk itself, `price_paths` alone wants hypothesis (install `desk[testing]`).
"""

from desk.testing.bench import Bench, BenchContext, CountingIds, Notebook, Unsound, only_directive, stop_of
from desk.testing.beside import worker_beside
from desk.testing.building import (
    PERPETUAL,
    SPOT,
    START_MS,
    STRATEGY,
    bar,
    bars,
    instrument,
    position,
    quote,
    tick,
)
from desk.testing.memory_desk import MemoryDesk
from desk.testing.price_paths import path_of, price_paths
from desk.testing.recorded_run import RecordedRun, run_over
from desk.testing.simulated_fills import SimulatedFills

__all__ = [
    "PERPETUAL",
    "SPOT",
    "START_MS",
    "STRATEGY",
    "Bench",
    "BenchContext",
    "CountingIds",
    "MemoryDesk",
    "Notebook",
    "RecordedRun",
    "SimulatedFills",
    "Unsound",
    "bar",
    "bars",
    "instrument",
    "only_directive",
    "path_of",
    "position",
    "price_paths",
    "quote",
    "run_over",
    "stop_of",
    "tick",
    "worker_beside",
]
