"""How often what a worker asks is refused at once: who hears no refusal would fill the journal with them."""

from collections import Counter

from desk.contracts.directives import StrategyDirective
from desk.contracts.execution import BLUEPRINT, DirectiveRefused
from desk.contracts.ids import DirectiveId

_MINUTE_MS = 60_000
_OUTSIDE = "symbols outside of its blueprint"


class RefusalCount:
    """Count the refusals of one worker's directives, trade by trade and minute by minute.

    Of new trades only those count that can never pass, all together: their symbol is not the blueprint's.
    """

    def __init__(self, most_per_minute: int) -> None:
        self._most = most_per_minute
        self._minute = 0
        self._counts: Counter[str] = Counter()
        self._issuing: dict[DirectiveId, DirectiveRefused | None] = {}

    def begin(self, directive: StrategyDirective) -> None:
        """Follow a directive that is about to be published."""
        self._issuing[directive.directive_id] = None

    def on_refused(self, refused: DirectiveRefused) -> None:
        """Note how a directive that is being published was refused."""
        if refused.directive_id in self._issuing:
            self._issuing[refused.directive_id] = refused

    def end(self, directive: StrategyDirective, now_ms: int) -> str | None:
        """Count a directive that has been published; return what is too much, None where nothing is."""
        refused = self._issuing.pop(directive.directive_id, None)
        if refused is None:
            return None
        minute = now_ms // _MINUTE_MS
        if minute != self._minute:
            self._minute = minute
            self._counts.clear()
        subjects = (_OUTSIDE,) if refused.refused_by == BLUEPRINT else directive.target_trade_ids
        self._counts.update(subjects)
        subject = next((one for one in subjects if self._counts[one] > self._most), None)
        if subject is None:
            return None
        return (
            f"more than {self._most} directives on {subject} refused in a minute, which is what is allowed; "
            f"the last: {refused.reason}"
        )
