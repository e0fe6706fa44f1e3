"""What the fills of a cause tree cost: how far from the price that was wanted, and in fees."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from desk.contracts.records import EntryKind
from desk.contracts.sides import OrderSide
from desk.contracts.why import CauseNode
from desk.ui.viewmodels.why_facts import Record, TreeIndex, fact_of, number_at, record_of, text_at

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class LegCost:
    """Sum the fills of one leg: `slippage` is how much worse than wanted, a fraction, None where unknown."""

    leg: str
    fills: int
    slippage: Decimal | None


@dataclass(slots=True)
class _Sum:
    fills: int = 0
    wanted_quote: Decimal = _ZERO
    lost_quote: Decimal = _ZERO


def leg_costs(index: TreeIndex) -> tuple[LegCost, ...]:
    """Return what each leg's fills cost, in the order they happened."""
    sums: dict[str, _Sum] = {}
    for node, fact in index.facts(EntryKind.FILL_BOOKED):
        record = record_of(fact)
        order = index.nodes.get(text_at(record, "client_order_id"))
        leg, reference = _wanted(index, node, order)
        summed = sums.setdefault(leg, _Sum())
        summed.fills += 1
        _add(summed, record, reference)
    return tuple(
        LegCost(leg, one.fills, one.lost_quote / one.wanted_quote if one.wanted_quote > 0 else None)
        for leg, one in sums.items()
    )


def _add(summed: _Sum, record: Record, reference: Decimal | None) -> None:
    price, size = number_at(record, "fill", "price"), number_at(record, "fill", "size_base")
    if price is None or size is None or reference is None:
        return
    sign = 1 if text_at(record, "fill", "side") == OrderSide.BUY else -1
    summed.wanted_quote += reference * size
    summed.lost_quote += (price - reference) * size * sign


def fees(index: TreeIndex) -> Mapping[str, Decimal]:
    """Return the fees of all fills by currency."""
    summed: dict[str, Decimal] = {}
    for _, fact in index.facts(EntryKind.FILL_BOOKED):
        record = record_of(fact)
        fee, currency = number_at(record, "fill", "fee"), text_at(record, "fill", "fee_currency")
        if fee is not None:
            summed[currency] = summed.get(currency, _ZERO) + fee
    return summed


def _wanted(index: TreeIndex, fill: CauseNode, order: CauseNode | None) -> tuple[str, Decimal | None]:
    """Return the leg of a fill, and the price that was wanted for it.

    An entry's is what its plan was made on, a stop's or target's its own, any other the tick's it came from.
    """
    intended = None if order is None else fact_of(order, EntryKind.ORDER_INTENDED)
    if order is None or intended is None:
        return "external", None
    request = record_of(intended)
    leg = text_at(request, "request", "leg")
    if leg == "entry":
        return leg, _planned(index, text_at(request, "directive_id"))
    if leg in {"stop", "target"}:
        return leg, number_at(request, "request", "stop_price") or number_at(
            request, "request", "limit_price"
        )
    side = "bid" if text_at(request, "request", "side") == OrderSide.SELL else "ask"
    ticks = (fact_of(one, EntryKind.TICK_RECEIVED) for one in index.upwards(fill))
    found = next((number_at(record_of(one), side) for one in ticks if one is not None), None)
    return leg, found


def _planned(index: TreeIndex, directive_id: str) -> Decimal | None:
    """Return the price the entry of a directive was decided on."""
    for _, fact in index.facts(EntryKind.ENTRY_PLANNED):
        record = record_of(fact)
        if text_at(record, "directive_id") == directive_id:
            return number_at(record, "reference_price")
    return None
