"""How far an emergency exit came with each position, read from the facts as they are written."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from desk.contracts.execution import ExecutionDirective
from desk.contracts.ids import DirectiveId, TradeId
from desk.contracts.market import ZERO
from desk.contracts.orders import Leg, OutcomeKind
from desk.contracts.orderstate import OrderState
from desk.contracts.ports.store import LedgerView
from desk.contracts.ports.time import Clock
from desk.contracts.ports.view import DeskView
from desk.contracts.positions import Position
from desk.contracts.records import CancelIntended, JournalEntry, OrderAnswered, OrderSent
from desk.contracts.snapshot import ExitLine, ExitProgress, ExitStep
from desk.execution.coverage import is_dust

OrdersLeft = Callable[[ExecutionDirective], int]
"""Count the orders that an exit still has to see to their end."""


@dataclass(frozen=True, slots=True)
class _Way:
    """Say how far one trade came on its way out."""

    symbol: str
    side: str
    step: ExitStep = ExitStep.WAITING
    attempts: int = 0
    reason: str = ""


@dataclass(slots=True)
class _Exit:
    """Follow one exit; `before_ms` passed before this run took it up."""

    directive: ExecutionDirective
    began_monotonic_ms: int
    before_ms: int
    orders_left: OrdersLeft
    rounds: int = 0
    ways: dict[TradeId, _Way] = field(default_factory=dict)
    first_sent_ms: int | None = None


class ExitWatch:
    """Follow emergency exits over all their rounds; the newest stays to be looked at once it is over."""

    def __init__(self, ledger: LedgerView, view: DeskView, clock: Clock) -> None:
        self._ledger = ledger
        self._view = view
        self._clock = clock
        self._exits: dict[DirectiveId, _Exit] = {}
        self._last: ExitProgress | None = None

    def begin(
        self, directive: ExecutionDirective, positions: Iterable[Position], orders_left: OrdersLeft
    ) -> None:
        """Begin to follow an exit, or take up one that an earlier run began."""
        before_ms = max(0, self._clock.now_ms() - directive.created_at_ms)
        followed = _Exit(directive, self._clock.monotonic_ms(), before_ms, orders_left)
        self._exits[directive.directive_id] = followed
        self._add(followed, positions)

    def next_round(self, directive_id: DirectiveId, positions: Iterable[Position]) -> None:
        """Count a round, and follow what came to be held since."""
        followed = self._exits.get(directive_id)
        if followed is not None:
            followed.rounds += 1
            self._add(followed, positions)

    def refused(self, directive_id: DirectiveId, trade_id: TradeId, reason: str) -> None:
        """Note why a trade was not left in this round; the next one tries again."""
        followed = self._exits.get(directive_id)
        if followed is not None and trade_id in followed.ways:
            way = followed.ways[trade_id]
            followed.ways[trade_id] = replace(way, step=ExitStep.RETRY, reason=reason)

    def end(self, directive_id: DirectiveId, word: str, remains: tuple[str, ...]) -> int:
        """Close the book on an exit; return how long it took since its beginning, in milliseconds."""
        followed = self._exits.pop(directive_id, None)
        if followed is None:
            return 0
        self._last = self._progress(followed, word, remains)
        return self._last.elapsed_ms

    def progress(self) -> ExitProgress | None:
        """Return the exit under way, the newest of several, else the last one; None before the first."""
        if not self._exits:
            return self._last
        return self._progress(list(self._exits.values())[-1], "", ())

    def on_entry(self, entry: JournalEntry) -> None:
        """Take one fact; without an exit under way it costs a look."""
        if not self._exits:
            return
        match entry.record:
            case CancelIntended(client_order_id=order_id, reason=reason):
                self._cancelled(self._ledger.order(order_id), reason)
            case OrderSent(client_order_id=order_id):
                self._sent(self._ledger.order(order_id))
            case OrderAnswered(client_order_id=order_id, outcome=outcome, reason=reason):
                self._answered(self._ledger.order(order_id), outcome, reason)
            case _:
                return

    def _add(self, followed: _Exit, positions: Iterable[Position]) -> None:
        for one in positions:
            followed.ways.setdefault(one.trade_id, _Way(one.symbol, one.side))

    def _cancelled(self, order: OrderState | None, reason: str) -> None:
        """Note a cancel; that of another hand's order counts as the first request too."""
        self._left()
        if order is None:
            return
        if order.request.leg is Leg.CLOSE:
            self._step(order.trade_id, ExitStep.RETRY, reason)
        else:
            self._step(order.trade_id, ExitStep.CANCELLING)

    def _sent(self, order: OrderState | None) -> None:
        if order is None or order.request.leg is not Leg.CLOSE:
            return
        self._left()
        for followed in self._exits.values():
            way = followed.ways.get(order.trade_id)
            if way is not None:
                moved = replace(way, step=ExitStep.CLOSING, attempts=way.attempts + 1)
                followed.ways[order.trade_id] = moved

    def _answered(self, order: OrderState | None, outcome: OutcomeKind, reason: str) -> None:
        if order is None or order.request.leg is not Leg.CLOSE or outcome is OutcomeKind.ACCEPTED:
            return
        step = ExitStep.CLOSING if outcome is OutcomeKind.UNKNOWN else ExitStep.RETRY
        self._step(order.trade_id, step, f"{outcome}: {reason}")

    def _step(self, trade_id: TradeId, step: ExitStep, reason: str = "") -> None:
        for followed in self._exits.values():
            way = followed.ways.get(trade_id)
            if way is not None:
                followed.ways[trade_id] = replace(way, step=step, reason=reason or way.reason)

    def _left(self) -> None:
        """Note that a cancel or a close left for the venue."""
        for followed in self._exits.values():
            if followed.first_sent_ms is None:
                followed.first_sent_ms = self._elapsed_ms(followed)

    def _elapsed_ms(self, followed: _Exit) -> int:
        return followed.before_ms + self._clock.monotonic_ms() - followed.began_monotonic_ms

    def _progress(self, followed: _Exit, word: str, remains: tuple[str, ...]) -> ExitProgress:
        return ExitProgress(
            flow_id=followed.directive.flow_id,
            began_at_ms=followed.directive.created_at_ms,
            elapsed_ms=self._elapsed_ms(followed),
            rounds=followed.rounds,
            lines=tuple(self._line(*one, is_over=bool(word)) for one in followed.ways.items()),
            orders_left=followed.orders_left(followed.directive),
            word=word,
            remains=remains,
            first_cancel_ms=followed.first_sent_ms,
        )

    def _line(self, trade_id: TradeId, way: _Way, *, is_over: bool) -> ExitLine:
        """Show a trade: what the ledger says of it goes before what was tried last."""
        position = self._ledger.position(trade_id)
        size_base = ZERO if position is None else position.size_base
        step = way.step
        if position is None or is_dust(position, self._view):
            is_done = is_over or not self._ledger.orders_of(trade_id)
            nothing = ExitStep.DUST if size_base > 0 else ExitStep.FLAT
            step = nothing if is_done else ExitStep.CANCELLING
        elif is_over:
            step = ExitStep.LEFT
        reason = way.reason if step in {ExitStep.CLOSING, ExitStep.RETRY, ExitStep.LEFT} else ""
        return ExitLine(trade_id, way.symbol, way.side, size_base, step, way.attempts, reason)
