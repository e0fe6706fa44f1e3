"""The arithmetic of a trailing stop, long and short, and what is remembered of one trade."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from desk.contracts.dto import Dto, Positive
from desk.contracts.market import ONE, Tick
from desk.contracts.positions import Position
from desk.contracts.sides import PositionSide


class TrailMode(StrEnum):
    """How a stop follows: in steps of the threshold, or with every new extreme once armed."""

    STEP = "step"
    CONTINUOUS = "continuous"


@dataclass(frozen=True, slots=True)
class TrailRule:
    """Hold the fractions of a trail: what the price must gain, and how far behind it the stop stays."""

    mode: TrailMode
    threshold: Decimal
    distance: Decimal

    def trigger(self, side: PositionSide, reference: Decimal) -> Decimal:
        """Return the price at which the threshold is gained over `reference`."""
        return reference * (ONE + side.sign * self.threshold)

    def stop(self, side: PositionSide, extreme: Decimal) -> Decimal:
        """Return where the stop belongs behind `extreme`, not yet rounded."""
        return extreme * (ONE - side.sign * self.distance)

    def extreme_for(self, side: PositionSide, stop: Decimal) -> Decimal:
        """Return the extreme that would put the stop at `stop`."""
        return stop / (ONE - side.sign * self.distance)

    def reached(self, position: Position, known: Decimal | None, price: Decimal) -> Decimal | None:
        """Return the price to trail from, None while nothing may move.

        STEP: `known` is the anchor, the entry at first; each move needs the threshold gained over it.
        CONTINUOUS: `known` is the best price since the threshold was gained over the entry.
        """
        side = position.side
        if self.mode is TrailMode.CONTINUOUS and known is not None:
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
class Trail:
    """Follow one trade: its reference now, what of it is remembered, and how the trade was last seen.

    While `position` is the same and no quote reaches `wake`, a settled trail has nothing to do.
    """

    kept: RememberedTrail
    reference: Decimal | None
    position: Position | None = None
    wake: Decimal = ONE
    is_settled: bool = False

    def is_idle(self, position: Position, tick: Tick) -> bool:
        """Tell whether nothing can have changed since the last look, at a finite price. Allocates nothing."""
        if not self.is_settled or position is not self.position:
            return False
        return tick.ask < self.wake if position.side is PositionSide.LONG else tick.bid > self.wake

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
