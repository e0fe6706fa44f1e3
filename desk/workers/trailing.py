"""The arithmetic of a trailing stop, long and short, and what is remembered of one trade."""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from desk.contracts.dto import Dto, Positive
from desk.contracts.market import ONE
from desk.contracts.positions import Position
from desk.contracts.sides import PositionSide
from desk.workers.watching import Watch


class TrailMode(StrEnum):
    """How a stop follows: in steps, with every new extreme, some ranges behind it, or under swing lows."""

    STEP = "step"
    CONTINUOUS = "continuous"
    ATR = "atr"
    STRUCTURE = "structure"

    @property
    def reads_bars(self) -> bool:
        """Whether the distance comes from bars."""
        return self in {TrailMode.ATR, TrailMode.STRUCTURE}


@dataclass(frozen=True, slots=True)
class TrailRule:
    """Say when a stop may follow: in steps of the threshold, or with every better price once it is gained."""

    mode: TrailMode
    threshold: Decimal

    @property
    def is_stepwise(self) -> bool:
        """Whether each move needs the threshold again."""
        return self.mode is TrailMode.STEP

    def trigger(self, side: PositionSide, reference: Decimal) -> Decimal:
        """Return the price at which the threshold is gained over `reference`."""
        return reference * (ONE + side.sign * self.threshold)

    def reached(self, position: Position, known: Decimal | None, price: Decimal) -> Decimal | None:
        """Return the price to trail from, None while nothing may move.

        STEP: `known` is the anchor, the entry at first; each move needs the threshold gained over it.
        Otherwise `known` is the best price since the threshold was gained over the entry.
        """
        side = position.side
        if not self.is_stepwise and known is not None:
            return better(side, known, price)
        start = position.entry_price if known is None else known
        return price if is_at_least(side, price, self.trigger(side, start)) else None


def better(side: PositionSide, one: Decimal, other: Decimal) -> Decimal:
    """Return the price that suits `side` more: the higher for a long, the lower for a short."""
    return max(one, other) if side is PositionSide.LONG else min(one, other)


def is_at_least(side: PositionSide, price: Decimal, mark: Decimal) -> bool:
    """Tell whether `price` suits `side` at least as well as `mark`."""
    return price >= mark if side is PositionSide.LONG else price <= mark


class RememberedTrail(Dto):
    """Keep of one trade: its confirmed reference, and what was asked for and is not settled yet.

    `asked_over` is the stop that was confirmed when the move to `asked_reference` was asked for.
    """

    reference: Positive | None = None
    asked_reference: Positive | None = None
    asked_over: Positive | None = None
    asked_at_ms: int | None = None


@dataclass(slots=True)
class Trail(Watch):
    """Follow one trade: what of it is remembered, and its reference now."""

    kept: RememberedTrail = field(default_factory=RememberedTrail)
    reference: Decimal | None = None

    def has_been_loosened(self, position: Position) -> bool:
        """Tell whether the confirmed stop has gone back since the last look: the operator's hand."""
        if self.position is None or self.position.stop_price is None or position.stop_price is None:
            return False
        return (position.stop_price - self.position.stop_price) * position.side.sign < 0

    def has_been_granted(self, position: Position) -> bool:
        """Tell whether the confirmed stop has tightened since the move was asked for."""
        if position.stop_price is None:
            return False
        asked_over = self.kept.asked_over
        return asked_over is None or (position.stop_price - asked_over) * position.side.sign > 0
