"""Profit and fees of all trades, in the account currency."""

from decimal import Decimal

from desk.contracts.assets import currencies_of
from desk.contracts.market import ZERO
from desk.contracts.ports.view import DeskView
from desk.ledger.ledger import Ledger
from desk.runtime.market_board import MarketBoard


class AccountFigures:
    """Sum over trades; None wherever a rate or a price is not known."""

    def __init__(self, ledger: Ledger, view: DeskView, board: MarketBoard) -> None:
        self._ledger = ledger
        self._view = view
        self._board = board

    def realized(self) -> Decimal | None:
        """Return the realized profit before fees."""
        return self._sum([(one.currency, one.realized_quote) for one in self._ledger.results()])

    def fees(self) -> Decimal | None:
        """Return the fees paid."""
        return self._sum([(one.currency, one.fees_quote) for one in self._ledger.results()])

    def unrealized(self) -> Decimal | None:
        """Return the open profit of every trade at its mark."""
        parts: list[tuple[str, Decimal]] = []
        for position in self._ledger.open_positions():
            mark = self._board.mark(position.symbol)
            if mark is None:
                return None
            parts.append((currencies_of(position.symbol)[1], position.unrealized_quote(mark)))
        return self._sum(parts)

    def _sum(self, parts: list[tuple[str, Decimal]]) -> Decimal | None:
        total = ZERO
        for currency, amount in parts:
            rate = self._view.rate(currency)
            if rate is None:
                return None
            total += amount * rate
        return total
