"""A worker that holds every trade of its strategy at one size, and asks for it again and again."""

from decimal import Decimal

from desk.contracts.directives import DirectiveScope, SizeDirective
from desk.contracts.envelope import DispositionEnvelope
from desk.contracts.events import STRATEGY_DIRECTIVE_ISSUED, TICK_RECEIVED
from desk.contracts.manifests import Parameters, WorkerCategory, WorkerManifest, parameter
from desk.contracts.market import Tick
from desk.contracts.ports.plugin import PluginContext
from desk.workers.base import Worker, issue

_PAUSE_MS = 900


class BalancerParameters(Parameters):
    """Say how much is held."""

    size_base: Decimal = parameter(..., "base", "What every trade is to hold.", gt=0)


class Balancer(Worker):
    """Know nothing of other workers: what they change is changed back, unless somebody stops it."""

    manifest = WorkerManifest(
        name="balancer",
        category=WorkerCategory.SCHEDULED_OPERATIONS,
        summary="holds every trade at one size",
        handlers={TICK_RECEIVED: "on_tick"},
        publishes=frozenset({STRATEGY_DIRECTIVE_ISSUED}),
        parameters=BalancerParameters,
    )

    def __init__(self, parameters: BalancerParameters, context: PluginContext) -> None:
        super().__init__(parameters, context)
        self._size_base = parameters.size_base
        self._asked_at_ms = 0

    def on_tick(self, tick: Tick) -> DispositionEnvelope:
        """Ask for the size where a trade has another."""
        now_ms = self.view.now_ms()
        off = [one for one in self.view.positions_on(tick.symbol) if one.size_base != self._size_base]
        if not off or now_ms - self._asked_at_ms < _PAUSE_MS:
            return DispositionEnvelope.CONTINUE
        self._asked_at_ms = now_ms
        directive = self.new_directive(
            scope=DirectiveScope.MODIFY_EXISTING,
            rationale=f"hold {self._size_base}",
            target_trade_ids=(off[0].trade_id,),
            size_directive=SizeDirective(target_size_base=self._size_base),
        )
        return issue(directive)
