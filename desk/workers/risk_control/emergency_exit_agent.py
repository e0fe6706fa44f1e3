"""Leave everything when a threat is grave enough."""

from decimal import Decimal

from desk.contracts.assets import is_affected
from desk.contracts.directives import DirectiveScope
from desk.contracts.envelope import DispositionEnvelope
from desk.contracts.events import STRATEGY_DIRECTIVE_ISSUED, THREAT_DETECTED
from desk.contracts.manifests import Parameters, WorkerCategory, WorkerManifest, parameter
from desk.contracts.market import InstrumentKind
from desk.contracts.ports.plugin import PluginContext
from desk.contracts.positions import EXTERNAL_STRATEGY, Position
from desk.contracts.signals import ThreatSignal
from desk.workers.base import Worker, issue

_KEY = "acted_on"
_REMEMBERED_THREATS = 64


class EmergencyExitParameters(Parameters):
    """Say how grave a threat must be."""

    exit_threshold: Decimal = parameter(
        Decimal("0.9"), "severity", "A threat of this severity or more closes what it affects.", gt=0, le=1
    )


class EmergencyExitAgent(Worker):
    """Issue one CLOSE_EXISTING per grave threat, for every trade of the account that it affects.

    An empty book does not silence it: the directive still blocks entries and cancels what rests.
    """

    manifest = WorkerManifest(
        name="emergency_exit_agent",
        category=WorkerCategory.RISK_CONTROL,
        summary="Closes every affected position when a threat is grave enough.",
        handlers={THREAT_DETECTED: "on_threat_detected"},
        publishes=frozenset({STRATEGY_DIRECTIVE_ISSUED}),
        parameters=EmergencyExitParameters,
        state={_KEY: f"the ids of the last {_REMEMBERED_THREATS} threats acted on, oldest first"},
    )

    def __init__(self, parameters: EmergencyExitParameters, context: PluginContext) -> None:
        super().__init__(parameters, context)
        self._exit_threshold = parameters.exit_threshold

    def on_threat_detected(self, threat: ThreatSignal) -> DispositionEnvelope:
        """Close what the threat affects, once per threat."""
        acted_on = (self.context.memory.get(_KEY) or "").split()
        if threat.severity < self._exit_threshold or threat.threat_id in acted_on:
            return DispositionEnvelope.CONTINUE
        remembered = [*acted_on, threat.threat_id][-_REMEMBERED_THREATS:]
        self.context.memory.put(_KEY, " ".join(remembered))
        affected = threat.affected_asset or "everything"
        return issue(
            self.new_directive(
                scope=DirectiveScope.CLOSE_EXISTING,
                rationale=(
                    f"emergency exit of {affected}: {threat.threat_type} of severity {threat.severity}"
                    f" from {threat.source}: {threat.rationale}"
                ),
                causality=self.because_of(threat.threat_id),
                target_trade_ids=tuple(
                    position.trade_id
                    for position in self.view.positions()
                    if is_affected(position.symbol, threat.affected_asset) and _is_ours_to_close(position)
                ),
                emergency=True,
                affected_asset=threat.affected_asset,
            )
        )


def _is_ours_to_close(position: Position) -> bool:
    """Tell whether an exit may close it: coins that the desk did not buy are the operator's to name."""
    return not (position.strategy_id == EXTERNAL_STRATEGY and position.kind is InstrumentKind.SPOT)
