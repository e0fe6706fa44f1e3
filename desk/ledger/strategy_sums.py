"""What the closed trades of each strategy made, per quote currency."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from desk.contracts.assets import currencies_of
from desk.contracts.market import ZERO
from desk.contracts.netting import MONEY


@dataclass(slots=True)
class StrategySum:
    """Add up closed trades in one quote currency; a win earned more than its fees."""

    trades: int = 0
    wins: int = 0
    realized_quote: Decimal = ZERO
    fees_quote: Decimal = ZERO


class StrategySums:
    """Hold the sums of every strategy."""

    def __init__(self) -> None:
        self._sums: dict[str, dict[str, StrategySum]] = {}

    def add(
        self, strategy_id: str, symbol: str, realized_quote: Decimal, fees_quote: Decimal, times: int = 1
    ) -> None:
        """Take one closed trade in, or with `times` -1 out again."""
        of_strategy = self._sums.setdefault(strategy_id, {})
        one = of_strategy.setdefault(currencies_of(symbol)[1], StrategySum())
        one.trades += times
        one.wins += times * (realized_quote > fees_quote)
        one.realized_quote = MONEY.add(one.realized_quote, realized_quote * times)
        one.fees_quote = MONEY.add(one.fees_quote, fees_quote * times)

    def by_strategy(self) -> Mapping[str, Mapping[str, StrategySum]]:
        """Return the sums by strategy, in alphabetical order, and quote currency."""
        return dict(sorted(self._sums.items()))
