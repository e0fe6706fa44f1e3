"""The account in its currency: worth, day, exposure and what is at risk."""

from dataclasses import dataclass
from decimal import Decimal

from desk.contracts.assets import currencies_of
from desk.contracts.market import ZERO
from desk.contracts.snapshot import AccountView, Figure, PositionRow, Source
from desk.ledger.ledger import Ledger
from desk.runtime.account_figures import AccountFigures
from desk.runtime.equity_watch import EquityWatch
from desk.runtime.live_view import LiveView
from desk.runtime.trading_day import TradingDay


class AccountWindow:
    """Sum over the position rows; None wherever a rate or a price is not known."""

    def __init__(
        self,
        ledger: Ledger,
        view: LiveView,
        figures: AccountFigures,
        equity: EquityWatch,
        day: TradingDay,
        position_limit: Decimal | None,
    ) -> None:
        self._ledger = ledger
        self._view = view
        self._figures = figures
        self._equity = equity
        self._day = day
        self._position_limit = position_limit
        self._quotes: dict[str, str] = {}

    def view(self, rows: tuple[PositionRow, ...]) -> AccountView:
        """Return the account; what hangs on marks is as old as the oldest of them."""
        currency = self._view.account_currency
        equity = self._view.equity()
        marked_ms = max((one.mark.age_ms for one in rows if one.mark.age_ms is not None), default=0)
        sums = self._sums(rows)
        return AccountView(
            currency=currency,
            equity=Figure(equity, Source.DERIVED, marked_ms),
            cash=Figure(self._ledger.balance(currency), Source.LEDGER, 0),
            realized=Figure(self._figures.realized(), Source.DERIVED, 0),
            unrealized=Figure(sums.unrealized, Source.DERIVED, marked_ms),
            fees=Figure(self._figures.fees(), Source.DERIVED, 0),
            drawdown=Figure(self._equity.drawdown(), Source.DERIVED, 0),
            balances=tuple(
                (one.currency, Figure(one.total, Source.LEDGER, 0)) for one in self._ledger.balances()
            ),
            day_pnl=Figure(self._day.result(equity), Source.DERIVED, marked_ms),
            exposure_gross=Figure(sums.gross, Source.DERIVED, marked_ms),
            exposure_net=Figure(sums.net, Source.DERIVED, marked_ms),
            risk_open=Figure(sums.risk, Source.DERIVED, marked_ms),
            position_limit=self._position_limit,
            exposure_largest=Figure(self._largest(rows), Source.DERIVED, marked_ms),
        )

    def _largest(self, rows: tuple[PositionRow, ...]) -> Decimal | None:
        """Return the notional of the symbol that has most; the gate bounds each symbol by itself."""
        by_symbol: dict[str, Decimal | None] = {}
        for row in rows:
            position = row.position
            notional = _times(row.mark.value, position.size_base)
            by_symbol[position.symbol] = _plus(by_symbol.get(position.symbol, ZERO), notional)
        largest = ZERO
        for symbol, notional in by_symbol.items():
            worth = _times(notional, self._view.rate(currencies_of(symbol)[1]))
            if worth is None:
                return None
            largest = max(largest, worth)
        return largest

    def _sums(self, rows: tuple[PositionRow, ...]) -> "_Sums":
        """Add the rows up by quote currency, then in the account's."""
        by_currency: dict[str, _Sums] = {}
        for row in rows:
            quote = self._quotes.get(row.position.symbol)
            if quote is None:
                quote = self._quotes[row.position.symbol] = currencies_of(row.position.symbol)[1]
            sums = by_currency.get(quote)
            if sums is None:
                sums = by_currency[quote] = _Sums()
            sums.add(row)
        total = _Sums()
        for currency, sums in by_currency.items():
            total.add_worth(sums, self._view.rate(currency))
        return total


@dataclass(slots=True)
class _Sums:
    """Add up money of one currency; None once a part of it is not known."""

    unrealized: Decimal | None = ZERO
    gross: Decimal | None = ZERO
    net: Decimal | None = ZERO
    risk: Decimal | None = ZERO

    def add(self, row: PositionRow) -> None:
        """Take one position in; without a resting stop nothing is lost by hitting it."""
        mark, position = row.mark.value, row.position
        notional = None if mark is None else mark * position.size_base
        self.unrealized = _plus(self.unrealized, row.unrealized_quote.value)
        self.gross = _plus(self.gross, notional)
        self.net = _plus(self.net, None if notional is None else notional * position.side.sign)
        if position.stop_price is not None:
            self.risk = _plus(self.risk, row.risk_quote.value)

    def add_worth(self, other: "_Sums", rate: Decimal | None) -> None:
        """Take the sums of another currency in, one unit of which is worth `rate`."""
        self.unrealized = _plus(self.unrealized, _times(other.unrealized, rate))
        self.gross = _plus(self.gross, _times(other.gross, rate))
        self.net = _plus(self.net, _times(other.net, rate))
        self.risk = _plus(self.risk, _times(other.risk, rate))


def _plus(first: Decimal | None, second: Decimal | None) -> Decimal | None:
    return None if first is None or second is None else first + second


def _times(amount: Decimal | None, rate: Decimal | None) -> Decimal | None:
    return None if amount is None or rate is None else amount * rate
