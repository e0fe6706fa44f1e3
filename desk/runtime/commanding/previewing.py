"""What a trade would be: the same planners and the same gate, in a room of their own."""

from dataclasses import dataclass
from decimal import Decimal

from desk.bus import EventBus
from desk.contracts import events
from desk.contracts.commands import OpenTrade
from desk.contracts.directives import StrategyDirective
from desk.contracts.execution import DirectiveRefused, ExecutionDirective
from desk.contracts.ids import ManualId
from desk.contracts.market import ZERO, Instrument
from desk.contracts.plans import EntryPlan, EntryType, ExitPlan, Plan, SizePlan
from desk.contracts.ports.time import Clock, IdKind
from desk.contracts.sides import OrderSide
from desk.contracts.ticket import TradePreview
from desk.execution.entrance import entry_request
from desk.execution.lanes import Job
from desk.execution.sending import OrderSender
from desk.planning.layer import PlanningLayer
from desk.runtime.commanding.answering import CommandRefused
from desk.runtime.commanding.first_prices import FirstPrices
from desk.runtime.commanding.opening import opening
from desk.runtime.live_view import LiveView

TICKET = "ticket"
"""What refuses an order that cannot be meant."""


@dataclass(slots=True)
class _Rehearsed:
    """Collect what planning answered."""

    entry: EntryPlan | None = None
    size: SizePlan | None = None
    exit: ExitPlan | None = None
    ready: ExecutionDirective | None = None
    refused_by: str = ""
    reason: str = ""


class _PassingIds:
    """Give out ids that nobody keeps: those of the desk stay as they are."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._given = 0

    def new(self, kind: type[IdKind]) -> IdKind:
        """Return an id that is unique within the preview."""
        self._given += 1
        return kind.at(self._clock.now_ms(), self._given)


class TradePreviews:
    """Plan on a bus that nobody else hears, and ask the gate what it would say."""

    def __init__(self, view: LiveView, clock: Clock, sender: OrderSender, first: FirstPrices) -> None:
        self._view = view
        self._first = first
        self._clock = clock
        self._sender = sender
        self._ids = _PassingIds(clock)
        self._bus = EventBus(lambda _: None)
        self._found = _Rehearsed()
        PlanningLayer(self._bus, self._ids, view, {}).attach()
        for name in (events.ENTRY_PLAN_CREATED, events.SIZE_PLAN_CREATED, events.EXIT_PLAN_CREATED):
            self._bus.subscribe(name, self._on_plan, subscriber="preview")
        self._bus.subscribe(events.EXECUTION_DIRECTIVE_READY, self._on_ready, subscriber="preview")
        self._bus.subscribe(events.DIRECTIVE_REFUSED, self._on_refused, subscriber="preview")

    def _on_plan(self, plan: Plan) -> None:
        match plan:
            case EntryPlan():
                self._found.entry = plan
            case SizePlan():
                self._found.size = plan
            case ExitPlan():
                self._found.exit = plan

    def _on_ready(self, directive: ExecutionDirective) -> None:
        self._found.ready = directive

    def _on_refused(self, refused: DirectiveRefused) -> None:
        self._found.refused_by, self._found.reason = refused.refused_by, refused.reason

    def of(self, order: OpenTrade) -> TradePreview:
        """Return what `order` would be at this moment; nothing is written, sent, counted or kept.

        A symbol that nobody watched is watched from here on: a later look then has its price.
        """
        found = self._found = _Rehearsed()
        try:
            self._first.begin(order.symbol)
            directive = opening(order, self._ids.new(ManualId), self._view, self._clock, self._ids)
        except CommandRefused as refusal:
            found.refused_by, found.reason = TICKET, str(refusal)
            return self._picture(order, found)
        self._plan(directive)
        if found.ready is not None:
            self._ask_the_gate(found, found.ready)
        return self._picture(order, found)

    def _plan(self, directive: StrategyDirective) -> None:
        self._bus.publish(
            events.STRATEGY_DIRECTIVE_ISSUED,
            directive,
            strategy_id=directive.strategy_id,
            cause=directive.causality,
        )

    def _ask_the_gate(self, found: _Rehearsed, ready: ExecutionDirective) -> None:
        target = ready.targets[0]
        if target.entry is None or target.size is None:
            return
        draft = entry_request(Job(ready, target), target.size.position_size_base, target.entry)
        refused = self._sender.appraise(draft, target.trade_id, ready.strategy_id)
        if refused is not None:
            found.refused_by, found.reason = refused.check, refused.reason

    def _picture(self, order: OpenTrade, found: _Rehearsed) -> TradePreview:
        entry, size, leaving = found.entry, found.size, found.exit
        instrument = self._view.instrument(order.symbol)
        price = None if entry is None else entry.expected_price
        stop = order.stop_price if leaving is None else leaving.stop_loss_price
        target = order.take_profit_price if leaving is None else leaving.take_profit_price
        risk = None if size is None or not size.risk_amount_quote else size.risk_amount_quote
        return TradePreview(
            size_base=None if size is None else size.position_size_base,
            entry_price=price,
            stop_price=stop,
            take_profit_price=target,
            notional_quote=None if size is None else size.position_value_quote,
            risk_quote=risk,
            risk_fraction=None if risk is None or instrument is None else self._share(risk, instrument),
            reward_risk=_reward_risk(price, stop, target),
            fees_quote=None if instrument is None else self._fees(found, instrument, stop),
            refused_by=found.refused_by,
            reason=found.reason,
        )

    def _share(self, risk_quote: Decimal, instrument: Instrument) -> Decimal | None:
        equity, rate = self._view.equity(), self._view.rate(instrument.quote)
        if equity is None or rate is None or not equity > ZERO:
            return None
        return risk_quote * rate / equity

    def _fees(self, found: _Rehearsed, instrument: Instrument, stop: Decimal | None) -> Decimal | None:
        """Estimate both ways: in as the order meets the market, out at the stop, or where it came in."""
        if found.entry is None or found.size is None:
            return None
        price, size_base = found.entry.expected_price, found.size.position_size_base
        fee = instrument.maker_fee if _waits(found.entry) else instrument.taker_fee
        return size_base * (price * fee + (stop or price) * instrument.taker_fee)


def _waits(entry: EntryPlan) -> bool:
    """Tell whether an entry rests beside the market instead of crossing it."""
    if entry.order_type is EntryType.MARKET or entry.limit_price is None:
        return False
    is_buy = entry.direction is OrderSide.BUY
    return entry.limit_price < entry.reference_price if is_buy else entry.limit_price > entry.reference_price


def _reward_risk(price: Decimal | None, stop: Decimal | None, target: Decimal | None) -> Decimal | None:
    if price is None or stop is None or target is None:
        return None
    if not all(one.is_finite() for one in (stop, target)) or stop == price:
        return None
    return abs(target - price) / abs(price - stop)
