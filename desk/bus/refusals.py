"""How often what a worker asks is refused at once: who hears no refusal would fill the journal with them."""

from collections import Counter

from desk.contracts.directives import StrategyDirective
from desk.contracts.execution import DirectiveRefused
from desk.contracts.ids import DirectiveId, TradeId

_MINUTE_MS = 60_000


class RefusalCount:
    """Count the refusals of one worker's directives, trade by trade and minute by minute."""

    def __init__(self, most_per_minute: int) -> None:
        self._most = most_per_minute
        self._minute = 0
        self._counts: Counter[TradeId] = Counter()
        self._issuing: dict[DirectiveId, str | None] = {}

    def begin(self, directive: StrategyDirective) -> None:
        """Follow a directive that is about to be published."""
        self._issuing[directive.directive_id] = None

    def on_refused(self, refused: DirectiveRefused) -> None:
        """Note why a directive that is being published was refused."""
        if refused.directive_id in self._issuing:
            self._issuing[refused.directive_id] = refused.reason

    def end(self, directive: StrategyDirective, now_ms: int) -> str | None:
        """Count a directive that has been published; return what is too much, None where nothing is."""
        reason = self._issuing.pop(directive.directive_id, None)
        if reason is None:
            return None
        minute = now_ms // _MINUTE_MS
        if minute != self._minute:
            self._minute = minute
            self._counts.clear()
        self._counts.update(directive.target_trade_ids)
        trade_id = next((one for one in directive.target_trade_ids if self._counts[one] > self._most), None)
        if trade_id is None:
            return None
        return (
            f"more than {self._most} directives on {trade_id} refused in a minute, which is what is allowed; "
            f"the last: {reason}"
        )
