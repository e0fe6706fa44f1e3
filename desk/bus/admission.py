"""What a worker may publish: the names of its manifest, the right payloads, and only in its own name."""

from collections.abc import Collection, Sequence

from desk.bus.failures import PublicationRefused
from desk.contracts import events
from desk.contracts.blocks import EntryBlock, EntryRelease
from desk.contracts.directives import StrategyDirective
from desk.contracts.envelope import Publication
from desk.contracts.events import PLANNER_ONLY, PLATFORM_ONLY, PeriodSkipped
from desk.contracts.ids import TypedId
from desk.contracts.manifests import WorkerCategory, WorkerManifest
from desk.contracts.signals import ContextAssessment, OpportunitySignal, ThreatSignal

_PAYLOADS: dict[str, type[object]] = {
    events.CONTEXT_ASSESSED: ContextAssessment,
    events.OPPORTUNITY_DETECTED: OpportunitySignal,
    events.THREAT_DETECTED: ThreatSignal,
    events.STRATEGY_DIRECTIVE_ISSUED: StrategyDirective,
    events.PERIOD_SKIPPED: PeriodSkipped,
    events.ENTRIES_BLOCKED: EntryBlock,
    events.ENTRIES_RELEASED: EntryRelease,
}


class PublicationRules:
    """Check what one worker, `name` in `strategy_id`, hands over to be published."""

    def __init__(self, manifest: WorkerManifest, name: str, strategy_id: str) -> None:
        self._manifest = manifest
        self._name = name
        self._strategy_id = strategy_id

    def check(self, publications: Sequence[Publication], given: Collection[TypedId]) -> None:
        """Raise PublicationRefused at the first fault; `given` are the ids the worker drew in this call."""
        issued: list[TypedId] = []
        for publication in publications:
            fault = self._name_fault(publication.event_name) or self._payload_fault(publication)
            payload = publication.event_payload
            if fault is None and isinstance(payload, StrategyDirective):
                fault = self._directive_fault(payload, given, issued)
                issued.append(payload.directive_id)
            elif fault is None and isinstance(payload, EntryBlock | EntryRelease):
                fault = self._block_fault(payload)
            if fault is not None:
                raise PublicationRefused(f"{self._name} may not publish {publication.event_name}: {fault}")

    def _name_fault(self, event_name: str) -> str | None:
        if event_name in PLATFORM_ONLY:
            return "the name is the platform's"
        if event_name in PLANNER_ONLY:
            return "only a planner publishes plans"
        if event_name not in self._manifest.publishes:
            return f"the manifest of {self._manifest.name} does not name it"
        return None

    def _payload_fault(self, publication: Publication) -> str | None:
        expected = _PAYLOADS.get(publication.event_name)
        if expected is None or isinstance(publication.event_payload, expected):
            return None
        return f"expected {expected.__name__}, was {type(publication.event_payload).__name__}"

    def _block_fault(self, payload: EntryBlock | EntryRelease) -> str | None:
        if (payload.strategy_id, payload.worker) != (self._strategy_id, self._name):
            return f"it speaks for {payload.worker} of {payload.strategy_id}"
        if self._manifest.category is not WorkerCategory.RISK_CONTROL:
            return "to block entries is for RISK_CONTROL"
        return None

    def _directive_fault(
        self, directive: StrategyDirective, given: Collection[TypedId], issued: Sequence[TypedId]
    ) -> str | None:
        owner = (directive.strategy_id, directive.strategy_planner_id)
        if owner != (self._strategy_id, self._name):
            return f"it speaks for {owner[1]} of {owner[0]}"
        if directive.directive_id in issued or directive.directive_id not in given:
            return f"{directive.directive_id} was issued before; each directive draws an id of its own"
        if directive.emergency and self._manifest.category is not WorkerCategory.RISK_CONTROL:
            return "an emergency exit is for RISK_CONTROL"
        return None
