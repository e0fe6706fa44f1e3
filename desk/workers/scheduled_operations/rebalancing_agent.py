"""Bring the weights of a portfolio back to their targets by the calendar, sells before buys."""

from decimal import Decimal

from desk.contracts.directives import (
    DirectiveScope,
    ExitDirective,
    PeriodClaim,
    SizeDirective,
    StrategyDirective,
)
from desk.contracts.dto import Dto, NotNegative
from desk.contracts.envelope import DispositionEnvelope
from desk.contracts.events import (
    PERIOD_SKIPPED,
    SCHEDULED_TICK,
    STRATEGY_DIRECTIVE_ISSUED,
    TICK_RECEIVED,
    TIME_PASSED,
)
from desk.contracts.ids import TradeId
from desk.contracts.manifests import WorkerCategory, WorkerManifest
from desk.contracts.market import ScheduledTick, Tick, TimePassed
from desk.contracts.ports.plugin import PluginContext
from desk.contracts.sides import OrderSide
from desk.workers.base import DirectiveParts, issue
from desk.workers.prices import rounded
from desk.workers.scheduled_operations.at_once import entry_at_once, lower_at_once, routing_at_once
from desk.workers.scheduled_operations.period_worker import PeriodWorker, claimed
from desk.workers.scheduled_operations.portfolio import Portfolio, read_portfolio
from desk.workers.scheduled_operations.rebalancing import (
    Leg,
    leg_words,
    legs_of,
    lowered,
    weight_words,
    within_room,
)
from desk.workers.scheduled_operations.rebalancing_parameters import RebalancingParameters

_KEY = "run"


class RememberedLeg(Dto):
    """Keep what a run wants to add of a symbol, in the account currency."""

    symbol: str
    worth: NotNegative


class RememberedRun(Dto):
    """Keep a run whose legs that add wait for those that lower exposure, of the trades `lowered`."""

    claim: PeriodClaim
    began_at_ms: int
    lowered: tuple[TradeId, ...]
    adding: tuple[RememberedLeg, ...]


class RebalancingAgent(PeriodWorker):
    """Look at the weights once per period, and trade those that have left their band back to their targets.

    What lowers exposure is issued first; what adds, only when all of that has ended, and no more than cash
    and gross allow then. A run is claimed with its first directive, and goes on after a restart.
    """

    manifest = WorkerManifest(
        name="rebalancing_agent",
        category=WorkerCategory.SCHEDULED_OPERATIONS,
        summary="Brings the weights of a portfolio back to their targets by the calendar, sells before buys.",
        handlers={SCHEDULED_TICK: "on_scheduled_tick", TICK_RECEIVED: "on_tick", TIME_PASSED: "on_time"},
        publishes=frozenset({STRATEGY_DIRECTIVE_ISSUED, PERIOD_SKIPPED}),
        parameters=RebalancingParameters,
        state={_KEY: "the run under way: its period, the trades it lowers, what it adds after that"},
    )

    def __init__(self, parameters: RebalancingParameters, context: PluginContext) -> None:
        super().__init__(parameters, context, parameters.schedule, parameters.symbol, parameters.grace_s)
        self._parameters = parameters
        self._timeout_ms = parameters.run_timeout_s * 1000
        self._run: RememberedRun | None = None
        self._is_restored = False

    def on_period(self, claim: PeriodClaim, tick: ScheduledTick) -> DispositionEnvelope:
        """Begin the run of the period, or skip it with the reason."""
        obstacle = self.lateness(tick)
        if obstacle is None and self._current_run() is not None:
            obstacle = "the run before has not ended"
        if obstacle is not None:
            return self.skip(claim, obstacle)
        portfolio = read_portfolio(self.view, self.context, self._parameters)
        return self.skip(claim, portfolio) if isinstance(portfolio, str) else self._begin(claim, portfolio)

    def on_tick(self, tick: Tick) -> DispositionEnvelope:
        """Go on with a run."""
        return DispositionEnvelope.CONTINUE if self._is_idle() else self._go_on()

    def on_time(self, passed: TimePassed) -> DispositionEnvelope:
        """Go on with a run where no price comes."""
        return DispositionEnvelope.CONTINUE if self._is_idle() else self._go_on()

    def _is_idle(self) -> bool:
        return self._is_restored and self._run is None

    def _current_run(self) -> RememberedRun | None:
        """Return the run under way; one whose claim was never written down never began."""
        if not self._is_restored:
            self._is_restored = True
            text = self.context.memory.get(_KEY)
            self._run = None if text is None else RememberedRun.model_validate_json(text)
        run = self._run
        if run is not None and (not self.view.is_claimed(run.claim.key) or self._is_over(run)):
            self._forget()
        return self._run

    def _is_over(self, run: RememberedRun) -> bool:
        return self.view.now_ms() - run.began_at_ms > self._timeout_ms

    def _forget(self) -> None:
        self._run = None
        self.context.memory.put(_KEY, None)

    def _begin(self, claim: PeriodClaim, portfolio: Portfolio) -> DispositionEnvelope:
        legs = legs_of(portfolio.assets, portfolio.equity, self._parameters)
        if not legs:
            return self.skip(claim, f"every weight is within its band: {_weights(portfolio)}")
        lowering = [leg for leg in legs if not leg.adds]
        adding = [leg for leg in legs if leg.adds]
        if self._parameters.dry_run:
            table = ", ".join(leg_words(leg, portfolio.equity) for leg in (*lowering, *adding))
            return self.skip(claim, f"dry run: {table}")
        if not lowering:
            issued = self._adding(portfolio, {leg.asset.symbol: leg.worth for leg in adding}, claim)
            return issue(*issued) if issued else self.skip(claim, "there is no cash for what is to be bought")
        directives = claimed([one for leg in lowering for one in self._lowering(leg, portfolio)], claim)
        if adding:
            self._run = RememberedRun(
                claim=claim,
                began_at_ms=self.view.now_ms(),
                lowered=tuple(trade for one in directives for trade in one.target_trade_ids),
                adding=tuple(RememberedLeg(symbol=leg.asset.symbol, worth=leg.worth) for leg in adding),
            )
            self._is_restored = True
            self.context.memory.put(_KEY, self._run.model_dump_json())
        return issue(*directives)

    def _go_on(self) -> DispositionEnvelope:
        """Issue what adds as soon as what was lowered has ended and nothing stands in the way."""
        run = self._current_run()
        if run is None or any(map(self.view.has_directive_in_flight, run.lowered)):
            return DispositionEnvelope.CONTINUE
        portfolio = read_portfolio(self.view, self.context, self._parameters)
        if isinstance(portfolio, str):
            return DispositionEnvelope.CONTINUE
        self._forget()
        return issue(*self._adding(portfolio, {leg.symbol: leg.worth for leg in run.adding}, None))

    def _lowering(self, leg: Leg, portfolio: Portfolio) -> list[StrategyDirective]:
        words = self._rationale(leg, portfolio)
        return lower_at_once(self, lowered(leg), words, self._parameters.max_slippage)

    def _adding(
        self, portfolio: Portfolio, planned: dict[str, Decimal], claim: PeriodClaim | None
    ) -> list[StrategyDirective]:
        wanted = [(one, planned[one.symbol]) for one in portfolio.assets if one.symbol in planned]
        legs = within_room(wanted, portfolio.gross, portfolio.equity, dict(portfolio.free), self._parameters)
        return claimed([self._add(leg, portfolio) for leg in legs], claim)

    def _add(self, leg: Leg, portfolio: Portfolio) -> StrategyDirective:
        words, trades = self._rationale(leg, portfolio), leg.asset.trades
        parts = DirectiveParts(routing_directive=routing_at_once(self._parameters.max_slippage))
        if trades:
            parts["target_trade_ids"] = (trades[0].trade_id,)
            parts["size_directive"] = SizeDirective(target_size_base=trades[0].size_base + leg.size_base)
            return self.new_directive(scope=DirectiveScope.MODIFY_EXISTING, rationale=words, **parts)
        side = OrderSide.BUY if leg.buys else OrderSide.SELL
        parts["entry_directive"] = entry_at_once(leg.asset.symbol, side, self._parameters.max_slippage)
        parts["size_directive"] = SizeDirective(target_size_base=leg.size_base)
        if self._parameters.stop_fraction is not None:
            parts["exit_directive"] = ExitDirective(stop_loss_tolerance=self._parameters.stop_fraction)
        return self.new_directive(scope=DirectiveScope.NEW_TRADE, rationale=words, **parts)

    def _rationale(self, leg: Leg, portfolio: Portfolio) -> str:
        equity = rounded(portfolio.equity)
        target = weight_words(leg.asset.target)
        return f"{leg_words(leg, portfolio.equity)}: target {target} of {equity}, {self._parameters.schedule}"


def _weights(portfolio: Portfolio) -> str:
    return ", ".join(
        f"{one.symbol} {weight_words(one.worth / portfolio.equity)} of {weight_words(one.target)}"
        for one in portfolio.assets
    )
