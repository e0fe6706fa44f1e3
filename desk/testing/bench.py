"""A bench for one worker: hands events to it on a desk in memory, and takes what it publishes."""

import dataclasses
import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from desk.contracts.causality import CausalityChain
from desk.contracts.directives import Protection, StrategyDirective
from desk.contracts.envelope import Disposition, DispositionEnvelope
from desk.contracts.events import (
    BAR_CLOSED,
    CONTEXT_ASSESSED,
    OPPORTUNITY_DETECTED,
    SCHEDULED_TICK,
    THREAT_DETECTED,
    TICK_RECEIVED,
    TIME_PASSED,
)
from desk.contracts.ids import (
    ContextId,
    ManualId,
    OpportunityId,
    ScheduleId,
    ThreatId,
    TickId,
)
from desk.contracts.manifests import Parameters
from desk.contracts.market import Bar, ScheduledTick, Tick, TimePassed
from desk.contracts.ports.time import IdKind
from desk.contracts.sides import PositionSide
from desk.contracts.signals import ContextAssessment, ContextFactor, OpportunitySignal, ThreatSignal
from desk.testing.building import PERPETUAL, SPOT, START_MS, STRATEGY, instrument, quote_of, tick
from desk.testing.memory_desk import MemoryDesk
from desk.workers.base import Worker


class Unsound(AssertionError):
    """A worker did what no desk would take: the test fails, with the reason."""


class CountingIds:
    """Give out ids by counting."""

    def __init__(self, desk: MemoryDesk) -> None:
        self._desk = desk
        self._number = 0

    def new(self, kind: type[IdKind]) -> IdKind:
        """Return the next id."""
        self._number += 1
        return kind.at(self._desk.time_ms, self._number)


@dataclasses.dataclass
class Notebook:
    """Remember text under keys, and count the writes."""

    notes: dict[str, str] = dataclasses.field(default_factory=dict)
    writes: int = 0

    def get(self, key: str) -> str | None:
        """Return what is noted."""
        return self.notes.get(key)

    def put(self, key: str, value: str | None) -> None:
        """Note it; None strikes it out."""
        self.writes += 1
        if value is None:
            self.notes.pop(key, None)
        else:
            self.notes[key] = value

    def items(self) -> Mapping[str, str]:
        """Return all notes."""
        return self.notes


@dataclasses.dataclass
class BenchContext:
    """Stand beside the worker on the bench."""

    view: MemoryDesk
    ids: CountingIds
    memory: Notebook
    name: str = "worker"
    strategy_id: str = STRATEGY
    protection: Protection = Protection.REQUIRED
    chain: CausalityChain | None = None

    def cause(self) -> CausalityChain:
        """Return why the worker is being called; raises Unsound where nothing called it."""
        if self.chain is None:
            raise Unsound(f"{self.name} asked why it is called, and no event called it")
        return self.chain


class Bench:
    """Run one worker over events; `published` keeps all that it ever published, in order."""

    def __init__(
        self,
        kind: type[Worker],
        parameters: Mapping[str, object] | None = None,
        *,
        desk: MemoryDesk | None = None,
        name: str | None = None,
        protection: Protection = Protection.REQUIRED,
        symbols: Iterable[str] = (SPOT, PERPETUAL),
    ) -> None:
        self.desk = desk or MemoryDesk()
        for symbol in symbols:
            self.desk.instruments.setdefault(symbol, instrument(symbol))
        self.memory = Notebook()
        self.context = BenchContext(
            self.desk, CountingIds(self.desk), self.memory, name or kind.manifest.name, protection=protection
        )
        self.kind = kind
        self.parameters = _read(kind.manifest.parameters, parameters or {})
        self.worker = kind(self.parameters, self.context)
        self.published: list[tuple[str, object]] = []
        self._sequence = 0

    def restart(self) -> None:
        """Start the worker anew with what it remembers and nothing else."""
        self.worker = self.kind(self.parameters, self.context)

    def tick(
        self,
        price: str | Decimal,
        symbol: str = SPOT,
        *,
        spread: str = "0",
        later_ms: int = 10_000,
        old_ms: int = 0,
    ) -> list[object]:
        """Let `later_ms` pass, then hand over a tick around `price` that is `old_ms` old."""
        self.desk.time_ms += later_ms
        self._sequence += 1
        return self.hear(
            tick(
                price,
                symbol,
                spread=spread,
                time_ms=self.desk.time_ms - old_ms,
                sequence=self._sequence,
            )
        )

    def hear(self, of: Tick) -> list[object]:
        """Hand over a tick as it is; the clock goes on to its time where that is later."""
        self.desk.time_ms = max(self.desk.time_ms, of.time_ms)
        self.desk.quotes[of.symbol] = quote_of(of)
        return self.handle(TICK_RECEIVED, of, CausalityChain.born(of.id))

    def ticks(self, *prices: str, symbol: str = SPOT) -> list[object]:
        """Hand over several ticks; return all that was published."""
        return [payload for price in prices for payload in self.tick(price, symbol)]

    def bar(self, bar: Bar) -> list[object]:
        """Close a bar: it enters the history, then the worker hears of it."""
        self.desk.time_ms = max(self.desk.time_ms, bar.close_time_ms)
        self.desk.history.setdefault((bar.symbol, bar.interval_ms), []).append(bar)
        self._sequence += 1
        closed_by = TickId.at(self.desk.time_ms, self._sequence)
        return self.handle(BAR_CLOSED, bar, CausalityChain.born(closed_by))

    def time_passes(self, later_ms: int) -> list[object]:
        """Let `later_ms` pass, and tell the worker that time went on."""
        self.desk.time_ms += later_ms
        self._sequence += 1
        passed = TimePassed(self.desk.time_ms, self._sequence)
        return self.handle(TIME_PASSED, passed, CausalityChain.born(passed.id))

    def scheduled(
        self, name: str, period_start_ms: int, *, late_ms: int = 0, by_hand: bool = False
    ) -> list[object]:
        """Fire a schedule, by the clock or by the operator's hand."""
        self._sequence += 1
        tick_id = ScheduleId.at(self.desk.time_ms, self._sequence)
        chain = CausalityChain.born(tick_id)
        if by_hand:
            chain = chain.extended(ManualId.at(self.desk.time_ms, self._sequence))
        tick = ScheduledTick(tick_id, name, period_start_ms, self.desk.time_ms, late_ms)
        return self.handle(SCHEDULED_TICK, tick, chain)

    def threat(
        self,
        severity: str,
        asset: str | None = None,
        *,
        number: int | None = None,
        threat_type: str = "CONNECTION_LOST",
        until_ms: int | None = None,
    ) -> list[object]:
        """Raise a threat; give `number` again to raise the very same one."""
        self._sequence += 1
        born = TickId.at(self.desk.time_ms, self._sequence)
        threat = ThreatSignal(
            threat_id=ThreatId.at(START_MS, self._sequence if number is None else number),
            threat_type=threat_type,
            severity=Decimal(severity),
            affected_asset=asset,
            detected_at_ms=self.desk.time_ms,
            until_ms=until_ms,
            source="watch",
            rationale="nothing heard for a minute",
            causality=CausalityChain.born(born),
        )
        return self.handle(THREAT_DETECTED, threat, threat.causality.extended(threat.threat_id))

    def assessment(
        self, rating: str, symbol: str = SPOT, *, source: str = "trend_context", both_sides: bool = False
    ) -> list[object]:
        """Assess the context: above zero a strength, below a weakness."""
        self._sequence += 1
        value = Decimal(rating)
        factor = ContextFactor(
            factor_type="TREND",
            symbol=symbol,
            source=source,
            strength=value if value >= 0 else None,
            weakness=-value if value < 0 else None,
            both_sides=both_sides,
        )
        assessment = ContextAssessment(
            context_id=ContextId.at(self.desk.time_ms, self._sequence),
            symbol=symbol,
            assessed_at_ms=self.desk.time_ms,
            causality=CausalityChain.born(TickId.at(self.desk.time_ms, self._sequence)),
            factors=(factor,),
        )
        return self.handle(CONTEXT_ASSESSED, assessment, assessment.causality)

    def opportunity(
        self, confidence: str, side: PositionSide = PositionSide.LONG, symbol: str = SPOT
    ) -> list[object]:
        """Report a chance."""
        self._sequence += 1
        signal = OpportunitySignal(
            opportunity_id=OpportunityId.at(self.desk.time_ms, self._sequence),
            signal_type="BREAKOUT",
            symbol=symbol,
            side=side,
            confidence=Decimal(confidence),
            detected_at_ms=self.desk.time_ms,
            source="breakout_opportunity",
            rationale="close outside the range",
            causality=CausalityChain.born(TickId.at(self.desk.time_ms, self._sequence)),
        )
        return self.handle(OPPORTUNITY_DETECTED, signal, signal.causality.extended(signal.opportunity_id))

    def handle(self, event_name: str, payload: object, chain: CausalityChain) -> list[object]:
        """Call the handler that the manifest names, and return the payloads it publishes.

        Nothing happens where it names none. Raises Unsound for an answer that a desk would refuse.
        """
        method = self.kind.manifest.handlers.get(event_name)
        if method is None:
            return []
        self.context.chain = chain
        envelope = getattr(self.worker, method)(payload)
        if not isinstance(envelope, DispositionEnvelope):
            raise Unsound(f"{method} answered with {type(envelope).__name__}, not a DispositionEnvelope")
        if envelope.disposition is Disposition.STOP:
            raise Unsound(f"{method} answered with STOP: {envelope.reason}")
        events = [(one.event_name, one.event_payload) for one in envelope.publications]
        strange = sorted({name for name, _ in events} - self.kind.manifest.publishes)
        if strange:
            raise Unsound(f"{method} published {', '.join(strange)}, which its manifest does not name")
        self.published += events
        return [payload for _, payload in events]

    def grant(self, directives: Iterable[object]) -> None:
        """Let the venue confirm the stops asked for, and close what is asked to close."""
        for directive in (one for one in directives if isinstance(one, StrategyDirective)):
            for trade_id in directive.target_trade_ids:
                if directive.exit_directive is None:
                    self.desk.resize(trade_id, "0")
                else:
                    self.desk.move_stop(trade_id, directive.exit_directive.stop_loss_price)


def _read(kind: type[Parameters], given: Mapping[str, object]) -> Parameters:
    """Read parameters as the configuration does: text in, strictly typed; lists as JSON has them."""
    if any(isinstance(value, list) for value in given.values()):
        return kind.model_validate_json(json.dumps(given))
    return kind.model_validate_strings({key: str(value) for key, value in given.items()})


def only_directive(payloads: Sequence[object]) -> StrategyDirective:
    """Return the one directive that was published; raises ValueError where it is not the only one."""
    (directive,) = payloads
    if not isinstance(directive, StrategyDirective):
        raise Unsound(f"a {type(directive).__name__} was published, not a directive")
    return directive


def stop_of(payloads: Sequence[object]) -> Decimal:
    """Return the stop price that the one directive asks for."""
    exit_directive = only_directive(payloads).exit_directive
    if exit_directive is None or exit_directive.stop_loss_price is None:
        raise Unsound("the directive asks for no stop price")
    return exit_directive.stop_loss_price
