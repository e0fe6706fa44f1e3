"""The bus itself: every handler has run, in the order of subscription, when `publish` returns."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from desk.bus.cause import as_chain, chain_of
from desk.bus.failures import EventLoopDetected, HandlerFailure
from desk.bus.limits import BusLimits
from desk.contracts import events
from desk.contracts.causality import CausalityChain
from desk.contracts.ports.bus import Cause, EventHandler

FailureListener = Callable[[HandlerFailure], None]

LAST_WORDS = frozenset(
    {
        events.DIRECTIVE_REFUSED, events.WORKER_STOPPED, events.ALARM_RAISED, events.DESK_STATE_CHANGED,
        events.FLOW_STOP_SUCCESS, events.FLOW_STOP_ERROR,
    }
)  # fmt: skip
"""What still passes where a loop was cut: the words that end what the loop began."""


@dataclass(frozen=True, slots=True)
class _Subscription:
    handler: EventHandler
    subscriber: str
    strategy_id: str | None
    targets: frozenset[str] | None

    def hears(self, strategy_id: str) -> bool:
        """Tell whether an event of this strategy reaches the subscriber."""
        if self.strategy_id is not None:
            return self.strategy_id == strategy_id
        return self.targets is None or strategy_id in self.targets


_NOBODY: tuple[_Subscription, ...] = ()


class _Frame:
    """Hold the event being dispatched at one depth; used again for the next, so that none is built."""

    __slots__ = ("cause", "chain", "name", "payload", "strategy_id", "subscription")

    def __init__(self) -> None:
        self.cause: Cause | None = None
        self.chain: CausalityChain | None = None
        self.name = ""
        self.payload: object = None
        self.strategy_id: str | None = None
        self.subscription: _Subscription | None = None

    def forget(self) -> None:
        """Let go of the event."""
        self.payload = self.cause = self.chain = self.subscription = None


class EventBus:
    """Carry events from publishers to subscribers, synchronously and in order.

    In PLATFORM scope (no strategy id) every subscriber of the name hears an event. In STRATEGY scope the
    subscribers of that strategy do, and platform subscribers unless their targets leave it out. A handler
    that raises is counted and reported to `on_failure`; the others hear the event all the same. What one
    subscriber's call sets off is bounded in depth and number: beyond, events are dropped, `publish` returns
    False, and an EventLoopDetected is reported once; only LAST_WORDS and emergency exits still pass, up to
    twice the bounds.
    """

    def __init__(self, on_failure: FailureListener, limits: BusLimits | None = None) -> None:
        self._on_failure = on_failure
        self._limits = limits or BusLimits()
        self._subscriptions: dict[str, tuple[_Subscription, ...]] = {}
        self._routes: dict[tuple[str, str], tuple[_Subscription, ...]] = {}
        self._frames = tuple(_Frame() for _ in range(2 * self._limits.max_depth + 1))
        self._depth = 0
        self._chain_events = 0
        self._last_words = 0
        self._is_cut = False
        self._errors: Counter[str] = Counter()
        self.published = 0
        self.loops_cut = 0

    @property
    def errors(self) -> Mapping[str, int]:
        """The failures so far, by subscriber."""
        return MappingProxyType(self._errors)

    @property
    def handler_errors(self) -> int:
        """The failures so far, of all subscribers."""
        return self._errors.total()

    def subscribe(
        self,
        name: str,
        handler: EventHandler,
        *,
        subscriber: str,
        strategy_id: str | None = None,
        targets: frozenset[str] | None = None,
    ) -> None:
        """Call `handler` with the payload of every event of exactly this name.

        Raises ValueError for a pattern in place of a name, and for targets of a strategy's own subscriber.
        """
        if not name.replace("_", "").isalnum():
            raise ValueError(f"{name!r} is no event name; there are no wildcards")
        if strategy_id is not None and targets is not None:
            raise ValueError(f"{subscriber} belongs to {strategy_id}; targets are for platform subscribers")
        one = _Subscription(handler, subscriber, strategy_id, targets)
        self._subscriptions[name] = (*self._subscriptions.get(name, ()), one)
        self._routes.clear()

    def publish(
        self, name: str, payload: object, *, strategy_id: str | None = None, cause: Cause | None = None
    ) -> bool:
        """Hand `payload` to the subscribers of `name`; False where a loop of events was cut here."""
        depth = self._depth
        if depth and not self._admits(name, payload, depth):
            return False
        self.published += 1
        frame = self._frames[depth]
        frame.name = name
        frame.payload = payload
        frame.strategy_id = strategy_id
        frame.cause = cause
        self._depth = depth + 1
        try:
            everybody = self._subscriptions.get(name, _NOBODY)
            for subscription in everybody if strategy_id is None else self._heard_by(name, strategy_id):
                frame.subscription = subscription
                try:
                    subscription.handler(payload)
                except Exception as error:  # noqa: BLE001 - the boundary: one subscriber's failure stays its own
                    self.report(error)
                if self._chain_events and not depth:
                    self._begin_chain()
        finally:
            self._depth = depth
            frame.forget()
            if self._chain_events and not depth:
                self._begin_chain()
        return True

    def report(self, error: Exception) -> None:
        """Count and report that the handler in hand failed, as if it had raised `error`."""
        frame = self._frames[self._depth - 1]
        subscriber = frame.subscription.subscriber if frame.subscription else ""
        self._errors[subscriber] += 1
        failure = HandlerFailure(subscriber, frame.name, frame.strategy_id, error, self.cause())
        self._on_failure(failure)

    def cause(self) -> CausalityChain | None:
        """Return the chain of the event in hand: its own and the given one, else that of the event around."""
        for depth in range(self._depth - 1, -1, -1):
            frame = self._frames[depth]
            if frame.chain is None:
                frame.chain = _chain_of(frame)
            if frame.chain is not None:
                return frame.chain
        return None

    def _heard_by(self, name: str, strategy_id: str) -> tuple[_Subscription, ...]:
        route = self._routes.get((name, strategy_id))
        if route is None:
            everybody = self._subscriptions.get(name, _NOBODY)
            route = tuple(one for one in everybody if one.hears(strategy_id))
            self._routes[name, strategy_id] = route
        return route

    def _begin_chain(self) -> None:
        self._chain_events = self._last_words = 0
        self._is_cut = False

    def _admits(self, name: str, payload: object, depth: int) -> bool:
        limits = self._limits
        is_within = depth < limits.max_depth and self._chain_events < limits.max_chain_events
        if is_within and not self._is_cut:
            self._chain_events += 1
            return True
        if not self._is_cut:
            self._is_cut = True
            self.loops_cut += 1
            bound = "depth" if depth >= limits.max_depth else "number"
            self.report(EventLoopDetected((*self._path(), name), f"the bound on {bound} of events"))
        is_last = name in LAST_WORDS or getattr(payload, "emergency", False) is True
        if is_last and depth < 2 * limits.max_depth and self._last_words < limits.max_chain_events:
            self._last_words += 1
            return True
        return False

    def _path(self) -> tuple[str, ...]:
        return tuple(frame.name for frame in self._frames[: self._depth])


def _chain_of(frame: _Frame) -> CausalityChain | None:
    own = chain_of(frame.payload)
    if frame.cause is None:
        return own
    given = as_chain(frame.cause)
    return given if own is None else own.caused_by(given)
