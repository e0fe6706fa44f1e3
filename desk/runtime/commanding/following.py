"""Issue a directive in the operator's name, and wait for what becomes of it."""

from collections.abc import Callable

from desk.bus import EventBus
from desk.contracts import events
from desk.contracts.directives import StrategyDirective
from desk.contracts.execution import FlowCompletion
from desk.contracts.ids import DirectiveId
from desk.contracts.orderstate import OrderState
from desk.contracts.ports.time import Clock
from desk.execution.waiting import Signals

PATIENCE_MS = 5_000
"""How long an answer waits for a flow to end; the flow goes on whether anybody waits or not."""

_REMEMBERED = 1_024
_SUBSCRIBER = "platform.commands"


class FlowFollower:
    """Wait for ends of flows. Nothing is locked meanwhile: any number of commands wait side by side."""

    def __init__(self, bus: EventBus, clock: Clock) -> None:
        self._bus = bus
        self._clock = clock
        self._signals = Signals()
        self._ended: dict[str, FlowCompletion] = {}
        bus.subscribe(events.FLOW_STOP_SUCCESS, self._on_end, subscriber=_SUBSCRIBER)
        bus.subscribe(events.FLOW_STOP_ERROR, self._on_end, subscriber=_SUBSCRIBER)
        bus.subscribe(events.ORDER_UPDATED, self._on_order, subscriber=_SUBSCRIBER)

    def _on_end(self, completion: FlowCompletion) -> None:
        self._ended[completion.flow_id] = completion
        while len(self._ended) > _REMEMBERED:
            del self._ended[next(iter(self._ended))]
        self._signals.raise_for(completion.flow_id)

    def _on_order(self, order: OrderState) -> None:
        self._signals.raise_for(order.directive_id)

    async def issue(
        self, directive: StrategyDirective, is_enough: Callable[[], bool] = lambda: False
    ) -> FlowCompletion | None:
        """Publish a directive and wait for its end; see `end_of`."""
        self._bus.publish(
            events.STRATEGY_DIRECTIVE_ISSUED,
            directive,
            strategy_id=directive.strategy_id,
            cause=directive.causality,
        )
        return await self.end_of(directive.directive_id, is_enough)

    async def end_of(
        self, flow_id: DirectiveId, is_enough: Callable[[], bool] = lambda: False
    ) -> FlowCompletion | None:
        """Return how a flow ended; None once `is_enough`, or where PATIENCE_MS passed first."""
        await self.until(flow_id, lambda: flow_id in self._ended or is_enough())
        return self._ended.get(flow_id)

    async def until(self, flow_id: DirectiveId, is_so: Callable[[], bool]) -> None:
        """Wait until `is_so`, asked whenever the flow or an order of it moves; at most PATIENCE_MS."""
        deadline_ms = self._clock.monotonic_ms() + PATIENCE_MS
        while not is_so():
            remaining_ms = deadline_ms - self._clock.monotonic_ms()
            if remaining_ms <= 0:
                return
            await self._signals.wait(flow_id, remaining_ms)
