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
from desk.contracts.market import Bar, Quote, ScheduledTick, Tick
from desk.contracts.ports.time import IdKind
from desk.contracts.sides import PositionSide
from desk.contracts.signals import ContextAssessment, ContextFactor, OpportunitySignal, ThreatSignal
from desk.workers.base import Worker
from tests.builders.memory_desk import PERPETUAL, SPOT, START_MS, STRATEGY, MemoryDesk, instrument


class CountingIds:
    """Give out ids by counting."""

    def __init__(self, desk: MemoryDesk) -> None:
        self._desk = desk
        self._number = 0

    def new(self, kind: type[IdKind]) -> IdKind:
        self._number += 1
        return kind.at(self._desk.time_ms, self._number)


@dataclasses.dataclass
class Notebook:
    """Remember text under keys, and count the writes."""

    notes: dict[str, str] = dataclasses.field(default_factory=dict)
    writes: int = 0

    def get(self, key: str) -> str | None:
        return self.notes.get(key)

    def put(self, key: str, value: str | None) -> None:
        self.writes += 1
        if value is None:
            self.notes.pop(key, None)
        else:
            self.notes[key] = value

    def items(self) -> Mapping[str, str]:
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
        assert self.chain is not None, "a worker is called because of an event"
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
        self._kind = kind
        self.parameters = _read(kind.manifest.parameters, parameters or {})
        self.worker = kind(self.parameters, self.context)
        self.published: list[tuple[str, object]] = []
        self._sequence = 0

    def restart(self) -> None:
        """Start the worker anew with what it remembers and nothing else."""
        self.worker = self._kind(self.parameters, self.context)

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
        middle, half = Decimal(price), Decimal(spread) / 2
        self._sequence += 1
        tick = Tick(
            symbol=symbol,
            time_ms=self.desk.time_ms - old_ms,
            price=middle,
            bid=middle - half,
            ask=middle + half,
            size_base=Decimal(1),
            sequence=self._sequence,
        )
        self.desk.quotes[symbol] = Quote(symbol, tick.bid, tick.ask, tick.price, tick.time_ms, tick)
        return self.handle(TICK_RECEIVED, tick, CausalityChain.born(tick.id))

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
            source="watch",
            rationale="nothing heard for a minute",
            causality=CausalityChain.born(born),
        )
        return self.handle(THREAT_DETECTED, threat, threat.causality.extended(threat.threat_id))

    def assessment(self, rating: str, symbol: str = SPOT) -> list[object]:
        """Assess the context: above zero a strength, below a weakness."""
        self._sequence += 1
        value = Decimal(rating)
        factor = ContextFactor(
            factor_type="TREND",
            symbol=symbol,
            source="trend_context",
            strength=value if value >= 0 else None,
            weakness=-value if value < 0 else None,
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
        """Call the handler that the manifest names, and return the payloads it publishes."""
        self.context.chain = chain
        handler = getattr(self.worker, self._kind.manifest.handlers[event_name])
        envelope = handler(payload)
        assert isinstance(envelope, DispositionEnvelope)
        assert envelope.disposition is not Disposition.STOP
        events = [(one.event_name, one.event_payload) for one in envelope.publications]
        assert {name for name, _ in events} <= self._kind.manifest.publishes, (
            "the manifest names what it publishes"
        )
        self.published += events
        return [payload for _, payload in events]

    def grant(self, directives: Iterable[object]) -> None:
        """Let the venue confirm the stops asked for, and close what is asked to close."""
        for directive in directives:
            assert isinstance(directive, StrategyDirective)
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
    """Return the one directive that was published."""
    (directive,) = payloads
    assert isinstance(directive, StrategyDirective)
    return directive


def stop_of(payloads: Sequence[object]) -> Decimal:
    """Return the stop that the one directive asks for."""
    exit_directive = only_directive(payloads).exit_directive
    assert exit_directive is not None
    assert exit_directive.stop_loss_price is not None
    return exit_directive.stop_loss_price


def bars(
    closes: Iterable[str | int | Decimal],
    *,
    symbol: str = SPOT,
    interval_ms: int = 60_000,
    half_range: str = "5",
    first: int = 0,
) -> list[Bar]:
    """Build bars that follow each other, each `half_range` above and below its close."""
    built = []
    for number, close in enumerate(closes, start=first):
        price = Decimal(close)
        built.append(
            Bar(
                symbol=symbol,
                open_time_ms=START_MS + number * interval_ms,
                interval_ms=interval_ms,
                open=price,
                high=price + Decimal(half_range),
                low=price - Decimal(half_range),
                close=price,
                volume=Decimal(1),
            )
        )
    return built
