"""A desk whose strategies have a worker of every kind, all of them silent: tests speak in their names."""

from decimal import Decimal
from pathlib import Path

from desk.contracts.directives import (
    OPERATOR_STRATEGY,
    DirectiveScope,
    ExitDirective,
    SizeDirective,
    StrategyDirective,
)
from desk.contracts.execution import FlowOutcome
from desk.contracts.ids import DirectiveId
from desk.contracts.positions import Position
from desk.contracts.records import EntryKind
from desk.contracts.sides import OrderSide
from tests.builders.desk import PLATFORM
from tests.builders.execution import FaultyHouse
from tests.builders.living_desk import AT_A_LIMIT, LivingDesk

SWING = """\
name: swing
symbols: [BTC/USDT:USDT]
{portfolio}workers:
  - {{use: trailing_stop_manager, name: trail, parameters: {{trigger_threshold: 0.9, trail_distance: 0.5}}}}
  - {{use: partial_profit_taker, name: partials, parameters: {{targets: [{{at: 90, share: 0.5}}]}}}}
  - use: scale_in_manager
    name: pyramid
    parameters: {{step: 90, stop_distance: 0.5, max_position_quote: 20000, max_open_risk_quote: 100}}
  - {{use: emergency_exit_agent, name: limiter}}
  - use: dca_executor
    name: saver
    parameters: {{symbol: "BTC/USDT:USDT", schedule: yearly, notional_quote: 100}}
planners:
  entry:
    - {{use: market, when: {{confidence: [0.5, 1]}}}}
    - {{use: limit, when: {{confidence: [0, 0.5]}}, parameters: {{valid_for_ms: 20000}}}}
  size: [{{use: fixed_notional, parameters: {{notional_quote: 5000}}}}]
  exit: [{{use: stop_and_target}}]
  routing:
    - {{use: immediate, when: {{confidence: [0.5, 1]}}}}
    - {{use: patient, when: {{confidence: [0, 0.5]}}}}
"""
YEARLY = 'schedule: [{name: yearly, cron: "0 0 1 1 *"}]\n'
OTHER = SWING.replace("name: swing", "name: other").replace("name: saver", "name: thrift")


def crowded(folder: Path, *settings: str, portfolio: str = "") -> FaultyHouse:
    """Build the desk; `portfolio` is the block of the strategy swing, on one line."""
    block = f"portfolio: {portfolio}\n" if portfolio else ""
    return FaultyHouse(
        folder,
        blueprints=(SWING.format(portfolio=block), OTHER.format(portfolio="")),
        platform=PLATFORM + YEARLY,
        settings=settings,
    )


class Voices:
    """Issue directives on a living desk in the name of one worker or another."""

    def __init__(self, desk: LivingDesk, strategy_id: str = "swing") -> None:
        self._desk = desk
        self._strategy_id = strategy_id

    async def opened(self, worker: str = "planner", side: OrderSide = OrderSide.BUY) -> Position:
        """Open a trade of 0.1 at 50,000 in a worker's name, protected."""
        before = {one.trade_id for one in self._desk.positions}
        self._desk.tick("50000")
        flow = self._issue(worker, self._desk.new_trade(side))
        await self._desk.settle()
        ended = self._desk.end_of(flow)
        assert ended is not None
        assert ended.outcome is FlowOutcome.SUCCESS, ended.reason
        return next(one for one in self._desk.positions if one.trade_id not in before)

    def close(self, worker: str, trade: Position, *, size: str | None = None) -> DirectiveId:
        directive = self._desk.close(trade)
        if size is not None:
            left = SizeDirective(target_size_base=Decimal(size))
            directive = directive.model_copy(update={"size_directive": left})
        return self._issue(worker, directive)

    def resize(self, worker: str, trade: Position, size: str, *, stop: str | None = None) -> DirectiveId:
        directive = self._desk.resize(trade, size)
        if stop is not None:
            leave = ExitDirective(stop_loss_price=Decimal(stop))
            directive = directive.model_copy(update={"exit_directive": leave})
        return self._issue(worker, directive)

    def rests(self, worker: str, trade: Position, size: str) -> DirectiveId:
        """Ask for a larger size by a limit order, which rests."""
        entry = self._desk.new_trade(trade.side.entry_side).entry_directive
        directive = self._desk.directive(
            DirectiveScope.MODIFY_EXISTING,
            trade.trade_id,
            confidence=AT_A_LIMIT,
            entry_directive=entry,
            size_directive=SizeDirective(target_size_base=Decimal(size)),
        )
        return self._issue(worker, directive)

    def stop(self, worker: str, trade: Position, price: str) -> DirectiveId:
        return self._issue(worker, self._desk.move_stop(trade, price))

    def _issue(self, worker: str, directive: StrategyDirective) -> DirectiveId:
        strategy_id = OPERATOR_STRATEGY if worker == "operator" else self._strategy_id
        update = {"strategy_id": strategy_id, "strategy_planner_id": worker}
        return self._desk.issue(directive.model_copy(update=update))


def ending(desk: LivingDesk, flow: DirectiveId) -> str:
    """Return why a flow ended, and that it ended once."""
    ends = [one for one in desk.entries if one.subject_id == flow and one.kind is EntryKind.FLOW_ENDED]
    assert len(ends) == 1, f"{flow} ended {len(ends)} times"
    completion = desk.end_of(flow)
    assert completion is not None
    return completion.reason
