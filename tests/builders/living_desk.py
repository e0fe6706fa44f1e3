"""A desk between start and stop, and short words for what tests do with it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from connectors.paper.connector import PaperConnector
from desk.bootstrap.assembly import Desk
from desk.contracts import events
from desk.contracts.causality import CausalityChain
from desk.contracts.directives import (
    DirectiveScope,
    EntryDirective,
    ExitDirective,
    SizeDirective,
    StrategyDirective,
)
from desk.contracts.execution import FlowCompletion
from desk.contracts.ids import DirectiveId, TradeId
from desk.contracts.market import Tick
from desk.contracts.ports.connector import IAPIConnector
from desk.contracts.positions import Position
from desk.contracts.records import JournalEntry
from desk.contracts.sides import OrderSide
from desk.journal.recorder import JournalRecorder
from desk.ledger.ledger import Ledger
from desk.runtime.clock import VirtualClock
from desk.runtime.faults import FaultDesk
from desk.runtime.ids import SeededIds
from desk.runtime.tasks import TaskSupervisor
from desk.runtime.virtual_loop import VirtualLoop

PERP, SPOT = "BTC/USDT:USDT", "BTC/USDT"

STRATEGY = "tiny"

AT_THE_MARKET, AT_A_LIMIT = Decimal(1), Decimal("0.4")
"""Confidences that choose the entry planner of TINY."""


@dataclass
class LivingDesk:
    """A desk between start and stop, and short words for what tests do with it."""

    desk: Desk
    loop: VirtualLoop
    clock: VirtualClock
    ids: SeededIds
    ledger: Ledger
    journal: JournalRecorder
    connector: IAPIConnector
    paper: PaperConnector
    supervisor: TaskSupervisor
    complaints: list[str]
    faults: FaultDesk
    entries: list[JournalEntry] = field(default_factory=list)
    sequence: int = 0

    def tick(self, price: str | Decimal, symbol: str = PERP, size: str = "1000") -> Tick:
        """Hand the core a tick, now; bid and ask stand 0.1 beside the price."""
        last = Decimal(price)
        self.sequence += 1
        step = Decimal("0.1")
        now_ms = self.clock.now_ms()
        one = Tick(symbol, now_ms, last, last - step, last + step, Decimal(size), self.sequence)
        self.desk.core.on_tick(one)
        return one

    async def play(self, prices: Iterable[str | Decimal], every_ms: int = 100, symbol: str = PERP) -> None:
        """Hand the core one tick after the other."""
        for price in prices:
            self.tick(price, symbol)
            await self.clock.sleep_ms(every_ms)

    async def pass_ms(self, duration_ms: int) -> None:
        """Let time pass, without ticks."""
        await self.clock.sleep_ms(duration_ms)

    async def settle(self, most_ms: int = 120_000, price: str | Decimal | None = None) -> None:
        """Let time pass until nothing is left to do but to wait for the market; fail after `most_ms`.

        With `price` the market stands still there meanwhile.
        """
        deadline_ms = self.clock.now_ms() + most_ms
        while self.busy():
            assert self.clock.now_ms() < deadline_ms, f"still busy: {self.busy()}"
            if price is not None:
                self.tick(price)
            await self.clock.sleep_ms(100)

    def busy(self) -> list[str]:
        """Name what is under way: background work that ends by itself."""
        return [one for one in self.supervisor.running if not one.startswith(_ENDLESS)]

    def issue(self, directive: StrategyDirective) -> DirectiveId:
        """Publish a directive as a strategy's planner does; return its flow."""
        self.desk.core.parts.bus.publish(
            events.STRATEGY_DIRECTIVE_ISSUED,
            directive,
            strategy_id=directive.strategy_id,
            cause=directive.causality,
        )
        return directive.directive_id

    def directive(
        self, scope: DirectiveScope, *targets: TradeId, symbol: str = PERP, **given: object
    ) -> StrategyDirective:
        """Write a directive caused by the newest tick of `symbol`."""
        quote = self.desk.core.parts.board.quote(symbol)
        assert quote is not None, "hand the desk a tick first"
        assert quote.tick is not None
        fields: dict[str, object] = {
            "directive_id": self.ids.new(DirectiveId),
            "strategy_id": STRATEGY,
            "strategy_planner_id": "test",
            "decided_at_ms": self.clock.now_ms(),
            "causality": CausalityChain.born(quote.tick.id),
            "scope": scope,
            "confidence": AT_THE_MARKET,
            "rationale": "a test wants it",
            "target_trade_ids": targets,
        }
        return StrategyDirective.model_validate(fields | given)

    def new_trade(
        self, side: OrderSide = OrderSide.BUY, *, symbol: str = PERP, stop: str = "0.02", **given: object
    ) -> StrategyDirective:
        """Write a NEW_TRADE of 5,000 USDT with a stop `stop` away and a target at twice the risk."""
        fields: dict[str, object] = {
            "entry_directive": EntryDirective(symbol=symbol, direction=side),
            "exit_directive": ExitDirective(stop_loss_tolerance=Decimal(stop)),
        }
        return self.directive(DirectiveScope.NEW_TRADE, symbol=symbol, **(fields | given))

    def move_stop(self, position: Position, stop: str) -> StrategyDirective:
        """Write a MODIFY that moves a trade's stop."""
        leave = ExitDirective(stop_loss_price=Decimal(stop))
        return self._modify(position, exit_directive=leave)

    def resize(self, position: Position, size_base: str) -> StrategyDirective:
        """Write a MODIFY that brings a trade to an absolute size."""
        return self._modify(position, size_directive=SizeDirective(target_size_base=Decimal(size_base)))

    def close(self, *positions: Position, **given: object) -> StrategyDirective:
        """Write a CLOSE of trades."""
        symbol = positions[0].symbol if positions else PERP
        targets = [one.trade_id for one in positions]
        return self.directive(DirectiveScope.CLOSE_EXISTING, *targets, symbol=symbol, **given)

    def _modify(self, position: Position, **given: object) -> StrategyDirective:
        scope = DirectiveScope.MODIFY_EXISTING
        return self.directive(scope, position.trade_id, symbol=position.symbol, **given)

    @property
    def positions(self) -> tuple[Position, ...]:
        """The open trades, oldest first."""
        return self.ledger.open_positions()

    def end_of(self, flow_id: DirectiveId) -> FlowCompletion | None:
        """Return how a flow ended in this life."""
        ends = (one.record for one in self.entries if one.subject_id == flow_id)
        return next((one for one in ends if isinstance(one, FlowCompletion)), None)


_ENDLESS = ("reconcile", "scheduler", "heartbeat", "time")
