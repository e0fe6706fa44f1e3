"""What a desk promises about its orders, fills and flows, checked against what it left on disk.

The names I1 to I24 are those of the invariants that the desk's design lists.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from connectors.venue.orders import WorkingOrder
from desk.config.storage import StorageLayout
from desk.contracts.directives import Protection, StrategyDirective
from desk.contracts.execution import FlowCompletion
from desk.contracts.ids import TradeId
from desk.contracts.market import ZERO, Instrument, InstrumentKind
from desk.contracts.orders import Leg, OrderStatus, VenueFill
from desk.contracts.orderstate import OrderState
from desk.contracts.parents import ParentState
from desk.contracts.positions import Position
from desk.contracts.records import AlarmRaised, EntryKind, FillBooked, JournalEntry, OrderIntended, OrderSent
from desk.contracts.states import DeskState
from desk.ledger.ledger import Ledger
from desk.ledger.postings import Account
from tests.builders.evidence import Evidence, evidence

_MUST_HAVE_A_CAUSE = frozenset(
    {
        EntryKind.DIRECTIVE_ISSUED, EntryKind.ENTRY_PLANNED, EntryKind.SIZE_PLANNED, EntryKind.EXIT_PLANNED,
        EntryKind.ROUTING_PLANNED, EntryKind.EXECUTION_DIRECTED, EntryKind.DIRECTIVE_REFUSED,
        EntryKind.EXIT_TARGETED, EntryKind.ORDER_INTENDED, EntryKind.AMEND_INTENDED, EntryKind.TRADE_EXECUTED,
        EntryKind.FLOW_ENDED,
    }
)  # fmt: skip

_NEVER_ACCEPTED = frozenset({OrderStatus.REJECTED, OrderStatus.NOT_SENT})


def broken_at_any_time(state: StorageLayout) -> list[str]:
    """List the broken promises among those that hold at every moment, also right after a kill."""
    found = evidence(state)
    return [*_of_any_time(found)]


def broken_at_rest(state: StorageLayout, instruments: dict[str, Instrument]) -> list[str]:
    """List every broken promise of a desk that was left alone until nothing moved."""
    found = evidence(state)
    return [
        *_of_any_time(found),
        *_books_agree(found),
        *_flows_ended(found),
        *_protected(found, instruments),
        *_nothing_orphaned(found),
    ]


def _of_any_time(found: Evidence) -> Iterator[str]:
    if found.report.fault is not None:
        yield f"I11: {found.report.fault}"
    if found.report.share.broken_ids:
        yield f"I24: fills without a birth: {', '.join(found.report.share.broken_ids)}"
    yield from _intended_first(found)
    yield from _one_end(found)
    yield from _causes_known(found)
    yield from _double_entry(found)
    yield from _step_by_step(found)


def _intended_first(found: Evidence) -> Iterator[str]:
    """I5: nothing is at the venue that was not written down before."""
    intended = {one.subject_id for one in found.records(OrderIntended)}
    for name, order in found.orders.items():
        if not order.is_external and name not in intended:
            yield f"I5: the venue has {name}, which the journal never intended"


def _one_end(found: Evidence) -> Iterator[str]:
    """I7: a flow ends once, and sends nothing that opens or closes after its end."""
    ends = Counter(one.subject_id for one in found.records(FlowCompletion))
    yield from (f"I7: {flow} ended {count} times" for flow, count in ends.items() if count > 1)
    ended: set[str | None] = set()
    for entry in found.entries:
        if isinstance(entry.record, FlowCompletion):
            ended.add(entry.subject_id)
        elif isinstance(entry.record, OrderIntended):
            leg = entry.record.request.leg
            if entry.flow_id in ended and not leg.is_protective:
                yield f"I7: {entry.flow_id} had ended when it intended its {leg} order {entry.subject_id}"


def _causes_known(found: Evidence) -> Iterator[str]:
    """I24: every effect names causes, and each was written down before it."""
    known: set[str] = set()
    for entry in found.entries:
        if entry.kind in _MUST_HAVE_A_CAUSE and not entry.causes:
            yield f"I24: {entry.kind} {entry.subject_id} names no cause"
        unknown = [one for one in entry.causes if one not in known and one != entry.subject_id]
        if unknown:
            yield f"I24: {entry.kind} {entry.subject_id} is caused by {unknown}, not recorded before it"
        known.add(entry.subject_id)


def _double_entry(found: Evidence) -> Iterator[str]:
    """I14: what was posted adds up to zero in every currency."""
    for balance in found.ledger.balances():
        total = sum((found.ledger.posted(one, balance.currency) for one in Account), ZERO)
        if total != ZERO:
            yield f"I14: postings in {balance.currency} add up to {total}"


def _step_by_step(found: Evidence) -> Iterator[str]:
    """I3, I4, I8, I13: fold once more and look at every order as it is intended and sent."""
    ledger = Ledger()
    seen: dict[tuple[str, str, str], list[str]] = {}
    for entry in found.entries:
        if isinstance(entry.record, OrderIntended):
            yield from _attempt(entry.record, ledger, seen, found)
        elif isinstance(entry.record, OrderSent):
            yield from _sent(entry, ledger)
        ledger.apply(entry)
        if isinstance(entry.record, FillBooked) and entry.record.client_order_id is not None:
            order = ledger.order(entry.record.client_order_id)
            if order is not None and order.filled_base > order.size_base:
                yield f"I8: {order.client_order_id} filled {order.filled_base} of {order.size_base}"


def _attempt(
    record: OrderIntended, ledger: Ledger, seen: dict[tuple[str, str, str], list[str]], found: Evidence
) -> Iterator[str]:
    request = record.request
    parent = ledger.parent_of(request.execution_directive_id, record.trade_id)
    if parent is not None and request.leg is Leg.ENTRY:
        yield from _slice(record, parent)
    key = (request.execution_directive_id, record.trade_id, request.leg.value)
    earlier = [ledger.order(name) for name in seen.setdefault(key, [])]
    seen[key].append(request.client_order_id)
    for order in (one for one in earlier if one is not None):
        name = f"{request.leg} attempt {request.attempt} of {request.execution_directive_id}"
        if request.leg.is_protective:
            continue
        if not order.is_over:
            yield f"I4: {name} while {order.client_order_id} is {order.status} and not over"
        elif request.leg is Leg.ENTRY and order.status not in _NEVER_ACCEPTED and parent is None:
            yield f"I4: {name} although {order.client_order_id} was {order.status}"
        if order.status in _NEVER_ACCEPTED and order.client_order_id in found.orders:
            yield f"I3: {order.client_order_id} is {order.status} in the journal, and the venue accepted it"


def _slice(record: OrderIntended, parent: ParentState) -> Iterator[str]:
    """I4, I16: a slice is sent while its parent is open, in its time, once in each, and inside its size."""
    plan, name = parent.plan, record.request.client_order_id
    if parent.stopped is not None:
        yield f"I16: {name} is a slice of {plan.parent_id}, which was stopped: {parent.stopped.reason}"
    if record.request.size_base > parent.left_base:
        yield f"I16: {name} of {record.request.size_base} is more than {parent.left_base}"


def _sent(entry: JournalEntry, ledger: Ledger) -> Iterator[str]:
    order = ledger.order(entry.subject_id)
    if order is None or order.status is not OrderStatus.INTENDED:
        yield f"I5: {entry.subject_id} was sent when it was {order.status if order else 'not intended'}"
    elif order.request.leg.adds_risk and ledger.latch().state is not DeskState.ACTIVE:
        yield f"I13: {entry.subject_id} adds risk and was sent in {ledger.latch().state}"


def _books_agree(found: Evidence) -> Iterator[str]:
    """I1: fills, positions and balances of ledger and venue, to the last digit."""
    booked = set(_whole_fills(found))
    for fill in found.fills:
        if fill not in booked:
            yield f"I1: the venue's {fill.venue_trade_id} of {fill.client_order_id} is not booked as it is"
    if len(booked) != len(found.fills):
        yield f"I1: {len(booked)} fills are booked, the venue made {len(found.fills)}"
    nets = {symbol: net.size_base for symbol, net in found.ledger.nets().items()}
    if nets != found.positions:
        yield f"I1: the ledger holds {nets}, the venue {found.positions}"
    shares: dict[str, Decimal] = {}
    for position in found.ledger.open_positions():
        if position.kind is InstrumentKind.PERPETUAL:
            signed = position.size_base * position.side.sign
            shares[position.symbol] = shares.get(position.symbol, ZERO) + signed
    if {symbol: size for symbol, size in shares.items() if size} != found.positions:
        yield f"I1: the trades add up to {shares}, the venue holds {found.positions}"
    balances = {one.currency: one.total for one in found.ledger.balances()}
    for currency in sorted({*balances, *found.balances}):
        if balances.get(currency, ZERO) != found.balances.get(currency, ZERO):
            ours, theirs = balances.get(currency, ZERO), found.balances.get(currency, ZERO)
            yield f"I1: {ours} {currency} in the ledger, {theirs} at the venue"


def _whole_fills(found: Evidence) -> Iterator[VenueFill]:
    """Put together again what was booked in parts; the ids of parts have a number behind the venue's."""
    whole: dict[str, VenueFill] = {}
    for fill in (one.record.fill for one in found.entries if isinstance(one.record, FillBooked)):
        name = fill.venue_trade_id.partition("-")[0]
        first = whole.get(name)
        if first is None:
            whole[name] = fill
        else:
            size, fee = first.size_base + fill.size_base, first.fee + fill.fee
            whole[name] = replace(first, size_base=size, fee=fee)
    return iter(whole.values())


def _flows_ended(found: Evidence) -> Iterator[str]:
    """I7: a flow is open only while an order of it that does not protect is live, or one is UNKNOWN."""
    ended = {one.subject_id for one in found.records(FlowCompletion)}
    live = {
        one.directive_id
        for one in found.ledger.live_orders()
        if not one.request.leg.is_protective or one.status is OrderStatus.UNKNOWN
    }
    sliced = {str(one.plan.directive_id) for one in found.ledger.parents() if one.is_open}
    for entry in found.records(StrategyDirective):
        if entry.subject_id not in ended | live | sliced:
            yield f"I7: {entry.subject_id} has no end"


def _protected(found: Evidence, instruments: dict[str, Instrument]) -> Iterator[str]:
    """I9: every trade that needs it has one stop at the venue, of its size, where it was planned."""
    for position in found.ledger.open_positions():
        instrument = instruments[position.symbol]
        size = instrument.floor_size(position.size_base)
        if position.protection is Protection.NONE or instrument.is_dust(size, position.entry_price):
            continue
        yield from _resting(found, position, Leg.STOP, size)
        if position.planned_take_profit_price is not None and not _is_told_without(found, position):
            yield from _resting(found, position, Leg.TARGET, size)


def _is_told_without(found: Evidence, position: Position) -> bool:
    """Tell whether the operator was told that the venue refused a trade's target."""
    words = f"{position.trade_id} has its stop and no target"
    return any(words in one.record.text for one in found.entries if isinstance(one.record, AlarmRaised))


def _resting(found: Evidence, position: Position, leg: Leg, size: object) -> Iterator[str]:
    orders = [one for one in _at_the_venue(found, position.trade_id, leg) if one.is_open]
    price = position.planned_stop_price if leg is Leg.STOP else position.planned_take_profit_price
    at = [(one.stop_price, one.remaining_base) for one in orders]
    if at != [(price, size)]:
        yield f"I9: {position.trade_id} should have its {leg} of {size} at {price}, and has {at}"


def _at_the_venue(found: Evidence, trade_id: TradeId, leg: Leg) -> list[WorkingOrder]:
    own = [
        entry.subject_id
        for entry in found.records(OrderIntended)
        if entry.trade_id == trade_id
        and isinstance(entry.record, OrderIntended)
        and entry.record.request.leg is leg
    ]
    return [found.orders[name] for name in own if name in found.orders]


def _nothing_orphaned(found: Evidence) -> Iterator[str]:
    """I8, I10: ledger and venue know the same live orders, and no stop rests without a trade."""
    held = {one.trade_id for one in found.ledger.open_positions()}
    live = {one.client_order_id: one for one in found.ledger.live_orders()}
    for name, order in found.orders.items():
        if not order.is_open or order.is_external:
            continue
        known = live.get(name)
        if known is None or not _agrees(known, order):
            yield f"I8: {name} is {order.status} at the venue and {known and known.status} in the ledger"
        elif known.request.leg.is_protective and known.trade_id not in held:
            yield f"I10: {name} ({known.request.leg}) rests and protects nothing"
    for name, state in live.items():
        if name not in found.orders or not found.orders[name].is_open:
            yield f"I8: {name} ({state.request.leg}) is {state.status} in the ledger, not open at the venue"


def _agrees(known: OrderState, order: WorkingOrder) -> bool:
    return (known.status, known.size_base, known.filled_base) == (
        order.status, order.size_base, order.filled_base,
    )  # fmt: skip
