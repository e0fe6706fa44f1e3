"""How many trades in a row have lost, net of fees: counted once each, also those closed unseen."""

from collections.abc import Sequence

from desk.contracts.dto import Dto
from desk.contracts.ids import TradeId
from desk.contracts.market import ZERO
from desk.contracts.ports.plugin import PluginContext
from desk.contracts.positions import Position

_KEY = "losses"
_REMEMBERED = 32


class RememberedStreak(Dto):
    """Keep the losses in a row, the open trades whose end will count, and the last that were counted."""

    losses: int = 0
    open_trades: tuple[TradeId, ...] = ()
    counted: tuple[TradeId, ...] = ()


class LossStreak:
    """Count losing trades in a row; a trade that gains, or costs nothing, ends the streak.

    What an open trade became while nobody looked is found by its id. One whose result is not known or not
    finite counts as lost.
    """

    def __init__(self, context: PluginContext) -> None:
        self._context = context
        kept = context.memory.get(_KEY)
        self._kept = RememberedStreak() if kept is None else RememberedStreak.model_validate_json(kept)

    @property
    def losses(self) -> int:
        """How many trades have lost in a row."""
        return self._kept.losses

    def look(self, held: Sequence[Position], closed: TradeId | None = None) -> None:
        """Count what has closed since the last look; `held` are the open trades, `closed` one just closed."""
        known = self._kept
        open_trades = tuple(one.trade_id for one in held)
        gone = [one for one in known.open_trades if one not in open_trades]
        if closed is not None and closed not in gone and closed not in open_trades:
            gone.append(closed)
        fresh = [one for one in gone if one not in known.counted]
        losses = known.losses
        for trade_id in sorted(fresh, key=self._closed_at_ms):
            losses = losses + 1 if self._is_lost(trade_id) else 0
        counted = (*known.counted, *fresh)[-_REMEMBERED:]
        self._keep(RememberedStreak(losses=losses, open_trades=open_trades, counted=counted))

    def forget(self) -> None:
        """Begin anew: what has lost so far counts no more."""
        self._keep(self._kept.model_copy(update={"losses": 0}))

    def _closed_at_ms(self, trade_id: TradeId) -> int:
        position = self._context.view.position(trade_id)
        return 0 if position is None else position.closed_at_ms or 0

    def _is_lost(self, trade_id: TradeId) -> bool:
        position = self._context.view.position(trade_id)
        if position is None:
            return True
        net = position.realized_quote - position.fees_quote
        return not net.is_finite() or net < ZERO

    def _keep(self, kept: RememberedStreak) -> None:
        if kept != self._kept:
            self._kept = kept
            self._context.memory.put(_KEY, kept.model_dump_json(exclude_defaults=True))
