"""What happens to a worker on the bench while no price comes: time passes, periods are missed."""

from decimal import Decimal

from desk.contracts.causality import CausalityChain
from desk.contracts.events import PERIOD_SKIPPED, TIME_PASSED, PeriodSkipped
from desk.contracts.ids import ScheduleId
from desk.contracts.market import Quote, TimePassed
from tests.builders.memory_desk import SPOT
from tests.builders.workers import Bench


def time_passes(bench: Bench, later_ms: int = 10_000) -> list[object]:
    """Let `later_ms` pass, and tell the worker."""
    bench.desk.time_ms += later_ms
    beat = TimePassed(bench.desk.time_ms, 1)
    return bench.handle(TIME_PASSED, beat, CausalityChain.born(beat.id))


def missed(bench: Bench, skipped: PeriodSkipped) -> list[object]:
    """Tell the worker of a period that somebody skipped."""
    chain = CausalityChain.born(ScheduleId.at(bench.desk.time_ms, 1))
    return bench.handle(PERIOD_SKIPPED, skipped, chain)


def price(
    bench: Bench, middle: str | Decimal, symbol: str = SPOT, *, spread: str = "0", old_ms: int = 0
) -> None:
    """Let a symbol have a price, without a tick."""
    mid, half = Decimal(middle), Decimal(spread) / 2
    time_ms = bench.desk.time_ms - old_ms
    bench.desk.quotes[symbol] = Quote(symbol, mid - half, mid + half, mid, time_ms)
