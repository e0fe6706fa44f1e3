"""What one period of a calendar buyer is to spend, before cash and limits, and why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from desk.contracts.market import ZERO, Bar, Quote
from desk.contracts.positions import Position
from desk.workers.prices import percent, rounded, written
from desk.workers.scheduled_operations.accumulation import (
    Dip,
    DipReference,
    dip_multiple,
    dip_of,
    reference_price,
    target_value,
)
from desk.workers.scheduled_operations.dca_parameters import DCAParameters


@dataclass(frozen=True, slots=True)
class Amount:
    """Hold what is to be spent, in quote, and in `words` why not the plain amount; empty where it is that."""

    quote: Decimal
    words: str = ""


def value_lacking(
    parameters: DCAParameters, periods: int, held: Iterable[Position], price: Decimal, currency: str
) -> Amount:
    """Return what is lacking to the value of `periods` periods; below zero is what is held beyond it."""
    wanted = round(target_value(parameters.notional_quote, parameters.growth_per_period, periods), 8)
    worth = sum((one.size_base for one in held), ZERO) * price
    words = f"worth {rounded(worth)} of {rounded(wanted)} {currency} in period {periods}"
    most = parameters.notional_quote * parameters.max_multiple
    return Amount(min(wanted - worth, most), words)


def by_the_dip(
    parameters: DCAParameters, bars: Sequence[Bar], quote: Quote, now_ms: int
) -> tuple[Amount | None, str]:
    """Return the amount for how far the ask is below the reference; or None and why there is no reference."""
    newest = bars[-parameters.reference_bars :]
    if len(newest) < parameters.reference_bars:
        return None, f"{len(newest)} of the {parameters.reference_bars} bars of the reference are known"
    if not now_ms - newest[-1].close_time_ms <= 2 * parameters.interval_ms:
        return None, "the newest bar of the reference ended more than two bars ago"
    reference = reference_price(newest, parameters.reference)
    if reference is None:
        return None, "a bar of the reference has no price"
    dip = dip_of(quote.ask, reference)
    weights = Dip(parameters.full_dip, parameters.min_multiple, parameters.max_multiple)
    times = round(dip_multiple(dip, weights), 4)
    name = "mean" if parameters.reference is DipReference.MEAN else "high"
    words = f"{percent(round(dip, 4))} under the {name} {rounded(reference)}: {written(times)} times"
    return Amount(parameters.notional_quote * times, words), ""
