"""How much was in the market over a run: gross notional of all trades, once a minute."""

from dataclasses import dataclass
from decimal import Decimal

from desk.contracts.market import ZERO
from desk.contracts.ports.view import DeskView
from desk.runtime.market_board import MarketBoard


@dataclass(frozen=True, slots=True)
class ExposureFigures:
    """Hold gross notional in the account currency, and its greatest share of the equity of that minute."""

    largest: Decimal
    mean: Decimal
    largest_of_equity: Decimal


class ExposureWatch:
    """Sample what all trades are worth; a minute in which a price or rate is missing is left out."""

    def __init__(self, view: DeskView, board: MarketBoard) -> None:
        self._view = view
        self._board = board
        self._samples = 0
        self._sum = self._largest = self._largest_of_equity = ZERO

    def sample(self, equity: Decimal | None) -> None:
        """Take the exposure as it is now, beside the equity of the same moment."""
        gross = self._gross()
        if gross is None or not gross.is_finite():
            return
        self._samples += 1
        self._sum += gross
        self._largest = max(self._largest, gross)
        if equity is not None and equity > ZERO:
            self._largest_of_equity = max(self._largest_of_equity, gross / equity)

    def figures(self) -> ExposureFigures:
        """Return what was seen; zeros before the first sample."""
        mean = self._sum / self._samples if self._samples else ZERO
        return ExposureFigures(self._largest, mean, self._largest_of_equity)

    def _gross(self) -> Decimal | None:
        total = ZERO
        for position in self._view.positions():
            mark, instrument = self._board.mark(position.symbol), self._view.instrument(position.symbol)
            rate = None if instrument is None else self._view.rate(instrument.quote)
            if mark is None or rate is None:
                return None
            total += position.size_base * mark * rate
        return total
