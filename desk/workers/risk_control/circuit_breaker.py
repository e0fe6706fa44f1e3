"""Take no new risk where connection, orders, results or prices say that something is wrong."""

from collections.abc import Sequence

from desk.contracts.envelope import DispositionEnvelope
from desk.contracts.events import (
    ENTRIES_BLOCKED,
    ENTRIES_RELEASED,
    FILL_BOOKED,
    ORDER_UPDATED,
    STRATEGY_DIRECTIVE_ISSUED,
    TICK_RECEIVED,
    TIME_PASSED,
)
from desk.contracts.manifests import WorkerCategory, WorkerManifest
from desk.contracts.market import Tick, TimePassed, is_positive
from desk.contracts.orders import OrderStatus
from desk.contracts.orderstate import OrderState
from desk.contracts.ports.plugin import PluginContext
from desk.contracts.positions import Position
from desk.contracts.records import FillBooked
from desk.workers.base import Worker
from desk.workers.prices import is_dust, milliseconds
from desk.workers.risk_control.circuit_breaker_parameters import (
    BreakerAction,
    BreakerRearm,
    CircuitBreakerParameters,
)
from desk.workers.risk_control.failed_orders import FAILED_ORDERS_KEY, FailedOrder, FailedOrders
from desk.workers.risk_control.loss_streak import LossStreak
from desk.workers.risk_control.price_shock import PriceShock
from desk.workers.risk_control.reductions import Reductions, in_care
from desk.workers.risk_control.standing_blocks import EVERYTHING, StandingBlocks

_CONNECTION, _ERRORS, _LOSSES, _SHOCK, _UNPRICED = "connection", "errors", "losses", "shock", "price"
_CLOSING = (_ERRORS, _LOSSES, _SHOCK)
"""The reasons that were measured: only these may close."""
_FAILED = frozenset({OrderStatus.REJECTED, OrderStatus.UNKNOWN})
_PROCEED = DispositionEnvelope.CONTINUE


class CircuitBreaker(Worker):
    """Block new risk once per reason, and let it pass again after a pause in which all was well.

    What trips on measured facts (orders, losses, a shock) may close too; a lost connection, a silent feed
    and a price that is none only block: the stops at the venue protect meanwhile. An order's or a trade's
    end is counted when it is told, and judged at the next tick or beat.

    The conditions are those of exchanges and of other desks: limit up, limit down takes its reference from
    the last five minutes (SEC, Plan to Address Extraordinary Market Volatility, 2012), and freqtrade's
    protections stop after losses within a window. Here a streak counts, so that a slow strategy trips too.
    """

    manifest = WorkerManifest(
        name="circuit_breaker",
        category=WorkerCategory.RISK_CONTROL,
        summary="Blocks new risk on a lost connection, failing orders, a losing streak or a price shock.",
        handlers={
            TICK_RECEIVED: "on_tick",
            ORDER_UPDATED: "on_order",
            FILL_BOOKED: "on_fill",
            TIME_PASSED: "on_time",
        },
        publishes=frozenset({ENTRIES_BLOCKED, ENTRIES_RELEASED, STRATEGY_DIRECTIVE_ISSUED}),
        parameters=CircuitBreakerParameters,
        state={
            "block.<symbol or everything>": "why a block stands and since when",
            FAILED_ORDERS_KEY: "the orders that failed within the window",
            "losses": "the losses in a row, and the open trades whose end will count",
            "reduction.<trade id>": "a trade that is being left",
        },
    )

    def __init__(self, parameters: CircuitBreakerParameters, context: PluginContext) -> None:
        super().__init__(parameters, context)
        self._parameters = parameters
        own = parameters.own_strategy_only
        self._blocks = StandingBlocks(self, context, own_strategy_only=own)
        self._reductions = Reductions(self, context)
        self._streak = LossStreak(context)
        error_window_ms = milliseconds(parameters.error_window_s)
        self._failed = FailedOrders(context, error_window_ms, parameters.max_errors)
        window_ms = milliseconds(parameters.shock_window_s)
        watched = parameters.symbols if parameters.watch_shock else ()
        self._shocks = {symbol: PriceShock(parameters.shock, window_ms) for symbol in watched}
        self._began_ms: int | None = None
        self._is_due = False
        self._healthy_since_ms: dict[str, int] = {}

    def on_tick(self, tick: Tick) -> DispositionEnvelope:
        """Follow the price; a tick within the shock allocates nothing."""
        price = self._shocks.get(tick.symbol)
        is_calm = price is None or price.take(tick)
        if (is_calm and not self._is_due) or not self.view.is_reconciled():
            return _PROCEED
        if price is not None and not is_calm and not self._blocks.has(tick.symbol, _SHOCK):
            reason = _SHOCK if is_positive(tick.price) else _UNPRICED
            self._trip(tick.symbol, reason, f"{tick.symbol} {price.words(tick.price)}")
        elif not self._is_due:
            return _PROCEED
        return self._looked()

    def on_order(self, order: OrderState) -> DispositionEnvelope:
        """Count an order that failed, once; it is judged at the next tick or beat."""
        if order.status not in _FAILED or not self._parameters.watch_errors or not self._is_ours(order):
            return _PROCEED
        if self._failed.take(order.client_order_id):
            self._is_due = True
        return _PROCEED

    def on_fill(self, booked: FillBooked) -> DispositionEnvelope:
        """Count a trade that closed; it is judged at the next tick or beat."""
        position = None if booked.trade_id is None else self.view.position(booked.trade_id)
        if not self._parameters.watch_losses or position is None or not self._in_care([position]):
            return _PROCEED
        is_closed = not position.is_open and position.closed_at_ms is not None
        self._streak.look(self._held(), position.trade_id if is_closed else None)
        self._is_due = True
        return _PROCEED

    def on_time(self, passed: TimePassed) -> DispositionEnvelope:
        """Look whether prices come or not; silent before the first comparison."""
        del passed
        return self._looked() if self.view.is_reconciled() else _PROCEED

    def _looked(self) -> DispositionEnvelope:
        """Judge everything, and say what is new."""
        self._is_due = False
        now_ms = self.view.now_ms()
        if self._began_ms is None:
            self._began_ms = now_ms
            if self._parameters.watch_losses:
                self._streak.look(self._held())
        lifted = self._blocks.look()
        for place in lifted:
            self._begin_anew(place)
        if lifted:
            self._reductions.drop()
        self._judge(now_ms)
        self._leave()
        for place in self._blocks.places:
            self._rearm(place, now_ms)
        return DispositionEnvelope.publish(*self._blocks.events(), *self._reductions.events())

    def _judge(self, now_ms: int) -> None:
        """Trip on whatever holds for everything: connection, orders, losses."""
        parameters = self._parameters
        trouble = self._trouble(now_ms)
        if trouble is not None:
            self._trip(EVERYTHING, _CONNECTION, trouble)
        failed = self._errors()
        if failed:
            last = failed[-1].client_order_id
            words = (
                f"{len(failed)} orders rejected or of unknown outcome"
                f" within {parameters.error_window_s:f} s, the last {last}"
            )
            self._trip(EVERYTHING, _ERRORS, words)
        if parameters.watch_losses and self._streak.losses >= parameters.max_losses:
            lost = self._streak.losses
            words = "a losing trade" if lost == 1 else f"{lost} losing trades in a row"
            self._trip(EVERYTHING, _LOSSES, f"{words}, net of fees")

    def _trouble(self, now_ms: int) -> str | None:
        """Name what is wrong with the connection: the platform's word, or a price too old or missing."""
        if not self._parameters.watch_connection:
            return None
        trouble = self.view.connection_trouble()
        if trouble is not None:
            return trouble
        most_ms = milliseconds(self._parameters.feed_timeout_s)
        for symbol in self._parameters.symbols:
            quote = self.view.quote(symbol)
            heard_ms = (self._began_ms or now_ms) if quote is None else quote.time_ms
            if not -most_ms <= now_ms - heard_ms <= most_ms:
                return f"no price of {symbol} for {(now_ms - heard_ms) // 1000} s"
        return None

    def _trip(self, place: str, reason: str, words: str) -> None:
        """Block for a reason, once."""
        if not self._blocks.has(place, reason):
            self._blocks.add(place, reason, words)
            self._healthy_since_ms.pop(place, None)

    def _leave(self) -> None:
        """Leave what a measured reason is about, where that is wanted; what fills after it tripped too."""
        if self._parameters.action is not BreakerAction.CLOSE:
            return
        for place in self._blocks.places:
            block = self._blocks.of(place)
            words = [] if block is None else [block.reasons[one] for one in _CLOSING if one in block.reasons]
            if words:
                held = self.view.positions() if place == EVERYTHING else self.view.positions_on(place)
                self._reductions.want_none(self._in_care(held), f"circuit breaker: {words[0]}")

    def _rearm(self, place: str, now_ms: int) -> None:
        """Lift a block that has stood its time once all was well for a while."""
        block = self._blocks.of(place)
        if block is None or self._parameters.rearm is BreakerRearm.OPERATOR:
            return
        if not all(self._is_well(place, reason, now_ms) for reason in block.reasons):
            self._healthy_since_ms.pop(place, None)
            return
        since_ms = self._healthy_since_ms.setdefault(place, now_ms)
        has_stood = now_ms - block.since_ms >= milliseconds(self._parameters.block_s)
        if has_stood and now_ms - since_ms >= milliseconds(self._parameters.healthy_s):
            self._blocks.lift(place, f"well for {(now_ms - since_ms) // 1000} s")
            self._begin_anew(place)

    def _is_well(self, place: str, reason: str, now_ms: int) -> bool:
        """Tell whether a reason holds no more; a losing streak is over with the pause."""
        if reason == _CONNECTION:
            return self._trouble(now_ms) is None
        if reason == _ERRORS:
            return not self._errors()
        if reason in {_SHOCK, _UNPRICED}:
            price = self._shocks.get(place)
            return price is None or price.is_calm(now_ms)
        return True

    def _begin_anew(self, place: str) -> None:
        """Forget what led to a block that is lifted, so that it does not trip at once again."""
        self._healthy_since_ms.pop(place, None)
        if place == EVERYTHING:
            self._failed.forget()
            self._streak.forget()
        elif place in self._shocks:
            self._shocks[place].forget()

    def _errors(self) -> tuple[FailedOrder, ...]:
        """Return the orders that failed where they are enough to trip; else none."""
        failed = self._failed.counted() if self._parameters.watch_errors else ()
        return failed if len(failed) >= self._parameters.max_errors else ()

    def _is_ours(self, order: OrderState) -> bool:
        return not self._parameters.own_strategy_only or order.strategy_id == self.context.strategy_id

    def _held(self) -> tuple[Position, ...]:
        """Return the trades whose end will count: one of which only dust is left has ended."""
        return tuple(one for one in self._in_care(self.view.positions()) if not is_dust(one, self.view))

    def _in_care(self, positions: Sequence[Position]) -> tuple[Position, ...]:
        own_only = self._parameters.own_strategy_only
        return in_care(positions, self.context.strategy_id, own_strategy_only=own_only)
