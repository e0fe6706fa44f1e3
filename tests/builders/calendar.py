"""A desk in memory whose equity is given, and what happens to a worker on it while no price comes."""

import dataclasses
from decimal import Decimal

from desk.contracts.causality import CausalityChain
from desk.contracts.events import PERIOD_SKIPPED, PeriodSkipped
from desk.contracts.ids import ScheduleId
from desk.contracts.market import Quote
from desk.testing.bench import Bench
from desk.testing.building import SPOT
from desk.testing.memory_desk import MemoryDesk


@dataclasses.dataclass
class ValuedDesk(MemoryDesk):
    """Answer with the equity and the rates that the test put in; a currency without a rate is worth one."""

    worth: Decimal | None = Decimal(100_000)
    rates: dict[str, Decimal] = dataclasses.field(default_factory=dict)
    unknown_currencies: set[str] = dataclasses.field(default_factory=set)

    def equity(self) -> Decimal | None:
        return self.worth

    def rate(self, currency: str) -> Decimal | None:
        return None if currency in self.unknown_currencies else self.rates.get(currency, Decimal(1))


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
