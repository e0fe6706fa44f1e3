"""The market and the account as they stood when a directive was issued: one view for all its planners."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from desk.contracts.manifests import BarsNeeded
from desk.contracts.market import ZERO, Bar, Instrument, Quote
from desk.contracts.ports.view import DeskView


@dataclass(frozen=True, slots=True)
class MarketView:
    """Hold what planners decide on.

    `equity` is in the account currency; `rates` give the worth of one unit of a currency in it; `free` are
    balances that no order reserves. `bars` are the closed ones by symbol and interval, oldest first: those of
    the desk itself, which do not grow while a directive is planned.
    """

    now_ms: int
    quotes: Mapping[str, Quote]
    instruments: Mapping[str, Instrument]
    equity: Decimal | None
    rates: Mapping[str, Decimal]
    free: Mapping[str, Decimal]
    bars: Mapping[tuple[str, int], Sequence[Bar]]

    def equity_in(self, currency: str) -> Decimal | None:
        """Return the equity in `currency`; None where it, or the rate, is not known or not positive."""
        rate = self.rates.get(currency)
        if self.equity is None or rate is None or not (rate > ZERO and self.equity > ZERO):
            return None
        return self.equity / rate


def pin(view: DeskView, symbols: Iterable[str], bars: Iterable[BarsNeeded] = ()) -> MarketView:
    """Read everything once, `bars` among it; what is not known is left out."""
    quotes: dict[str, Quote] = {}
    instruments: dict[str, Instrument] = {}
    for symbol in symbols:
        quote, instrument = view.quote(symbol), view.instrument(symbol)
        if quote is not None:
            quotes[symbol] = quote
        if instrument is not None:
            instruments[symbol] = instrument
    traded = instruments.values()
    currencies = dict.fromkeys(name for one in traded for name in (one.quote, one.base))
    rates = {currency: view.rate(currency) for currency in currencies}
    return MarketView(
        now_ms=view.now_ms(),
        quotes=quotes,
        instruments=instruments,
        equity=view.equity(),
        rates={currency: rate for currency, rate in rates.items() if rate is not None},
        free={currency: view.free_cash(currency) for currency in currencies},
        bars={
            (need.symbol, need.interval_ms): view.bars(need.symbol, need.interval_ms)
            for need in bars
            if need.symbol in instruments
        },
    )
