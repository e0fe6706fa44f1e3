"""The account in its currency: worth, day, exposure and what is at risk."""

from collections.abc import Iterable
from decimal import Decimal

from desk.contracts.market import ZERO
from desk.contracts.snapshot import AccountView, Figure, PositionRow, Source
from desk.ledger.ledger import Ledger
from desk.ledger.valuation import currencies_of
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

    def view(self, rows: tuple[PositionRow, ...]) -> AccountView:
        """Return the account; what hangs on marks is as old as the oldest of them."""
        currency = self._view.account_currency
        equity = self._view.equity()
        marked_ms = max((one.mark.age_ms for one in rows if one.mark.age_ms is not None), default=0)
        unrealized = self._sum((one, one.unrealized_quote.value) for one in rows)
        gross = self._sum((one, _notional(one)) for one in rows)
        net = self._sum((one, _signed(one)) for one in rows)
        risk = self._sum((one, one.risk_quote.value) for one in rows if one.position.stop_price is not None)
        return AccountView(
            currency=currency,
            equity=Figure(equity, Source.DERIVED, marked_ms),
            cash=Figure(self._ledger.balance(currency), Source.LEDGER, 0),
            realized=Figure(self._figures.realized(), Source.DERIVED, 0),
            unrealized=Figure(unrealized, Source.DERIVED, marked_ms),
            fees=Figure(self._figures.fees(), Source.DERIVED, 0),
            drawdown=Figure(self._equity.drawdown(), Source.DERIVED, 0),
            balances=tuple(
                (one.currency, Figure(one.total, Source.LEDGER, 0)) for one in self._ledger.balances()
            ),
            day_pnl=Figure(self._day.result(equity), Source.DERIVED, marked_ms),
            exposure_gross=Figure(gross, Source.DERIVED, marked_ms),
            exposure_net=Figure(net, Source.DERIVED, marked_ms),
            risk_open=Figure(risk, Source.DERIVED, marked_ms),
            position_limit=self._position_limit,
        )

    def _sum(self, parts: Iterable[tuple[PositionRow, Decimal | None]]) -> Decimal | None:
        """Add amounts of quote up in the account currency."""
        totals: dict[str, Decimal] = {}
        for row, amount in parts:
            if amount is None:
                return None
            currency = currencies_of(row.position.symbol)[1]
            totals[currency] = totals.get(currency, ZERO) + amount
        worth = ZERO
        for currency, total in totals.items():
            rate = self._view.rate(currency)
            if rate is None:
                return None
            worth += total * rate
        return worth


def _notional(row: PositionRow) -> Decimal | None:
    return None if row.mark.value is None else row.mark.value * row.position.size_base


def _signed(row: PositionRow) -> Decimal | None:
    notional = _notional(row)
    return None if notional is None else notional * row.position.side.sign
