"""Decide on trades: an opportunity confronted with the context and the threats of its symbol."""

from dataclasses import dataclass
from decimal import Decimal

from desk.contracts.causality import CausalityChain
from desk.contracts.directives import (
    DirectiveScope,
    EntryDirective,
    ExitDirective,
    RoutingDirective,
    SizeDirective,
    StrategyDirective,
)
from desk.contracts.envelope import DispositionEnvelope
from desk.contracts.events import (
    CONTEXT_ASSESSED,
    OPPORTUNITY_DETECTED,
    STRATEGY_DIRECTIVE_ISSUED,
    THREAT_DETECTED,
)
from desk.contracts.manifests import WorkerCategory, WorkerManifest
from desk.contracts.ports.plugin import PluginContext
from desk.contracts.positions import Position
from desk.contracts.signals import ContextAssessment, OpportunitySignal, ThreatSignal
from desk.indicators.ranges import AverageTrueRange
from desk.workers.base import Worker, issue
from desk.workers.confrontation import Confrontation
from desk.workers.context_book import AggregatedContext, ContextBook
from desk.workers.new_risk import desk_obstacle, symbol_obstacle
from desk.workers.prices import middle, milliseconds, price_fault, written
from desk.workers.strategy.swot_parameters import Reversal, SwotParameters
from desk.workers.threat_book import THREAT_KEY, KnownThreat, ThreatBook, gravest

_DECIDED = "decided_at_ms"

_MOST_TOLERANCE = Decimal("0.5")
"""A stop farther away than half the price is a fault of the data, not a stop."""


@dataclass(frozen=True, slots=True)
class _Weighed:
    """Hold an opportunity with what it was confronted with."""

    opportunity: OpportunitySignal
    context: AggregatedContext
    threats: tuple[KnownThreat, ...]
    confrontation: Confrontation


class SwotPlanner(Worker):
    """Issue a NEW_TRADE for an opportunity that context and threats do not speak against.

    The strengths and weaknesses are those of the newest assessment of every source, the threats those that
    count now. One trade at a time. Without an assessment of the symbol there is no strength, and nothing is
    decided. List context and threat workers before the opportunity workers in a blueprint, so
    that they have spoken about a bar when an opportunity in it is weighed.
    """

    manifest = WorkerManifest(
        name="swot_planner",
        category=WorkerCategory.STRATEGY,
        summary="Confronts opportunities with context and threats, and decides on trades.",
        handlers={
            CONTEXT_ASSESSED: "on_context_assessed",
            THREAT_DETECTED: "on_threat_detected",
            OPPORTUNITY_DETECTED: "on_opportunity_detected",
        },
        publishes=frozenset({STRATEGY_DIRECTIVE_ISSUED}),
        parameters=SwotParameters,
        state={
            _DECIDED: "when the last directive was issued, for the pause",
            f"{THREAT_KEY}<threat id>": "a threat that counts: its type, its severity and until when",
        },
    )

    def __init__(self, parameters: SwotParameters, context: PluginContext) -> None:
        super().__init__(parameters, context)
        self._parameters = parameters
        self._cooldown_ms = milliseconds(parameters.cooldown_s)
        self._max_price_age_ms = milliseconds(parameters.max_price_age_s)
        max_age_s = parameters.max_context_age_s
        self._contexts = ContextBook(
            parameters.symbol, None if max_age_s is None else milliseconds(max_age_s)
        )
        self._threats = ThreatBook(
            parameters.symbol, milliseconds(parameters.threat_memory_s), context.memory
        )

    def on_context_assessed(self, assessment: ContextAssessment) -> DispositionEnvelope:
        """Keep the newest assessment of the symbol by each source."""
        self._contexts.take(assessment)
        return DispositionEnvelope.CONTINUE

    def on_threat_detected(self, threat: ThreatSignal) -> DispositionEnvelope:
        """Keep a threat to the symbol for as long as it counts."""
        self._threats.take(threat, self.view.now_ms())
        return DispositionEnvelope.CONTINUE

    def on_opportunity_detected(self, opportunity: OpportunitySignal) -> DispositionEnvelope:
        """Weigh the opportunity, and act on it where that is allowed and worth it."""
        if opportunity.symbol != self._parameters.symbol:
            return DispositionEnvelope.CONTINUE
        weighed = self._weigh(opportunity)
        if weighed is None or self._is_silent():
            return DispositionEnvelope.CONTINUE
        if not weighed.confrontation.score >= self._parameters.threshold:
            return DispositionEnvelope.CONTINUE
        own = [
            position
            for position in self.view.positions_on(opportunity.symbol)
            if position.strategy_id == self.context.strategy_id and not self._is_dust(position)
        ]
        directive = self._reverse(weighed, own) if own else self._open(weighed)
        if directive is None:
            return DispositionEnvelope.CONTINUE
        self.context.memory.put(_DECIDED, str(directive.decided_at_ms))
        return issue(directive)

    def _weigh(self, opportunity: OpportunitySignal) -> _Weighed | None:
        now_ms = self.view.now_ms()
        context = self._contexts.standing(now_ms)
        if context is None:
            return None
        threats = self._threats.standing(now_ms)
        confrontation = Confrontation(
            strength=context.strength(opportunity.side),
            weakness=context.weakness(opportunity.side),
            opportunity=opportunity.confidence,
            threat=gravest(threats),
        )
        return _Weighed(opportunity, context, threats, confrontation)

    def _is_silent(self) -> bool:
        view, symbol = self.view, self._parameters.symbol
        decided_at_ms = self.context.memory.get(_DECIDED)
        is_cooling = decided_at_ms is not None and view.now_ms() - int(decided_at_ms) < self._cooldown_ms
        return (
            is_cooling
            or desk_obstacle(view) is not None
            or symbol_obstacle(self.context, symbol) is not None
            or price_fault(view.quote(symbol), view.now_ms(), self._max_price_age_ms) is not None
        )

    def _is_dust(self, position: Position) -> bool:
        """Tell whether a trade is too small for the venue, which nobody can close; a market must be known."""
        instrument, quote = self.view.instrument(position.symbol), self.view.quote(position.symbol)
        if instrument is None or quote is None:
            return False
        size_base = instrument.floor_size(position.size_base)
        return instrument.is_dust(size_base, quote.touch(position.side.exit_side))

    def _reverse(self, weighed: _Weighed, own: list[Position]) -> StrategyDirective | None:
        """Ask to close the trades that the opportunity is against; a trade of its own comes with the next."""
        against = tuple(
            position.trade_id
            for position in own
            if position.side is not weighed.opportunity.side
            and not self.view.has_directive_in_flight(position.trade_id)
        )
        if self._parameters.reverse is Reversal.IGNORE or not against:
            return None
        opportunity = weighed.opportunity
        return self.new_directive(
            scope=DirectiveScope.CLOSE_EXISTING,
            rationale=f"{opportunity.signal_type} {opportunity.side} against it: {self._reasons(weighed)}",
            causality=self._causality(weighed),
            confidence=weighed.confrontation.score,
            target_trade_ids=against,
        )

    def _open(self, weighed: _Weighed) -> StrategyDirective | None:
        opportunity, parameters = weighed.opportunity, self._parameters
        instrument = self.view.instrument(opportunity.symbol)
        tolerance = self._stop_tolerance()
        if instrument is None or tolerance is None or (instrument.is_spot and opportunity.side.sign < 0):
            return None
        return self.new_directive(
            scope=DirectiveScope.NEW_TRADE,
            rationale=f"{opportunity.signal_type} {opportunity.side}: {self._reasons(weighed)}",
            causality=self._causality(weighed),
            confidence=weighed.confrontation.score,
            entry_directive=EntryDirective(
                symbol=opportunity.symbol,
                direction=opportunity.side.entry_side,
                timing_preference=parameters.timing_preference,
                max_acceptable_slippage=parameters.max_slippage,
            ),
            size_directive=self._size(),
            exit_directive=ExitDirective(
                stop_loss_tolerance=tolerance, risk_reward_ratio=parameters.risk_reward_ratio
            ),
            routing_directive=RoutingDirective(
                execution_urgency=parameters.execution_urgency, max_total_slippage=parameters.max_slippage
            ),
        )

    def _size(self) -> SizeDirective:
        if self._parameters.max_risk_quote is not None:
            return SizeDirective(max_risk_amount=self._parameters.max_risk_quote)
        return SizeDirective(account_risk_fraction=self._parameters.account_risk_fraction)

    def _stop_tolerance(self) -> Decimal | None:
        """Return the stop's distance as a fraction of the price, None where it cannot be told."""
        parameters = self._parameters
        multiple = parameters.stop_atr_multiple
        if multiple is None:
            return parameters.stop_fraction
        average = AverageTrueRange(parameters.atr_bars)
        for bar in self.view.bars(parameters.symbol, parameters.interval_ms)[-parameters.warm_up_bars :]:
            average.add(bar)
        quote = self.view.quote(parameters.symbol)
        if average.value is None or quote is None:
            return None
        tolerance = (average.value * multiple / middle(quote)).quantize(Decimal("0.000001"))
        return tolerance if 0 < tolerance <= _MOST_TOLERANCE else None

    def _reasons(self, weighed: _Weighed) -> str:
        found = weighed.confrontation
        score = (
            f"score {written(found.score)} of S {written(found.strength)}, W {written(found.weakness)},"
            f" O {written(found.opportunity)}, T {written(found.threat)}"
        )
        threats = (f"; in spite of {one.threat_type} {written(one.severity)}" for one in weighed.threats)
        return f"{weighed.opportunity.rationale}; {score}{''.join(threats)}"

    def _causality(self, weighed: _Weighed) -> CausalityChain:
        """Name every signal weighed."""
        return self.because_of(
            *weighed.context.context_ids,
            weighed.opportunity.opportunity_id,
            *(one.threat_id for one in weighed.threats),
        )
