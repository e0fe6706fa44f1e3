"""Hold the opposite of what the book is exposed to, in one hedge instrument, within a band and limits."""

from dataclasses import dataclass
from decimal import Decimal

from desk.contracts.assets import base_of
from desk.contracts.directives import (
    DirectiveScope,
    ExitDirective,
    SizeDirective,
    StrategyDirective,
)
from desk.contracts.dto import Dto
from desk.contracts.envelope import DispositionEnvelope
from desk.contracts.events import STRATEGY_DIRECTIVE_ISSUED, TICK_RECEIVED, TIME_PASSED
from desk.contracts.ids import TradeId
from desk.contracts.manifests import WorkerCategory, WorkerManifest
from desk.contracts.market import ONE, ZERO, Instrument, Quote, Tick, TimePassed
from desk.contracts.ports.plugin import PluginContext
from desk.contracts.positions import Position
from desk.contracts.sides import OrderSide
from desk.contracts.states import DeskState
from desk.workers.base import DirectiveParts, Worker, issue
from desk.workers.ownership import is_own, own_trades
from desk.workers.prices import milliseconds, rounded, written
from desk.workers.scheduled_operations.at_once import entry_at_once, routing_at_once
from desk.workers.scheduled_operations.exposure import (
    BetaBook,
    Exposure,
    exposure_of,
    is_off,
    wanted_hedge,
)
from desk.workers.scheduled_operations.hedge_costs import AskedChange, PaidCost, cost_of_unit, paid, with_cost
from desk.workers.scheduled_operations.hedge_parameters import HedgeMode, HedgeParameters
from desk.workers.worth import worth_of_unit

_KEY = "hedge"


class RememberedHedge(Dto):
    """Keep the hedge trade, when it was last changed, whether it was told to close, and what changes cost."""

    trade_id: TradeId | None = None
    asked_at_ms: int | None = None
    is_closing: bool = False
    stopped_at_ms: int | None = None
    asked: AskedChange | None = None
    costs: tuple[PaidCost, ...] = ()


@dataclass(frozen=True, slots=True)
class Situation:
    """Hold what the hedge is and what it should be, in the account currency, short below zero."""

    instrument: Instrument
    quote: Quote
    unit: Decimal
    exposure: Exposure
    trade: Position | None
    wanted: Decimal

    @property
    def present(self) -> Decimal:
        """What the hedge is."""
        if self.trade is None:
            return ZERO
        return self.trade.side.sign * self.trade.size_base * self.unit

    @property
    def is_leaving(self) -> bool:
        """Whether there is nothing to hedge, or the other side is to be held."""
        return self.wanted == ZERO or self.wanted * self.present < 0


class HedgeManager(Worker):
    """Issue what brings the hedge to -ratio x N: a NEW_TRADE, a MODIFY to an absolute size, or a CLOSE.

    N = sum(s q p beta) over the trades it hedges, its own left out. A change of sign closes first. What
    cannot be read is not zero: it does nothing then.
    """

    manifest = WorkerManifest(
        name="hedge_manager",
        category=WorkerCategory.SCHEDULED_OPERATIONS,
        summary="Holds the opposite of the book's net exposure in one hedge instrument.",
        handlers={TICK_RECEIVED: "on_tick", TIME_PASSED: "on_time"},
        publishes=frozenset({STRATEGY_DIRECTIVE_ISSUED}),
        parameters=HedgeParameters,
        state={_KEY: "the hedge trade, its last change, and what changes cost in the window"},
    )

    def __init__(self, parameters: HedgeParameters, context: PluginContext) -> None:
        super().__init__(parameters, context)
        self._parameters = parameters
        self._cooldown_ms = milliseconds(parameters.cooldown_s)
        self._window_ms = parameters.cost_window_s * 1000
        self._every_ms = milliseconds(parameters.check_every_s)
        self._max_price_age_ms = milliseconds(parameters.max_price_age_s)
        self._betas = BetaBook(parameters)
        self._looked_ms: int | None = None
        self._kept: RememberedHedge | None = None

    def on_tick(self, tick: Tick) -> DispositionEnvelope:
        """Look at the exposure, at most once in `check_every_s`, but at every price of one instant."""
        return self._look()

    def on_time(self, passed: TimePassed) -> DispositionEnvelope:
        """Look at the exposure where no price comes."""
        return self._look()

    def _look(self) -> DispositionEnvelope:
        now_ms = self.view.now_ms()
        if self._looked_ms is not None and 0 < now_ms - self._looked_ms < self._every_ms:
            return DispositionEnvelope.CONTINUE
        self._looked_ms = now_ms
        if not self.view.is_reconciled():
            return DispositionEnvelope.CONTINUE
        trade = self._own_trade()
        kept = self._settled(trade)
        if self._must_wait(kept, trade):
            return DispositionEnvelope.CONTINUE
        found = self._situation(trade)
        directive = None if found is None else self._change(found, kept)
        return DispositionEnvelope.CONTINUE if directive is None else issue(directive)

    def _own_trade(self) -> Position | None:
        """Return the hedge, None where there is none."""
        return next(iter(own_trades(self.context, self._parameters.instrument)), None)

    def _settled(self, trade: Position | None) -> RememberedHedge:
        """Return what is remembered, a hedge that has come, gone or changed its size meanwhile noted.

        A hedge that went without being told to was stopped out, or closed by another hand.
        """
        kept = self._kept or self._restored()
        if trade is not None:
            update = self._news(trade, kept)
            kept = self._keep(kept.model_copy(update=update)) if update else kept
        elif kept.trade_id is not None:
            stopped_ms = None if kept.is_closing else self.view.now_ms()
            kept = self._keep(RememberedHedge(stopped_at_ms=stopped_ms, costs=kept.costs))
        self._kept = kept
        return kept

    def _news(self, trade: Position, kept: RememberedHedge) -> dict[str, object]:
        """Return what is new of the hedge, with what a change that was made has cost."""
        news: dict[str, object] = {}
        if trade.trade_id != kept.trade_id:
            news |= {"trade_id": trade.trade_id, "is_closing": False}
        asked = kept.asked
        if asked is not None and trade.size_base != asked.held_base:
            cost = abs(trade.size_base - asked.held_base) * asked.cost_of_unit
            news["costs"] = with_cost(kept.costs, cost, self.view.now_ms(), self._window_ms)
            news["asked"] = asked.model_copy(update={"held_base": trade.size_base})
        return news

    def _restored(self) -> RememberedHedge:
        text = self.context.memory.get(_KEY)
        return RememberedHedge() if text is None else RememberedHedge.model_validate_json(text)

    def _keep(self, kept: RememberedHedge) -> RememberedHedge:
        self.context.memory.put(_KEY, kept.model_dump_json(exclude_defaults=True))
        self._kept = kept
        return kept

    def _must_wait(self, kept: RememberedHedge, trade: Position | None) -> bool:
        """Tell whether a change is under way, or one was made, or undone by a stop, too short ago."""
        view, now_ms, instrument = self.view, self.view.now_ms(), self._parameters.instrument
        asked_ms, stopped_ms = kept.asked_at_ms, kept.stopped_at_ms
        is_cooling = asked_ms is not None and 0 <= now_ms - asked_ms < self._cooldown_ms
        after_stop_ms = self._parameters.after_stop_s * 1000
        is_stopped = stopped_ms is not None and 0 <= now_ms - stopped_ms < after_stop_ms
        return (
            is_cooling
            or is_stopped
            or (trade is not None and view.has_directive_in_flight(trade.trade_id))
            or view.has_pending_entry(self.context.strategy_id, instrument)
            or view.has_unknown_order(instrument)
            or view.state() in {DeskState.HALTED, DeskState.EXITING}
        )

    def _situation(self, trade: Position | None) -> Situation | None:
        """Return what the hedge is and should be; None where anything that counts is not known."""
        parameters, view = self._parameters, self.view
        exposure = exposure_of(
            filter(self._is_hedged, view.positions()), view, self._betas, self._max_price_age_ms
        )
        instrument, quote = view.instrument(parameters.instrument), view.quote(parameters.instrument)
        unit = worth_of_unit(parameters.instrument, view, self._max_price_age_ms)
        if exposure is None or instrument is None or quote is None or unit is None:
            return None
        wanted = wanted_hedge(exposure.net, parameters.ratio, parameters.max_notional)
        if instrument.is_spot and wanted < 0:
            wanted = ZERO
        return Situation(instrument, quote, unit, exposure, trade, wanted)

    def _is_hedged(self, position: Position) -> bool:
        parameters = self._parameters
        is_left_out = bool(parameters.symbols) and position.symbol not in parameters.symbols
        if is_left_out or is_own(position, self.context):
            return False
        if parameters.own_strategy_only and position.strategy_id != self.context.strategy_id:
            return False
        same_base = base_of(position.symbol) == parameters.base
        return same_base or parameters.mode is HedgeMode.BETA

    def _change(self, found: Situation, kept: RememberedHedge) -> StrategyDirective | None:
        parameters = self._parameters
        if not is_off(found.wanted, found.present, found.exposure.net, parameters.band, parameters.min_trade):
            return None
        size_base = found.instrument.floor_size(abs(found.wanted) / found.unit)
        if found.is_leaving or found.instrument.is_dust(size_base, found.quote.bid):
            return None if found.trade is None else self._leave(found, found.trade, kept)
        held_base = ZERO if found.trade is None else found.trade.size_base
        changed = abs(size_base - held_base)
        asked = AskedChange(
            held_base=held_base, cost_of_unit=cost_of_unit(found.instrument, found.quote, found.unit)
        )
        is_small = found.instrument.is_dust(changed, found.quote.bid)
        grows = size_base > held_base
        if is_small or (grows and (self._may_not_add(found) or self._is_dear(kept, asked, changed))):
            return None
        is_counted = self._parameters.max_cost is not None
        update = {
            "asked_at_ms": self.view.now_ms(), "is_closing": False, "asked": asked if is_counted else None,
        }  # fmt: skip
        self._keep(kept.model_copy(update=update))
        return self._resize(found, size_base)

    def _may_not_add(self, found: Situation) -> bool:
        """Tell whether new risk is forbidden, or somebody holds the other side of the instrument."""
        symbol, view = self._parameters.instrument, self.view
        return (
            view.state() is not DeskState.ACTIVE
            or view.entry_block(self.context.strategy_id, symbol) is not None
            or any(one.side.sign * found.wanted < 0 for one in view.positions_on(symbol))
        )

    def _is_dear(self, kept: RememberedHedge, asked: AskedChange, size_base: Decimal) -> bool:
        """Tell whether a change would cost more than the window has left: asked for what grows alone."""
        most = self._parameters.max_cost
        spent = paid(kept.costs, self.view.now_ms(), self._window_ms)
        return most is not None and not spent + size_base * asked.cost_of_unit <= most

    def _leave(self, found: Situation, trade: Position, kept: RememberedHedge) -> StrategyDirective:
        """Close the hedge; the other side, where it is wanted, is opened once this has ended."""
        self._keep(kept.model_copy(update={"asked_at_ms": self.view.now_ms(), "is_closing": True}))
        return self.new_directive(
            scope=DirectiveScope.CLOSE_EXISTING,
            rationale=f"close the hedge of {written(trade.size_base)}: {self._words(found)}",
            target_trade_ids=(trade.trade_id,),
            routing_directive=routing_at_once(self._parameters.max_slippage),
        )

    def _resize(self, found: Situation, size_base: Decimal) -> StrategyDirective:
        parts = DirectiveParts(
            size_directive=SizeDirective(target_size_base=size_base),
            routing_directive=routing_at_once(self._parameters.max_slippage),
        )
        held_base = ZERO if found.trade is None else found.trade.size_base
        buys = (found.wanted > 0) is (size_base > held_base)
        said = f"{'buy' if buys else 'sell'} {written(abs(size_base - held_base))} {found.instrument.symbol}"
        words = f"{said}: {self._words(found)}"
        if found.trade is not None:
            parts["target_trade_ids"] = (found.trade.trade_id,)
            return self.new_directive(scope=DirectiveScope.MODIFY_EXISTING, rationale=words, **parts)
        side = OrderSide.BUY if buys else OrderSide.SELL
        parts["entry_directive"] = entry_at_once(found.instrument.symbol, side, self._parameters.max_slippage)
        if self._parameters.stop_fraction is not None:
            parts["exit_directive"] = ExitDirective(stop_loss_tolerance=self._parameters.stop_fraction)
        return self.new_directive(scope=DirectiveScope.NEW_TRADE, rationale=words, **parts)

    def _words(self, found: Situation) -> str:
        net, present, wanted = map(rounded, (found.exposure.net, found.present, found.wanted))
        betas = ", ".join(
            f"{symbol} {written(beta)}" for symbol, beta in found.exposure.betas.items() if beta != ONE
        )
        return f"net exposure {net}, hedge {present} → {wanted}" + (f" (beta {betas})" if betas else "")
