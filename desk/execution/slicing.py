"""When the slices of a parent order are due and how large each is: a function of its plan, its fills and now.

Nothing here knows how long the desk was awake. A slice that was missed, because the desk was down, the price
beyond the limit or an answer outstanding, is spread over those to come. None of them grows to more than twice
the planned size for it: what then is left at the end is not sent.
"""

from decimal import ROUND_CEILING, Decimal

from desk.contracts.market import ZERO, Instrument
from desk.contracts.parents import ParentOpened, ParentState

MOST_OF_A_SLICE = 2
"""How much of its planned size a slice may grow to, to catch up."""


def slice_at(plan: ParentOpened, time_ms: int) -> int:
    """Return the number of the slice whose time it is, from 0; `plan.slices` from the end on."""
    if time_ms >= plan.ends_at_ms:
        return plan.slices
    return max(time_ms - plan.begins_at_ms, 0) * plan.slices // (plan.ends_at_ms - plan.begins_at_ms)


def slice_begins_ms(plan: ParentOpened, number: int) -> int:
    """Return the first millisecond of a slice's time; of number `plan.slices` the end."""
    whole_ms = plan.ends_at_ms - plan.begins_at_ms
    return plan.begins_at_ms - (-number * whole_ms // plan.slices)


def is_used(parent: ParentState, number: int) -> bool:
    """Tell whether an order was sent in the time of slice `number`, or later."""
    return parent.last_sent_at_ms is not None and slice_at(parent.plan, parent.last_sent_at_ms) >= number


def slice_size(parent: ParentState, number: int, instrument: Instrument) -> Decimal:
    """Return what slice `number` sends, in base: an even share of what is left, down to the lot.

    The remainder of rounding goes to the later ones. Zero where the share is too small for the venue: it is
    left to them as well.
    """
    plan = parent.plan
    to_come = max(plan.slices - number, 1)
    share = min(parent.left_base / to_come, MOST_OF_A_SLICE * plan.size_base / plan.slices)
    if instrument.max_size_base is not None:
        share = min(share, instrument.max_size_base)
    size_base = instrument.floor_size(share)
    return ZERO if instrument.is_dust(size_base, plan.limit_price) else size_base


def most_slices(size_base: Decimal, asked: int, instrument: Instrument, price: Decimal) -> int:
    """Return how many equal slices a size has, at most `asked`, where none is too small for the venue.

    At least one: whether that may be sent is the gate's to say.
    """
    smallest = max(instrument.min_size_base, instrument.min_notional_quote / price)
    steps = (smallest / instrument.size_step).to_integral_value(ROUND_CEILING)
    lot = max(steps, Decimal(1)) * instrument.size_step
    return max(1, min(asked, int(size_base / lot)))
