"""Buy by the calendar, once per period: for a fixed amount, up to a value, or more the lower the price."""

from decimal import Decimal

from desk.contracts.directives import (
    DirectiveScope,
    PeriodClaim,
    SizeDirective,
)
from desk.contracts.envelope import DispositionEnvelope
from desk.contracts.events import (
    PERIOD_SKIPPED,
    SCHEDULED_TICK,
    STRATEGY_DIRECTIVE_ISSUED,
    PeriodSkipped,
)
from desk.contracts.manifests import WorkerCategory, WorkerManifest
from desk.contracts.market import ONE, ZERO, Instrument, Quote, ScheduledTick
from desk.contracts.ports.plugin import PluginContext
from desk.contracts.positions import Position
from desk.contracts.sides import OrderSide
from desk.workers.base import issue
from desk.workers.new_risk import desk_obstacle, symbol_obstacle
from desk.workers.ownership import own_trades
from desk.workers.prices import middle, milliseconds, price_fault, written
from desk.workers.scheduled_operations.accumulation import BuyMode
from desk.workers.scheduled_operations.at_once import entry_at_once, lower_at_once, routing_at_once
from desk.workers.scheduled_operations.dca_amount import Amount, by_the_dip, value_lacking
from desk.workers.scheduled_operations.dca_parameters import DCAParameters
from desk.workers.scheduled_operations.lots import sizes_after
from desk.workers.scheduled_operations.period_count import PeriodCount
from desk.workers.scheduled_operations.period_worker import PeriodWorker, claimed


class DCAExecutor(PeriodWorker):
    """Issue one NEW_TRADE per period of its schedule, or say with PERIOD_SKIPPED why not.

    The claim that goes with the directive is unique: restarts, misfires and repeats buy nothing twice.
    """

    manifest = WorkerManifest(
        name="dca_executor",
        category=WorkerCategory.SCHEDULED_OPERATIONS,
        summary="Buys by the calendar, once per period: a fixed amount, up to a value, or more in a dip.",
        handlers={SCHEDULED_TICK: "on_scheduled_tick", PERIOD_SKIPPED: "on_period_skipped"},
        publishes=frozenset({STRATEGY_DIRECTIVE_ISSUED, PERIOD_SKIPPED}),
        parameters=DCAParameters,
        state={"periods": "how many periods passed, for value averaging, and when the newest began"},
    )

    def __init__(self, parameters: DCAParameters, context: PluginContext) -> None:
        super().__init__(parameters, context, parameters.schedule, parameters.symbol, parameters.grace_s)
        self._parameters = parameters
        self._max_price_age_ms = milliseconds(parameters.max_price_age_s)
        is_counted = parameters.mode is BuyMode.VALUE_AVERAGING
        self._periods = PeriodCount(context.memory) if is_counted else None

    def on_period_skipped(self, skipped: PeriodSkipped) -> DispositionEnvelope:
        """Count a period that passed while the desk was away: the value to be held grows with it."""
        if self._periods is not None and skipped.worker == self.context.name:
            self._periods.seen(skipped.period_start_ms)
        return DispositionEnvelope.CONTINUE

    def on_period(self, claim: PeriodClaim, tick: ScheduledTick) -> DispositionEnvelope:
        """Buy for the period, or skip it."""
        periods = 0 if self._periods is None else self._periods.seen(tick.period_start_ms)
        obstacle = self._obstacle(tick)
        quote = self.view.quote(claim.symbol)
        instrument = self.view.instrument(claim.symbol)
        if obstacle is not None or quote is None or instrument is None:
            return self.skip(claim, obstacle or f"{claim.symbol} is not known here")
        amount, fault = self._amount(periods, quote, instrument)
        if amount is None:
            return self.skip(claim, fault)
        is_surplus = amount.quote < 0 and self._parameters.may_sell
        trade = self._sell if is_surplus else self._spend_amount
        return trade(claim, amount, quote, instrument)

    def _spend_amount(
        self, claim: PeriodClaim, amount: Amount, quote: Quote, instrument: Instrument
    ) -> DispositionEnvelope:
        spend = self._spend(amount, instrument)
        shortage = self._shortage(spend, quote, instrument)
        if shortage is not None:
            return self.skip(claim, f"{shortage} ({amount.words})" if amount.words else shortage)
        return self._buy(claim, Amount(spend, amount.words), quote, instrument)

    def _obstacle(self, tick: ScheduledTick) -> str | None:
        """Name what forbids buying now, money aside."""
        view, symbol = self.view, self._parameters.symbol
        return (
            self.lateness(tick)
            or desk_obstacle(view)
            or symbol_obstacle(self.context, symbol, order=f"an order on {symbol}", entry="an earlier buy")
            or price_fault(view.quote(symbol), view.now_ms(), self._max_price_age_ms)
        )

    def _amount(self, periods: int, quote: Quote, instrument: Instrument) -> tuple[Amount | None, str]:
        """Return what the mode would spend; or None and why that is not known."""
        parameters = self._parameters
        match parameters.mode:
            case BuyMode.FIXED:
                return Amount(parameters.notional_quote), ""
            case BuyMode.VALUE_AVERAGING:
                held = self._own_trades()
                return value_lacking(parameters, periods, held, middle(quote), instrument.quote), ""
            case BuyMode.DIP_WEIGHTED:
                bars = self.view.bars(parameters.symbol, parameters.interval_ms)
                return by_the_dip(parameters, bars, quote, self.view.now_ms())

    def _spend(self, amount: Amount, instrument: Instrument) -> Decimal:
        """Return what this period may spend, in quote: the least of amount, free cash and room."""
        parameters = self._parameters
        spend = min(amount.quote, self.view.free_cash(instrument.quote) - parameters.min_cash_quote)
        if parameters.max_total_quote is None:
            return spend
        cost = sum((one.entry_price * one.size_base for one in self._own_trades()), ZERO)
        return min(spend, parameters.max_total_quote - cost)

    def _own_trades(self) -> tuple[Position, ...]:
        return own_trades(self.context, self._parameters.symbol)

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
        self, claim: PeriodClaim, spend: Amount, quote: Quote, instrument: Instrument
    ) -> DispositionEnvelope:
        why = f"; {spend.words}" if spend.words else ""
        return issue(
            self.new_directive(
                scope=DirectiveScope.NEW_TRADE,
                rationale=(
                    f"scheduled buy of {claim.symbol} for {written(spend.quote)} {instrument.quote}"
                    f" at about {written(quote.ask)} ({claim.schedule_name}){why}"
                ),
                entry_directive=entry_at_once(claim.symbol, OrderSide.BUY, self._parameters.max_slippage),
                size_directive=SizeDirective(notional_quote=spend.quote),
                routing_directive=routing_at_once(self._parameters.max_slippage),
                claim=claim,
            )
        )

    def _sell(
        self, claim: PeriodClaim, surplus: Amount, quote: Quote, instrument: Instrument
    ) -> DispositionEnvelope:
        """Sell what is held beyond the value, the oldest trades first."""
        parameters, trades = self._parameters, self._own_trades()
        worth = min(-surplus.quote, parameters.notional_quote * parameters.max_multiple)
        size_base = instrument.floor_size(worth / middle(quote))
        busy = next((one for one in trades if self.view.has_directive_in_flight(one.trade_id)), None)
        if busy is not None:
            return self.skip(claim, f"a directive on {busy.trade_id} has not ended")
        if worth < parameters.min_spend_quote or instrument.is_dust(size_base, quote.bid):
            return self.skip(claim, f"too little to sell: {surplus.words}")
        words = (
            f"scheduled sale of {written(size_base)} {claim.symbol} ({claim.schedule_name}); {surplus.words}"
        )
        sizes = sizes_after(trades, size_base, instrument, quote.bid)
        return issue(*claimed(lower_at_once(self, sizes, words, parameters.max_slippage), claim))
