"""What a book gains or loses with the hedge instrument: its exposure, and the hedge that answers it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from desk.contracts.assets import base_of
from desk.contracts.market import ONE, ZERO, Bar
from desk.contracts.ports.view import DeskView
from desk.contracts.positions import Position
from desk.workers.correlation import beta, correlation, log_returns
from desk.workers.scheduled_operations.hedge_parameters import HedgeParameters
from desk.workers.worth import worth_of_unit


@dataclass(frozen=True, slots=True)
class Exposure:
    """Hold the net exposure in the account currency, long above zero, and the betas it was reckoned with."""

    net: Decimal
    betas: Mapping[str, Decimal]


class BetaBook:
    """Know the beta of each symbol to the hedge instrument, reckoned anew when a bar closes."""

    def __init__(self, parameters: HedgeParameters) -> None:
        self._parameters = parameters
        self._known: dict[str, tuple[tuple[int, int], Decimal | None]] = {}

    def beta(self, symbol: str, view: DeskView) -> Decimal | None:
        """Return correlation x sd / sd of the instrument; None where it is not known or means nothing."""
        parameters = self._parameters
        if base_of(symbol) == parameters.base:
            return ONE
        bars = view.bars(symbol, parameters.interval_ms)
        other = view.bars(parameters.instrument, parameters.interval_ms)
        if not bars or not other:
            return None
        newest = min(bars[-1].close_time_ms, other[-1].close_time_ms)
        if not view.now_ms() - newest <= 2 * parameters.interval_ms:
            return None
        at = (bars[-1].open_time_ms, other[-1].open_time_ms)
        known = self._known.get(symbol)
        if known is None or known[0] != at:
            known = self._known[symbol] = (at, self._reckon(bars, other))
        return known[1]

    def _reckon(self, bars: Sequence[Bar], other: Sequence[Bar]) -> Decimal | None:
        count, least = self._parameters.lookback_bars, self._parameters.min_bars
        first, second = log_returns(bars[-count:], 0), log_returns(other[-count:], 0)
        found = correlation(first, second, least).value
        if found is None or abs(found) < self._parameters.min_abs_correlation:
            return None
        return beta(first, second)


def exposure_of(
    hedged: Iterable[Position], view: DeskView, betas: BetaBook, max_price_age_ms: int
) -> Exposure | None:
    """Return N = sum(s q p beta) over trades, in the account currency.

    None where one of them has no sound price, rate or beta: what is not known is not zero.
    """
    net, used = ZERO, dict[str, Decimal]()
    for trade in hedged:
        unit = worth_of_unit(trade.symbol, view, max_price_age_ms)
        beta = betas.beta(trade.symbol, view)
        if unit is None or beta is None:
            return None
        used[trade.symbol] = beta
        net += trade.side.sign * trade.size_base * unit * beta
    return Exposure(net, used)


def wanted_hedge(net: Decimal, ratio: Decimal, max_notional: Decimal) -> Decimal:
    """Return G = -ratio x N, held within the limit, in the account currency; a short hedge is below zero."""
    return max(min(ZERO - ratio * net, max_notional), -max_notional)


def is_off(wanted: Decimal, present: Decimal, net: Decimal, band: Decimal, least: Decimal) -> bool:
    """Tell whether a hedge is further off than band x |N|, by a change that is worth making.

    A hedge of nothing is off whatever it is worth.
    """
    change = abs(wanted - present)
    if wanted == ZERO:
        return present != ZERO
    return change > band * abs(net) and change >= least
