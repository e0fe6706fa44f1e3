"""Buy for a fixed amount by the calendar, once per period."""

from decimal import Decimal

from desk.contracts.directives import (
    DirectiveScope,
    EntryDirective,
    PeriodClaim,
    RoutingDirective,
    SizeDirective,
)
from desk.contracts.dto import Symbol
from desk.contracts.envelope import DispositionEnvelope
from desk.contracts.events import (
    PERIOD_SKIPPED,
    SCHEDULED_TICK,
    STRATEGY_DIRECTIVE_ISSUED,
    PeriodSkipped,
)
from desk.contracts.manifests import Parameters, WorkerCategory, WorkerManifest, parameter
from desk.contracts.market import ONE, ZERO, Instrument, Quote, ScheduledTick
from desk.contracts.ports.plugin import PluginContext
from desk.contracts.sides import OrderSide
from desk.contracts.states import DeskState
from desk.workers.base import Worker, issue
from desk.workers.prices import milliseconds, price_fault, written


class DCAParameters(Parameters):
    """Say what is bought, when, for how much, and what is kept back."""

    symbol: Symbol = parameter(..., "symbol", "What is bought.")
    schedule: str = parameter(..., "schedule name", "The schedule whose ticks buy.", min_length=1)
    notional_quote: Decimal = parameter(..., "quote", "What one period spends.", gt=0)
    min_cash_quote: Decimal = parameter(ZERO, "quote", "Free cash that is never spent.", ge=0)
    min_spend_quote: Decimal = parameter(
        Decimal(10), "quote", "With less than this to spend the period is skipped.", gt=0
    )
    max_price: Decimal | None = parameter(
        None, "quote", "Above this price the period is skipped; unset: at any price.", gt=0
    )
    max_total_quote: Decimal | None = parameter(
        None, "quote", "What the open trades of this worker may have cost in all; unset: no limit.", gt=0
    )
    max_slippage: Decimal = parameter(
        Decimal("0.005"), "fraction of the price", "What the buy may lose against the ask.", ge=0, lt=1
    )
    grace_s: int = parameter(3600, "s", "A period seen later than this is skipped.", ge=0)
    max_price_age_s: Decimal = parameter(Decimal(60), "s", "An older price skips the period.", gt=0)


class DCAExecutor(Worker):
    """Issue one NEW_TRADE per period of its schedule, or say with PERIOD_SKIPPED why not.

    The claim that goes with the directive is unique: restarts, misfires and repeats buy nothing twice.
    """

    manifest = WorkerManifest(
        name="dca_executor",
        category=WorkerCategory.SCHEDULED_OPERATIONS,
        summary="Buys for a fixed amount by the calendar, once per period.",
        handlers={SCHEDULED_TICK: "on_scheduled_tick"},
        publishes=frozenset({STRATEGY_DIRECTIVE_ISSUED, PERIOD_SKIPPED}),
        parameters=DCAParameters,
    )

    def __init__(self, parameters: DCAParameters, context: PluginContext) -> None:
        super().__init__(parameters, context)
        self._parameters = parameters
        self._max_price_age_ms = milliseconds(parameters.max_price_age_s)

    def on_scheduled_tick(self, tick: ScheduledTick) -> DispositionEnvelope:
        """Buy for the period, or skip it; a period that is claimed or skipped already stays as it is."""
        if tick.schedule_name != self._parameters.schedule:
            return DispositionEnvelope.CONTINUE
        claim = PeriodClaim(
            worker=self.context.name,
            symbol=self._parameters.symbol,
            schedule_name=tick.schedule_name,
            period_start_ms=tick.period_start_ms,
        )
        if self.view.is_claimed(claim.key):
            return DispositionEnvelope.CONTINUE
        obstacle = self._obstacle(tick)
        quote = self.view.quote(claim.symbol)
        instrument = self.view.instrument(claim.symbol)
        if obstacle is not None or quote is None or instrument is None:
            return self._skip(claim, obstacle or f"{claim.symbol} is not known here")
        spend = self._spend(instrument)
        shortage = self._shortage(spend, quote, instrument)
        return self._skip(claim, shortage) if shortage else self._buy(claim, spend, quote, instrument)

    def _obstacle(self, tick: ScheduledTick) -> str | None:
        """Name what forbids buying now, money aside."""
        view, symbol = self.view, self._parameters.symbol
        is_by_hand = self.context.cause().manual_id is not None
        if tick.late_ms > self._parameters.grace_s * 1000 and not is_by_hand:
            return f"{tick.late_ms // 1000} s late, at most {self._parameters.grace_s} s is allowed"
        if view.state() is not DeskState.ACTIVE:
            return f"the desk is {view.state()}"
        if not view.is_reconciled():
            return "the ledger is not reconciled with the venue yet"
        return self._lock() or price_fault(view.quote(symbol), view.now_ms(), self._max_price_age_ms)

    def _lock(self) -> str | None:
        """Name what keeps everybody, or this worker, from new risk on the symbol."""
        view, symbol = self.view, self._parameters.symbol
        block = view.entry_block(self.context.strategy_id, symbol)
        if block is not None:
            return f"{block.worker} blocks new risk: {block.reason}"
        if view.has_unknown_order(symbol):
            return f"the outcome of an order on {symbol} is not known"
        if view.has_pending_entry(self.context.strategy_id, symbol):
            return "an earlier buy has not ended"
        return None

    def _spend(self, instrument: Instrument) -> Decimal:
        """Return what this period may spend, in quote: the least of amount, free cash and room."""
        parameters = self._parameters
        spend = min(
            parameters.notional_quote,
            self.view.free_cash(instrument.quote) - parameters.min_cash_quote,
        )
        if parameters.max_total_quote is None:
            return spend
        return min(spend, parameters.max_total_quote - self._cost_of_open_trades())

    def _cost_of_open_trades(self) -> Decimal:
        own = (
            position.entry_price * position.size_base
            for position in self.view.positions_on(self._parameters.symbol)
            if position.strategy_id == self.context.strategy_id and position.worker == self.context.name
        )
        return sum(own, ZERO)

    def _shortage(self, spend: Decimal, quote: Quote, instrument: Instrument) -> str | None:
        """Name why `spend` buys nothing at this price."""
        parameters = self._parameters
        if parameters.max_price is not None and quote.ask > parameters.max_price:
            return f"the ask {written(quote.ask)} is above the maximum {written(parameters.max_price)}"
        if not spend >= parameters.min_spend_quote:
            return (
                f"{written(max(spend, ZERO))} {instrument.quote} to spend,"
                f" at least {written(parameters.min_spend_quote)} is wanted"
            )
        unit_cost = quote.ask * (ONE + instrument.taker_fee + parameters.max_slippage)
        if instrument.is_dust(instrument.floor_size(spend / unit_cost), quote.ask):
            return f"{written(spend)} {instrument.quote} buys less than the venue's minimum"
        return None

    def _buy(
        self, claim: PeriodClaim, spend: Decimal, quote: Quote, instrument: Instrument
    ) -> DispositionEnvelope:
        return issue(
            self.new_directive(
                scope=DirectiveScope.NEW_TRADE,
                rationale=(
                    f"scheduled buy of {claim.symbol} for {written(spend)} {instrument.quote}"
                    f" at about {written(quote.ask)} ({claim.schedule_name})"
                ),
                entry_directive=EntryDirective(
                    symbol=claim.symbol,
                    direction=OrderSide.BUY,
                    timing_preference=ONE,
                    max_acceptable_slippage=self._parameters.max_slippage,
                ),
                size_directive=SizeDirective(notional_quote=spend),
                routing_directive=RoutingDirective(
                    execution_urgency=ONE, max_total_slippage=self._parameters.max_slippage
                ),
                claim=claim,
            )
        )

    def _skip(self, claim: PeriodClaim, reason: str) -> DispositionEnvelope:
        skipped = PeriodSkipped(
            worker=claim.worker,
            symbol=claim.symbol,
            schedule_name=claim.schedule_name,
            period_start_ms=claim.period_start_ms,
            reason=reason,
        )
        return DispositionEnvelope.publish((PERIOD_SKIPPED, skipped))
